// src/campaigns/store/audience.ts: who is told of a campaign's stages: its bureaus, and those who carry it out; whoever can be reached.
import type { CivilDate } from '../../platform/civil.ts';
import { rows, sql, type Tx } from '../../platform/db.ts';

/** Whoever speaks for one of these bureaus on a day. */
export async function bureauPeople(
  tx: Tx,
  countyCode: string,
  bureaus: readonly string[],
  day: CivilDate,
): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{ id: string }>`select distinct r.account_id as id from reached(${countyCode}, ${day}::date) r
      join role_grant g on g.county_code = ${countyCode} and g.account_id = r.holder_id
      where g.role = 'bureau' and g.bureau = any(${[...bureaus]}::text[]) and daterange(g.from_on, g.to_on, '[]') @> ${day}::date order by 1`,
  );
  return found.map(({ id }) => id);
}

/** The leads of teams and the supervisors in, above and below these areas on a day. */
export async function fieldPeople(
  tx: Tx,
  countyCode: string,
  areas: readonly string[],
  day: CivilDate,
): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{ id: string }>`
      with post as (
        select m.account_id, t.area_code from team t join team_member m on m.county_code = t.county_code and m.team_id = t.id and m.role = 'lead'
        where t.county_code = ${countyCode} and daterange(t.from_on, t.to_on, '[]') @> ${day}::date and daterange(m.from_on, m.to_on, '[]') @> ${day}::date
        union select g.account_id, g.area_code from role_grant g
        where g.county_code = ${countyCode} and g.role = 'supervisor' and daterange(g.from_on, g.to_on, '[]') @> ${day}::date)
      select distinct r.account_id as id from post join reached(${countyCode}, ${day}::date) r on r.holder_id = post.account_id
      where exists (select from unnest(${[...areas]}::text[]) as a(code) where starts_with(post.area_code, a.code) or starts_with(a.code, post.area_code))
      order by 1`,
  );
  return found.map(({ id }) => id);
}
