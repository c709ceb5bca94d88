// src/teams/store.ts: teams and who is in them on a day, with leave taken into account.
import type { CivilDate, Instant } from '../platform/civil.ts';
import { maybeRow, rows, sql, type Tx, written } from '../platform/db.ts';
import type { Locale } from '../platform/locale.ts';
import type { MemberSource, TeamSide } from './rules.ts';

export interface TeamRow {
  readonly id: string;
  readonly areaCode: string;
  readonly side: TeamSide;
  readonly name: string;
  readonly fromOn: CivilDate;
  readonly toOn: CivilDate | null;
}

export interface NewTeam {
  readonly areaCode: string;
  readonly side: TeamSide;
  readonly name: string;
  readonly fromOn: CivilDate;
}

export interface NewMember {
  readonly teamId: string;
  readonly areaCode: string;
  readonly accountId: string;
  readonly role: 'lead' | 'member';
  readonly source: MemberSource;
  readonly fromOn: CivilDate;
}

export interface MemberRow {
  readonly id: string;
  readonly teamId: string;
  readonly areaCode: string;
  readonly side: TeamSide;
  readonly accountId: string;
  readonly name: string;
  readonly role: 'lead' | 'member';
  readonly source: MemberSource;
  readonly fromOn: CivilDate;
  readonly toOn: CivilDate | null;
}

/** Somebody who answers for an area on a day: the holder of the post, or who stands in while she is on leave. */
export interface Post {
  readonly accountId: string;
  readonly name: string;
  readonly email: string | null;
  readonly locale: Locale;
  /** The holder on leave whom this one stands in for; null for the holder herself. */
  readonly standsInFor: string | null;
}

const teamColumns = sql`t.id, t.area_code as "areaCode", t.side, t.name, t.from_on as "fromOn", t.to_on as "toOn"`;

/** Adds the teams that their areas do not have yet. @returns how many were new. */
export async function insertTeams(tx: Tx, countyCode: string, teams: readonly NewTeam[]): Promise<number> {
  return written(
    tx,
    sql`insert into team (county_code, area_code, side, name, from_on)
      select ${countyCode}, n."areaCode", n.side, n.name, n."fromOn"
      from jsonb_to_recordset(${JSON.stringify(teams)}::jsonb) as n("areaCode" text, side text, name text, "fromOn" date)
      on conflict do nothing`,
  );
}

/** Adds members; one who is in the team already stays as she is. @returns how many were new. */
export async function insertMembers(tx: Tx, countyCode: string, members: readonly NewMember[]): Promise<number> {
  return written(
    tx,
    sql`insert into team_member (county_code, team_id, area_code, account_id, role, source, from_on)
      select ${countyCode}, n."teamId", n."areaCode", n."accountId", n.role, n.source, n."fromOn"
      from jsonb_to_recordset(${JSON.stringify(members)}::jsonb)
        as n("teamId" uuid, "areaCode" text, "accountId" uuid, role text, source text, "fromOn" date)
      on conflict do nothing`,
  );
}

/** The standing teams at or below `under`, by area and side, after the team at (`afterArea`, `afterSide`). */
export async function teamsUnder(
  tx: Tx,
  countyCode: string,
  under: string,
  after: { readonly areaCode: string; readonly side: string },
  limit: number,
): Promise<TeamRow[]> {
  return rows(
    tx,
    sql<TeamRow>`select ${teamColumns} from team t
      where t.county_code = ${countyCode} and t.to_on is null and starts_with(t.area_code, ${under})
        and (t.area_code, t.side) > (${after.areaCode}, ${after.side})
      order by t.area_code, t.side limit ${limit}`,
  );
}

/** Every standing team of the county. */
export async function standingTeams(tx: Tx, countyCode: string): Promise<TeamRow[]> {
  return rows(
    tx,
    sql<TeamRow>`select ${teamColumns} from team t where t.county_code = ${countyCode} and t.to_on is null
      order by t.area_code, t.side`,
  );
}

export async function teamOf(tx: Tx, countyCode: string, id: string): Promise<TeamRow | null> {
  return maybeRow(
    tx,
    sql<TeamRow>`select ${teamColumns} from team t where t.county_code = ${countyCode} and t.id = ${id}`,
  );
}

/** A village's two teams; null where one is missing. */
export async function pairOf(
  tx: Tx,
  countyCode: string,
  villageCode: string,
): Promise<{ readonly medical: TeamRow | null; readonly cadre: TeamRow | null }> {
  const found = await rows(
    tx,
    sql<TeamRow>`select ${teamColumns} from team t
      where t.county_code = ${countyCode} and t.area_code = ${villageCode} and t.to_on is null`,
  );
  return {
    medical: found.find((team) => team.side === 'medical') ?? null,
    cadre: found.find((team) => team.side === 'cadre') ?? null,
  };
}

/** Who is in these teams on a day, leads first. */
export async function membersOf(
  tx: Tx,
  countyCode: string,
  teamIds: readonly string[],
  day: CivilDate,
): Promise<MemberRow[]> {
  return rows(
    tx,
    sql<MemberRow>`select m.id, m.team_id as "teamId", m.area_code as "areaCode", t.side, m.account_id as "accountId", a.name, m.role, m.source,
        m.from_on as "fromOn", m.to_on as "toOn"
      from team_member m
      join team t on t.county_code = m.county_code and t.id = m.team_id
      join account a on a.county_code = m.county_code and a.id = m.account_id
      where m.county_code = ${countyCode} and m.team_id = any(${[...teamIds]}::uuid[])
        and daterange(m.from_on, m.to_on, '[]') @> ${day}::date
      order by t.area_code, t.side, m.role, a.login`,
  );
}

/** Holders become posts: somebody on leave gives way to whoever stands in, and a post with nobody who can be reached falls out. */
const atWork = (holders: ReturnType<typeof sql>, countyCode: string, day: CivilDate) => sql<Post>`
  select distinct on (a.id) a.id as "accountId", a.name, a.email, a.locale, nullif(r.holder_id, r.account_id) as "standsInFor"
  from (${holders}) holder
  join reached(${countyCode}, ${day}::date) r on r.holder_id = holder.account_id
  join account a on a.county_code = ${countyCode} and a.id = r.account_id
  order by a.id, r.holder_id <> r.account_id`;

/** Who is told on a day what is meant for these people: themselves, or whoever stands in; fewer where somebody cannot be reached. */
export async function inTheStead(
  tx: Tx,
  countyCode: string,
  accountIds: readonly string[],
  day: CivilDate,
): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{ id: string }>`select distinct r.account_id as id from reached(${countyCode}, ${day}::date) r
      where r.holder_id = any(${[...accountIds]}::uuid[]) order by 1`,
  );
  return found.map(({ id }) => id);
}

/** The leads of an area's teams of these sides, at work on a day. */
export async function leadsOf(
  tx: Tx,
  countyCode: string,
  areaCode: string,
  sides: readonly TeamSide[],
  day: CivilDate,
): Promise<Post[]> {
  return rows(
    tx,
    atWork(
      sql`select m.account_id from team t
        join team_member m on m.county_code = t.county_code and m.team_id = t.id and m.role = 'lead'
          and daterange(m.from_on, m.to_on, '[]') @> ${day}::date
        where t.county_code = ${countyCode} and t.area_code = ${areaCode} and t.side = any(${[...sides]}::text[])
          and daterange(t.from_on, t.to_on, '[]') @> ${day}::date`,
      countyCode,
      day,
    ),
  );
}

/** The supervisors of exactly this town or county, at work on a day. */
export async function supervisorsOf(tx: Tx, countyCode: string, areaCode: string, day: CivilDate): Promise<Post[]> {
  return rows(
    tx,
    atWork(
      sql`select g.account_id from role_grant g
        where g.county_code = ${countyCode} and g.area_code = ${areaCode} and g.role = 'supervisor'
          and daterange(g.from_on, g.to_on, '[]') @> ${day}::date`,
      countyCode,
      day,
    ),
  );
}

/** Ends a membership on `lastOn`, if it stands then. @returns whether it did. */
export async function endMembership(tx: Tx, countyCode: string, id: string, lastOn: CivilDate): Promise<boolean> {
  return (
    (await written(
      tx,
      sql`update team_member set to_on = ${lastOn}::date
        where county_code = ${countyCode} and id = ${id} and from_on <= ${lastOn}::date and (to_on is null or to_on > ${lastOn}::date)`,
    )) > 0
  );
}

/** Locks a team against a second change of its members until the transaction ends. */
export async function lockTeam(tx: Tx, countyCode: string, id: string): Promise<TeamRow | null> {
  return maybeRow(
    tx,
    sql<TeamRow>`select ${teamColumns} from team t where t.county_code = ${countyCode} and t.id = ${id} for no key update`,
  );
}

export interface NewLeave {
  readonly accountId: string;
  readonly fromOn: CivilDate;
  readonly toOn: CivilDate;
  readonly substituteId: string;
}

export interface LeaveRow extends NewLeave {
  readonly id: string;
  readonly consentedAt: Instant | null;
}

const leaveColumns = sql`l.id, l.account_id as "accountId", l.from_on as "fromOn", l.to_on as "toOn",
  l.substitute_id as "substituteId", l.consented_at as "consentedAt"`;

export async function lockLeave(tx: Tx, countyCode: string, id: string): Promise<LeaveRow | null> {
  return maybeRow(
    tx,
    sql<LeaveRow>`select ${leaveColumns} from leave l where l.county_code = ${countyCode} and l.id = ${id} for no key update`,
  );
}

export async function consentToLeave(tx: Tx, countyCode: string, id: string, asOf: Instant): Promise<void> {
  await sql`update leave set consented_at = ${asOf} where county_code = ${countyCode} and id = ${id}`.execute(tx);
}

/** Leaves of this account, and those it is asked to stand in for, that have not passed; the earliest first. */
export async function leavesOf(tx: Tx, countyCode: string, accountId: string, day: CivilDate): Promise<LeaveRow[]> {
  return rows(
    tx,
    sql<LeaveRow>`select ${leaveColumns} from leave l where l.county_code = ${countyCode}
      and ${accountId} in (l.account_id, l.substitute_id) and l.to_on >= ${day}::date order by l.from_on, l.id`,
  );
}

/** @returns its id, or null where she is on leave on one of these days already. */
export async function insertLeave(tx: Tx, countyCode: string, leave: NewLeave): Promise<string | null> {
  const made = await maybeRow(
    tx,
    sql<{ id: string }>`insert into leave (county_code, account_id, from_on, to_on, substitute_id)
      values (${countyCode}, ${leave.accountId}, ${leave.fromOn}, ${leave.toOn}, ${leave.substituteId})
      on conflict do nothing returning id`,
  );
  return made?.id ?? null;
}
