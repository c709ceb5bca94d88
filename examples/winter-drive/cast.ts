// examples/winter-drive/cast.ts: who is who in the imported county, so that the story's names lead to rows.

import { type AccountActor, systemActor } from '../../src/platform/actor.ts';
import type { CivilDate, Instant } from '../../src/platform/civil.ts';
import type { Keys } from '../../src/platform/crypto.ts';
import { blindIndex } from '../../src/platform/crypto.ts';
import { type Db, rows, sql } from '../../src/platform/db.ts';
import { type Seat, type Side, takenOver } from './absences.ts';

export interface Cast {
  /** An account by its login. @throws RangeError when nobody has it. */
  account(login: string): AccountActor;
  /** The lead of a village's team at the launch. */
  lead(villageCode: string, side: Side): AccountActor;
  /** Who holds a seat of a village's team on a day. */
  holder(seat: Seat, day: CivilDate): AccountActor;
  household(registerNo: string): string;
  person(idNo: string): string;
  enrolment(idNo: string, programme: string): string;
  readonly towns: readonly { readonly code: string; readonly name: string }[];
  readonly villages: readonly string[];
  readonly teams: readonly { readonly id: string; readonly areaCode: string; readonly side: string }[];
}

export async function castOf(db: Db, keys: Keys, countyCode: string, asOf: Instant): Promise<Cast> {
  return db.tx(systemActor(countyCode), asOf, async (tx) => {
    const accounts = new Map(
      (
        await rows(
          tx,
          sql<{ login: string; id: string }>`select login, id from account where county_code = ${countyCode}`,
        )
      ).map((row) => [row.login, row.id]),
    );
    const seats = Map.groupBy(
      await rows(
        tx,
        sql<{ team: string; id: string }>`select t.area_code || '/' || t.side as team, m.account_id as id
          from team_member m join team t on t.county_code = m.county_code and t.id = m.team_id
          join account a on a.county_code = m.county_code and a.id = m.account_id
          where m.county_code = ${countyCode} and m.to_on is null order by m.role, a.login`,
      ),
      ({ team }) => team,
    );
    const households = new Map(
      (
        await rows(
          tx,
          sql<{
            no: string;
            id: string;
          }>`select register_no as no, id from household where county_code = ${countyCode}`,
        )
      ).map((row) => [row.no, row.id]),
    );
    const persons = new Map(
      (
        await rows(
          tx,
          sql<{ no: string; id: string }>`select id_no_index as no, id from person where county_code = ${countyCode}`,
        )
      ).map((row) => [row.no, row.id]),
    );
    const enrolments = new Map(
      (
        await rows(
          tx,
          sql<{
            key: string;
            id: string;
          }>`select person_id || '/' || programme as key, id from enrolment where county_code = ${countyCode} and to_on is null`,
        )
      ).map((row) => [row.key, row.id]),
    );
    const divisions = await rows(
      tx,
      sql<{
        code: string;
        name: string;
        level: string;
      }>`select code, name, level from division where county_code = ${countyCode} order by code`,
    );
    const teams = await rows(
      tx,
      sql<{
        id: string;
        areaCode: string;
        side: string;
      }>`select id, area_code as "areaCode", side from team where county_code = ${countyCode} order by area_code, side`,
    );
    const person = (idNo: string): string => known(persons, blindIndex(keys, idNo));
    const actor = (accountId: string): AccountActor => ({ kind: 'account', countyCode, accountId });
    const first = ({ village, side, seat }: Seat): AccountActor =>
      actor(known(new Map(seats.get(`${village}/${side}`)?.map(({ id }, n) => [String(n), id])), String(seat)));
    return {
      account: (login) => actor(known(accounts, login)),
      lead: (village, side) => first({ village, side, seat: 0 }),
      holder(seat, day) {
        const coming = takenOver(seat, day);
        return coming === null ? first(seat) : actor(known(accounts, coming));
      },
      household: (registerNo) => known(households, registerNo),
      person,
      enrolment: (idNo, programme) => known(enrolments, `${person(idNo)}/${programme}`),
      towns: divisions.filter((division) => division.level === 'town'),
      villages: divisions.filter((division) => division.level === 'village').map((division) => division.code),
      teams,
    };
  });
}

function known(map: ReadonlyMap<string, string>, key: string): string {
  const found = map.get(key);
  if (found === undefined) throw new RangeError(`the story speaks of ${key}, whom the county does not know`);
  return found;
}
