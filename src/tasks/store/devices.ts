// src/tasks/store/devices.ts: the phones that speak for an area, and how far each has sent what it holds.
import type { CivilDate, Instant } from '../../platform/civil.ts';
import { maybeRow, oneRow, rows, sql, type Tx, written } from '../../platform/db.ts';

const OLDEST = '92 days'; // a drive's length: no phone holds a record longer, whatever its clock says

export interface DeviceRow {
  readonly id: string;
  readonly accountId: string;
  readonly areaCode: string;
  readonly heardAt: Instant;
  readonly oldestUnsentAt: Instant | null;
  readonly retiredAt: Instant | null;
}

const deviceColumns = sql`d.id, d.account_id as "accountId", d.area_code as "areaCode", d.heard_at as "heardAt",
  d.oldest_unsent_at as "oldestUnsentAt", d.retired_at as "retiredAt"`;

/** The areas of an account's posts in teams on a day, the smallest first. */
export async function postsOf(tx: Tx, countyCode: string, accountId: string, day: CivilDate): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{ area: string }>`select distinct m.area_code as area, length(m.area_code) as level from team_member m
      join team on team.county_code = m.county_code and team.id = m.team_id and daterange(team.from_on, team.to_on, '[]') @> ${day}::date
      where m.county_code = ${countyCode} and m.account_id = ${accountId} and daterange(m.from_on, m.to_on, '[]') @> ${day}::date
      order by level desc, area`,
  );
  return found.map(({ area }) => area);
}

/** Registers a phone to an account; one that was retired speaks again. @returns false where it is another account's. */
export async function insertDevice(
  tx: Tx,
  countyCode: string,
  device: { readonly id: string; readonly accountId: string; readonly areaCode: string },
  asOf: Instant,
): Promise<boolean> {
  // An update that policy hides changes nothing; an upsert of a hidden row would fail instead of answering.
  const { known } = await oneRow(
    tx,
    sql<{ known: number }>`
      with again as (
        update device set heard_at = greatest(heard_at, ${asOf}::timestamptz), retired_at = null, area_code = ${device.areaCode}
        where county_code = ${countyCode} and id = ${device.id} and account_id = ${device.accountId} returning 1),
      made as (
        insert into device (county_code, id, account_id, area_code, heard_at)
        select ${countyCode}, ${device.id}::uuid, ${device.accountId}::uuid, ${device.areaCode}, ${asOf}::timestamptz
        where not exists (select from again) on conflict do nothing returning 1)
      select (select count(*) from again) + (select count(*) from made) as known`,
  );
  return known > 0;
}

/** What a registered phone of this account last said; null holds nothing. Any other phone is not heard. */
export async function hearDevice(
  tx: Tx,
  countyCode: string,
  device: { readonly id: string; readonly accountId: string; readonly oldestUnsentAt: Instant | null },
  asOf: Instant,
): Promise<void> {
  await sql`update device set heard_at = ${asOf}, oldest_unsent_at = case when ${device.oldestUnsentAt}::timestamptz is not null
      then greatest(${device.oldestUnsentAt}::timestamptz, ${asOf}::timestamptz - ${OLDEST}::interval) end
    where county_code = ${countyCode} and id = ${device.id} and account_id = ${device.accountId} and retired_at is null
      and heard_at <= ${asOf}`.execute(tx);
}

export async function lockDevice(tx: Tx, countyCode: string, id: string): Promise<DeviceRow | null> {
  return maybeRow(
    tx,
    sql<DeviceRow>`select ${deviceColumns} from device d where d.county_code = ${countyCode} and d.id = ${id} for no key update`,
  );
}

export async function retire(tx: Tx, countyCode: string, id: string, asOf: Instant): Promise<number> {
  return written(
    tx,
    sql`update device set retired_at = ${asOf} where county_code = ${countyCode} and id = ${id} and retired_at is null`,
  );
}

/** Whether an account leads a team of this area, or supervises or administers it, on a day. */
export async function answersFor(
  tx: Tx,
  countyCode: string,
  accountId: string,
  areaCode: string,
  day: CivilDate,
): Promise<boolean> {
  const { yes } = await oneRow(
    tx,
    sql<{
      yes: boolean;
    }>`select exists (select from role_grant g where g.county_code = ${countyCode} and g.account_id = ${accountId}
        and g.role in ('supervisor', 'admin') and starts_with(${areaCode}, g.area_code) and daterange(g.from_on, g.to_on, '[]') @> ${day}::date)
      or exists (select from team_member m where m.county_code = ${countyCode} and m.account_id = ${accountId} and m.role = 'lead'
        and m.area_code = ${areaCode} and daterange(m.from_on, m.to_on, '[]') @> ${day}::date) as yes`,
  );
  return yes;
}

export interface DeviceListed extends DeviceRow {
  readonly name: string;
  /** Its account has a post in the area today, and it is not retired: it bounds what the area can be accused of. */
  readonly speaks: boolean;
}

/** The phones of an area and below, the longest unheard first, after `after`. */
export async function devicesListed(
  tx: Tx,
  countyCode: string,
  areaCode: string,
  day: CivilDate,
  after: { readonly heardAt: Instant; readonly id: string } | null,
  limit: number,
): Promise<DeviceListed[]> {
  return rows(
    tx,
    sql<DeviceListed>`select ${deviceColumns}, a.name, ${speaks(day)} as speaks
      from device d join account a on a.county_code = d.county_code and a.id = d.account_id
      where d.county_code = ${countyCode} and starts_with(d.area_code, ${areaCode})
        and (${after === null} or (d.heard_at, d.id) > (${after?.heardAt ?? null}::timestamptz, ${after?.id ?? null}::uuid))
      order by d.heard_at, d.id limit ${limit}`,
  );
}

/** Whether the device `d` speaks for the area of its row on a day. */
export const speaks = (day: CivilDate) => sql`(d.retired_at is null and exists (select from team_member m
  where m.county_code = d.county_code and m.account_id = d.account_id and m.area_code = d.area_code
    and daterange(m.from_on, m.to_on, '[]') @> ${day}::date))`;
