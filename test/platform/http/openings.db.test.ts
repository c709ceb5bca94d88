import type { Request, Response } from 'express';
import { expect, it } from 'vitest';
import { whoIs } from '../../../src/access/acts.ts';
import { hashPassword } from '../../../src/access/passwords.ts';
import type { AccountActor, Actor } from '../../../src/platform/actor.ts';
import { dateOf } from '../../../src/platform/civil.ts';
import { type Db, sql, type Tx } from '../../../src/platform/db.ts';
import { mounted } from '../../../src/platform/http/mount.ts';
import { everyone, type Role, type Route } from '../../../src/platform/http/route.ts';
import { roomRoutes } from '../../../src/rooms.ts';
import { storyRoutes } from '../../../src/story/routes.ts';
import { launched } from '../../campaigns/drive.ts';
import { COUNTY, type SmallCounty, smallCounty, testKeys } from '../../fixtures/county.ts';
import { PASSWORD } from '../../setup/api.ts';
import { fileDatabase } from '../../setup/county-database.ts';
import { someone } from '../../visits/stop.ts';
import { NOW, OPENINGS, type Sent } from './openings.ts';

const routes: readonly Route[] = [...roomRoutes, ...storyRoutes];
const nameOf = ({ spec }: Route) => `${spec.method} ${spec.path}`;
/** Somebody who has this role and no other, in whose area everything below is. */
const LOGINS: Readonly<Record<Role, string>> = {
  admin: 'admin',
  planner: 'planner',
  supervisor: 'town1.supervisor',
  bureau: 'bureau.health',
  medical: 'v1.doctor',
  cadre: 'v1.cadre',
  facility: 'town1.hospital1',
};

let county: SmallCounty;
let campaign: string;
const db = fileDatabase(async (opened) => {
  county = await smallCounty(opened);
  campaign = (await launched(opened, county)).id;
  const hash = await hashPassword(PASSWORD);
  await sql`update account set password_hash = ${hash}`.execute(opened.systemKysely);
});

class Undone extends Error {}
/** From here on the transaction is this one's, as a connection of its own would be. */
async function becomes(tx: Tx, actor: Actor, roles: readonly string[] = []): Promise<void> {
  const account = actor.kind === 'account' ? actor.accountId : '';
  await sql`select set_config('role', ${actor.kind === 'account' ? 'doorstep_app' : 'doorstep_system'}, true),
    set_config('app.account', ${account}, true), set_config('app.day', ${dateOf(NOW)}, true), set_config('app.roles', ${roles.join(' ')}, true)`.execute(
    tx,
  );
}
async function by<T>(tx: Tx, who: AccountActor, act: (tx: Tx) => Promise<T>): Promise<T> {
  await sql`select set_config('app.account', ${who.accountId}, true), set_config('app.day', ${dateOf(NOW)}, true)`.execute(
    tx,
  );
  return act(tx);
}

/** What a route answers to somebody, by the server's own way in; nothing of it stays. @returns the status, or the code of the refusal. */
async function answered(route: Route, role: Role, listed: boolean): Promise<number | string> {
  const me = someone(county.accounts[LOGINS[role]] ?? '');
  let outcome: number | string = 'nothing';
  const undone = db().tx(county.actor, NOW, async (tx) => {
    const opening = OPENINGS[nameOf(route)];
    const sent: Sent =
      listed && opening ? await opening({ tx, county, campaign, me, role, by: (who, act) => by(tx, who, act) }) : {};
    const within: Db = {
      ...db(),
      tx: async (actor, _asOf, work, roles) => {
        await becomes(tx, actor, roles);
        return work(tx);
      },
    };
    const doors = { db: within, keys: testKeys, now: async () => NOW, who: whoIs };
    const request = {
      session: { accountId: me.accountId, countyCode: COUNTY },
      method: route.spec.method.toUpperCase(),
      originalUrl: route.spec.path,
      params: sent.params ?? {},
      query: sent.query ?? {},
      body: sent.body,
      get: () => undefined,
    } as unknown as Request;
    const response = {
      locals: {},
      status(code: number) {
        outcome = code;
        return this;
      },
      set() {
        return this;
      },
      json() {
        return this;
      },
    } as unknown as Response;
    try {
      await mounted(route, doors)(request, response, () => {});
    } catch (error) {
      const { status, faults } = error as { status?: number; faults?: readonly { code: string }[] };
      if (status === undefined) throw error;
      outcome = `${status} ${faults?.[0]?.code}`;
    }
    throw new Undone();
  });
  await undone.catch((error) => {
    if (!(error instanceof Undone)) outcome = String(error);
  });
  return outcome;
}

it('know a request for every route there is, and for no other', () => {
  expect(Object.keys(OPENINGS).sort()).toEqual(routes.map(nameOf).sort());
});

it('let in by every role that a route lists, to an answer, and by none that it does not', async () => {
  const wrong: string[] = [];
  for (const route of routes)
    for (const role of everyone) {
      const listed = route.spec.roles.includes(role);
      const got = await answered(route, role, listed);
      const fine = listed ? got === (route.spec.status ?? 200) : got === '403 not_your_role';
      if (!fine) wrong.push(`${nameOf(route)} as ${role}${listed ? '' : ' (not listed)'}: ${got}`);
    }
  expect(wrong).toEqual([]);
});
