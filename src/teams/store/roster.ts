// src/teams/store/roster.ts: the duty roster, the two people and the telephone behind an urgent reading at any hour.
import { dateOf, type Instant } from '../../platform/civil.ts';
import { maybeRow, rows, sql, type Tx, written } from '../../platform/db.ts';

export interface NewShift {
  /** A town, or the county for its duty line. */
  readonly areaCode: string;
  readonly fromAt: Instant;
  /** The moment the next shift takes over; this one no longer covers it. */
  readonly toAt: Instant;
  readonly firstId: string;
  readonly secondId: string;
  /** Sealed with the context `duty_roster.phone`. */
  readonly phoneEnc: string;
}

export interface Shift extends NewShift {
  readonly id: string;
}

/** Adds shifts; one that overlaps another of its area is left out. @returns how many were new. */
export async function insertRoster(tx: Tx, countyCode: string, shifts: readonly NewShift[]): Promise<number> {
  return written(
    tx,
    sql`insert into duty_roster (county_code, area_code, from_at, to_at, first_id, second_id, phone_enc)
      select ${countyCode}, n."areaCode", n."fromAt", n."toAt", n."firstId", n."secondId", n."phoneEnc"
      from jsonb_to_recordset(${JSON.stringify(shifts)}::jsonb)
        as n("areaCode" text, "fromAt" timestamptz, "toAt" timestamptz, "firstId" uuid, "secondId" uuid, "phoneEnc" text)
      on conflict do nothing`,
  );
}

/** The shift of an area's roster at a moment; a village is served by its town's, and a town without one by nobody. */
export async function rosterAt(tx: Tx, countyCode: string, areaCode: string, asOf: Instant): Promise<Shift | null> {
  const area = areaCode.length === 12 ? areaCode.slice(0, 9) : areaCode;
  return maybeRow(
    tx,
    sql<Shift>`select id, area_code as "areaCode", from_at as "fromAt", to_at as "toAt", first_id as "firstId",
        second_id as "secondId", phone_enc as "phoneEnc"
      from duty_roster where county_code = ${countyCode} and area_code = ${area}
        and tstzrange(from_at, to_at) @> ${asOf}::timestamptz`,
  );
}

/**
 * Whoever is on duty for exactly this town or county at a moment, leave settled: the first of the shift, then the second;
 * fewer where one cannot be reached, none where there is no shift.
 */
export async function shiftAt(tx: Tx, countyCode: string, areaCode: string, asOf: Instant): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{ id: string }>`select r.account_id as id from duty_roster d
      cross join lateral (values (1, d.first_id), (2, d.second_id)) as turn(no, id)
      join reached(${countyCode}, ${dateOf(asOf)}::date) r on r.holder_id = turn.id
      where d.county_code = ${countyCode} and d.area_code = ${areaCode} and tstzrange(d.from_at, d.to_at) @> ${asOf}::timestamptz
      group by r.account_id order by min(turn.no)`,
  );
  return found.map(({ id }) => id);
}

/** Whoever is rung first: the first of the shift, or else the second. */
export async function onDuty(tx: Tx, countyCode: string, areaCode: string, asOf: Instant): Promise<string[]> {
  return (await shiftAt(tx, countyCode, areaCode, asOf)).slice(0, 1);
}
