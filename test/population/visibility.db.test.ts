import { describe, expect, it } from 'vitest';
import { placeRoutes } from '../../src/places/routes.ts';
import { at, type Instant } from '../../src/platform/civil.ts';
import { oneRow, rows, sql, type Tx } from '../../src/platform/db.ts';
import type { Call, Route } from '../../src/platform/http/route.ts';
import { populationRoutes } from '../../src/population/routes.ts';
import { insertHouseholds } from '../../src/population/store.ts';
import { teamRoutes } from '../../src/teams/routes.ts';
import { COUNTY, type SmallCounty, smallCounty, testKeys } from '../fixtures/county.ts';
import { fileDatabase } from '../setup/county-database.ts';

let county: SmallCounty;
const db = fileDatabase(async (opened) => {
  county = await smallCounty(opened);
});
const NOW = at('2018-01-30', '09:00');
const as = (accountId: string) => ({ kind: 'account', countyCode: COUNTY, accountId }) as const;
const asked = <T>(accountId: string, work: (tx: Tx) => Promise<T>, asOf: Instant = NOW) =>
  db().tx(as(accountId), asOf, work);

/** How many of each a person is shown, by village. */
const shown = (accountId: string, asOf?: Instant) =>
  asked(
    accountId,
    (tx) =>
      oneRow(
        tx,
        sql`select (select count(*) from household) as households, (select count(*) from person) as persons,
          (select count(*) from contract) as contracts, (select count(*) from presence) as stays,
          (select count(*) from enrolment) as enrolments, (select count(*) from personal_plan) as plans,
          (select count(*) from task) as tasks`,
      ),
    asOf,
  );
const village = { households: 3, persons: 5, contracts: 2, stays: 3, enrolments: 4, plans: 3, tasks: 4 };
const times = (n: number) => Object.fromEntries(Object.entries(village).map(([key, count]) => [key, count * n]));

describe('who sees whom', () => {
  it('a village doctor sees her village', async () => {
    expect(await shown(county.villages[0].doctor)).toEqual(village);
  });

  it('a cadre sees the same households and people, but no clinical rows', async () => {
    expect(await shown(county.villages[0].cadre)).toEqual({ ...village, enrolments: 0, plans: 0 });
  });

  it('a town’s supervisor sees its villages, the county’s all of them', async () => {
    expect(await shown(county.towns[0].supervisor)).toEqual(times(2));
    expect(await shown(county.supervisor)).toEqual(times(4));
  });

  it('a planner sees every household and no clinical row', async () => {
    expect(await shown(county.planner)).toEqual({ ...times(4), enrolments: 0, plans: 0 });
  });

  it('nobody sees anything before her grant begins', async () => {
    expect(await shown(county.villages[0].doctor, at('2017-11-30', '23:00'))).toEqual(times(0));
  });

  it('a doctor cannot write a household into another village', async () => {
    const household = { villageCode: county.villages[1].code, registerNo: 'x', groupNo: 1, name: '户主' };
    await expect(asked(county.villages[0].doctor, (tx) => insertHouseholds(tx, COUNTY, [household]))).rejects.toThrow(
      'row-level security',
    );
  });
});

function door(routes: readonly Route[], path: string): Route {
  const found = routes.find(({ spec }) => spec.method === 'get' && spec.path === path);
  if (!found) throw new Error(`no door ${path}`);
  return found;
}
/** What a door answers a person, through its own schemas. */
function get(accountId: string, route: Route, given: { params?: unknown; query?: unknown }): Promise<unknown> {
  return asked(accountId, async (tx) => {
    const call = {
      tx,
      actor: as(accountId),
      asOf: NOW,
      keys: testKeys,
      params: route.spec.params?.parse(given.params),
      query: route.spec.query?.parse(given.query ?? {}),
      body: undefined,
      ready: undefined,
    } satisfies Call<unknown, unknown, unknown>;
    return route.spec.reply.parse(await route.handle(call));
  });
}

describe('the doors to the register', () => {
  it('page through a village’s households by their numbers', async () => {
    const { code, doctor } = county.villages[0];
    const list = door(populationRoutes, '/households');
    const first = (await get(doctor, list, { query: { village: code, limit: '2' } })) as {
      items: { registerNo: string }[];
      next: string;
    };
    expect(first.items.map(({ registerNo }) => registerNo)).toEqual([`${code}-001`, `${code}-002`]);
    expect(await get(doctor, list, { query: { village: code, limit: '2', after: first.next } })).toMatchObject({
      items: [{ registerNo: `${code}-003`, people: 1, signedOn: null }],
      next: null,
    });
    expect(await get(county.villages[1].doctor, list, { query: { village: code } })).toEqual({ items: [], next: null });
  });

  it('show a household with its people, numbers masked', async () => {
    const { doctor, households } = county.villages[0];
    const household = households[1];
    const found = await get(doctor, door(populationRoutes, '/households/:id'), { params: { id: household?.id } });
    expect(found).toMatchObject({
      people: 2,
      signedOn: '2017-06-01',
      persons: [
        {
          age: 50,
          idNo: `4508${'*'.repeat(14)}`,
          phone: '1300***0002',
          programmes: ['htn', 't2dm'],
          planClass: 'chronic',
          place: 'home',
        },
        { age: 27, place: 'away', placeUntil: '2018-02-07', programmes: [], planClass: null },
      ],
    });
    expect(JSON.stringify(found)).not.toContain(household?.persons[0]?.idNo);
  });

  it('answer for a household out of her charge as for one that is not there', async () => {
    const id = county.villages[1].households[0]?.id;
    await expect(
      get(county.villages[0].doctor, door(populationRoutes, '/households/:id'), { params: { id } }),
    ).rejects.toMatchObject({
      status: 404,
      faults: [{ code: 'household_not_found' }],
    });
  });

  it('show a village with its pair of teams and its counts', async () => {
    const { code, doctor, cadre } = county.villages[2];
    expect(await get(doctor, door(teamRoutes, '/villages/:code'), { params: { code } })).toMatchObject({
      name: '王家村',
      households: 3,
      people: 5,
      signed: 2,
      medical: { side: 'medical', members: [{ accountId: doctor, role: 'lead' }, { role: 'member' }] },
      cadre: { side: 'cadre', members: [{ accountId: cadre, role: 'lead' }, { role: 'member' }] },
    });
  });

  it('page through divisions and teams, and keep the two 王家村 apart', async () => {
    const divisions = (await get(county.planner, door(placeRoutes, '/divisions'), {})) as {
      items: { code: string; name: string }[];
    };
    expect(divisions.items.filter(({ name }) => name === '王家村').map(({ code }) => code)).toEqual([
      '450803001001',
      '450803002001',
    ]);
    const seen: string[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const page = (await get(county.planner, door(teamRoutes, '/teams'), {
        query: { limit: '4', ...(after && { after }) },
      })) as { items: { id: string }[]; next: string | null };
      seen.push(...page.items.map(({ id }) => id));
      after = page.next;
    }
    const all = await db().tx(county.actor, NOW, (tx) => rows(tx, sql<{ id: string }>`select id from team`));
    expect(seen.sort()).toEqual(all.map(({ id }) => id).sort());
  });
});
