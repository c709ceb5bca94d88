// src/reports/store.ts: the counts behind every figure of a campaign, from facts alone.
import type { Measure } from '../campaigns/rules/measures.ts';
import type { CivilDate, Instant } from '../platform/civil.ts';
import { maybeRow, oneRow, rows, sql, type Tx } from '../platform/db.ts';
import { awayClauses, lateDaysOf, stopJoins, taskState } from '../tasks/standing.ts';

/** What is counted: a campaign as of a moment. */
export interface Scope {
  readonly countyCode: string;
  readonly campaignId: string;
  readonly areas: readonly string[];
  readonly windowFrom: CivilDate;
  readonly windowTo: CivilDate;
  /** The civil day of the launch; before it, the day asked about. */
  readonly launchedOn: CivilDate;
  readonly today: CivilDate;
  readonly asOf: Instant;
}

/** The duty whose doors the progress line counts. */
export interface Headline {
  readonly key: string;
  readonly subject: 'household' | 'person';
  readonly record: string;
}

/** Exits that leave a goal's denominator: approved facts about people, not about work. */
const EXITS = ['died', 'moved_out', 'left_category'];

const inAreas = (scope: Scope, column: string) =>
  sql`exists (select from unnest(${[...scope.areas]}::text[]) as a(code) where starts_with(${sql.ref(column)}, a.code))`;

const dayOf = (column: string) => sql`(${sql.ref(column)} at time zone 'Asia/Shanghai')::date`;

/** What re-visits said of each record, as far as it was known: the last word counts, as it does in a round. */
const lastWords = (scope: Scope) => sql`last_word as (
  select distinct on (c.record_id) c.record_id, c.verdict from check_result c
  where c.county_code = ${scope.countyCode} and c.kind = 'revisit' and c.recorded_at <= ${scope.asOf}
  order by c.record_id, c.occurred_at desc, c.recorded_at desc)`;

/** Doors of the headline duty, each with the first day it was seen since the launch and what re-checks said of that. */
const seenDoors = (scope: Scope, headline: Headline) => sql`${lastWords(scope)},
  door as (
    select distinct t.subject_id, left(t.area_code, 9) as town, ${headline.subject === 'person' ? sql`t.person_id` : sql`t.household_id`} as whose
    from task t where t.county_code = ${scope.countyCode} and t.campaign_id = ${scope.campaignId} and t.duty_key = ${headline.key}
      and t.in_goal and t.subject = ${headline.subject}),
  told as (
    select door.whose, ${dayOf('r.occurred_at')} as day, c.verdict
    from door join record r on r.county_code = ${scope.countyCode} and ${headline.subject === 'person' ? sql`r.person_id` : sql`r.household_id`} = door.whose
      and r.kind = ${headline.record} and r.filing = 'accepted' and r.recorded_at <= ${scope.asOf}
    left join last_word c on c.record_id = r.id),
  seen as (
    select whose, min(day) filter (where day >= ${scope.launchedOn}) as day,
      bool_or(verdict = 'refuted') filter (where day >= ${scope.launchedOn}) as refuted,
      bool_or(verdict = 'confirmed') filter (where day >= ${scope.launchedOn}) as confirmed,
      bool_or(day >= ${scope.windowFrom} and day < ${scope.launchedOn}) as credited
    from told group by whose)`;

export interface TownDay {
  readonly town: string;
  readonly day: CivilDate;
  readonly seen: number;
}

/** How many doors were seen for the first time, by town and day. */
export async function seenByTownAndDay(tx: Tx, scope: Scope, headline: Headline): Promise<TownDay[]> {
  return rows(
    tx,
    sql<TownDay>`with ${seenDoors(scope, headline)}
      select door.town, seen.day, count(*) as seen from door join seen on seen.whose = door.whose where seen.day is not null
      group by door.town, seen.day order by seen.day, door.town`,
  );
}

export interface TownTotal {
  readonly town: string;
  readonly name: string;
  readonly total: number;
  /** Seen since the launch, in three columns that are never one: re-checked and right, not yet checked, refuted. */
  readonly verified: number;
  readonly unchecked: number;
  readonly refuted: number;
  /** Seen in the window before the launch and not since: a column of its own. */
  readonly credited: number;
}

export async function townTotals(tx: Tx, scope: Scope, headline: Headline): Promise<TownTotal[]> {
  return rows(
    tx,
    sql<TownTotal>`with ${seenDoors(scope, headline)}
      select door.town, d.name, count(*) as total,
        count(*) filter (where seen.day is not null and seen.confirmed and seen.refuted is not true) as verified,
        count(*) filter (where seen.day is not null and seen.confirmed is not true and seen.refuted is not true) as unchecked,
        count(*) filter (where seen.day is not null and seen.refuted) as refuted,
        count(*) filter (where seen.day is null and seen.credited) as credited
      from door left join seen on seen.whose = door.whose
      join division d on d.county_code = ${scope.countyCode} and d.code = door.town
      group by door.town, d.name order by door.town`,
  );
}

/** The campaign's tasks with their state as of the day. */
const stated = (scope: Scope) => sql`${awayClauses(scope.countyCode, sql`true`, scope.today)},
stated as (
  select t.id, t.duty_key, t.area_code, t.kind, t.side, t.due_on, t.cycle, t.in_goal, t.close_reason, t.close_detail, t.closed_by, t.household_id,
    case when t.closed_at is null and t.released_at is not null then 'released' else ${taskState(scope.today, countedFrom(scope))} end as state,
    case when t.closed_at is null and t.due_on < ${scope.today}::date then ${lateDaysOf(scope.today, scope.today)} else 0 end as late_days
  from task t ${stopJoins}
  where t.county_code = ${scope.countyCode} and t.campaign_id = ${scope.campaignId})`;

/** The first day whose work counts: what happened before the launch, or before the window, is credited. */
const countedFrom = ({ windowFrom, launchedOn }: Scope): CivilDate =>
  windowFrom > launchedOn ? windowFrom : launchedOn;

export interface DutyStates {
  readonly duty: string | null;
  readonly state: string;
  readonly count: number;
  readonly verified: number;
  readonly refuted: number;
  readonly singleSide: number;
}

/** Tasks by duty and state; what re-checks said of those done stands beside, never inside. */
export async function tasksByState(tx: Tx, scope: Scope): Promise<DutyStates[]> {
  return rows(
    tx,
    sql<DutyStates>`with ${stated(scope)}, ${lastWords(scope)}
      select duty_key as duty, state, count(*) as count, count(*) filter (where c.verdict = 'confirmed') as verified,
        count(*) filter (where c.verdict = 'refuted') as refuted,
        count(*) filter (where close_detail = 'single_side') as "singleSide"
      from stated left join last_word c on c.record_id = stated.closed_by group by 1, 2 order by 1, 2`,
  );
}

export interface Rung {
  /** 0: nobody has been told yet. */
  readonly level: number;
  readonly tasks: number;
}

const rungs = sql`rung as (
  select s.*, coalesce(e.level, 0) as level, e.horizon_on
  from stated s join task t on t.id = s.id
  left join lateral (select e.level, e.horizon_on from escalation e where e.county_code = t.county_code and e.task_id = t.id and e.cycle = t.cycle
    order by e.level desc limit 1) e on true
  where s.state in ('late', 'overdue'))`;

/** Late tasks by the highest rung of their present cycle. */
export async function lateByRung(tx: Tx, scope: Scope): Promise<Rung[]> {
  return rows(
    tx,
    sql<Rung>`with ${stated(scope)}, ${rungs} select level, count(*) as tasks from rung group by level order by level`,
  );
}

export interface LateTask {
  readonly id: string;
  readonly duty: string | null;
  readonly kind: string;
  readonly side: string;
  readonly areaCode: string;
  readonly householdId: string | null;
  /** The household's number in its village's register: what a list may show of a door. */
  readonly registerNo: string | null;
  readonly dueOn: CivilDate;
  readonly state: 'late' | 'overdue';
  /** Working days past due and grace on which its clock did not stand. */
  readonly lateDays: number;
  readonly level: number;
  /** Nothing has been heard of its area since this day, which is before it was due: call before you accuse. */
  readonly noWordSince: CivilDate | null;
}

/** Late tasks, the longest late first, after (`lateDays`, `id`). */
export async function lateTasks(
  tx: Tx,
  scope: Scope,
  level: number | null,
  after: { readonly lateDays: number; readonly id: string } | null,
  limit: number,
): Promise<LateTask[]> {
  return rows(
    tx,
    sql<LateTask>`with ${stated(scope)}, ${rungs}
      select id, duty_key as duty, kind, side, area_code as "areaCode", household_id as "householdId", due_on as "dueOn", state, late_days as "lateDays", level,
        horizon_on as "noWordSince", (select h.register_no from household h where h.county_code = ${scope.countyCode} and h.id = rung.household_id) as "registerNo" from rung
      where (${level}::integer is null or level = ${level}) and (${after?.lateDays ?? null}::integer is null or (-late_days, id) > (-${after?.lateDays ?? null}::integer, ${after?.id ?? null}::uuid))
      order by late_days desc, id limit ${limit}`,
  );
}

const counting: Readonly<
  Record<
    Exclude<Measure, `${string}_aware` | `${string}_asked` | 'households_seen' | 'persons_on_record'>,
    (scope: Scope, of: string) => ReturnType<typeof sql>
  >
> = {
  households: (scope) =>
    sql`select count(*) as n from household h where h.county_code = ${scope.countyCode} and h.ended_on is null and ${inAreas(scope, 'h.village_code')}`,
  households_signed: (
    scope,
  ) => sql`select count(*) as n from household h where h.county_code = ${scope.countyCode} and h.ended_on is null
    and ${inAreas(scope, 'h.village_code')} and exists (select from contract c where c.county_code = h.county_code and c.household_id = h.id and c.signed_on <= ${scope.today})`,
  persons: (
    scope,
  ) => sql`select count(*) as n from person p where p.county_code = ${scope.countyCode} and p.died_on is null and p.moved_out_on is null
    and ${inAreas(scope, 'p.village_code')}`,
  persons_with_plan: (scope) => sql`select persons_with_plan(${scope.countyCode}, ${[...scope.areas]}::text[]) as n`,
  towns: (
    scope,
  ) => sql`select count(distinct left(v.code, 9)) as n from division v where v.county_code = ${scope.countyCode} and v.level = 'village'
    and v.merged_into is null and ${inAreas(scope, 'v.code')}`,
  towns_with_clinic: (
    scope,
  ) => sql`select count(distinct s.area_code) as n from clinic_session s where s.county_code = ${scope.countyCode}
    and s.held_on between ${scope.windowFrom} and ${scope.windowTo} and ${inAreas(scope, 's.area_code')} and clinic_counts(s)
    and exists (select from clinic_stage g where g.county_code = s.county_code and g.session_id = s.id and g.stage = 'reported' and g.at <= ${scope.asOf})`,
  tasks: (
    scope,
    of,
  ) => sql`select count(*) as n from task t where t.county_code = ${scope.countyCode} and t.campaign_id = ${scope.campaignId}
    and t.duty_key = ${of} and t.in_goal and not coalesce(t.close_reason = 'excused' and t.close_detail = any(${EXITS}::text[]), false)`,
  tasks_done: (
    scope,
    of,
  ) => sql`select count(*) as n from task t where t.county_code = ${scope.countyCode} and t.campaign_id = ${scope.campaignId}
    and t.duty_key = ${of} and t.in_goal and t.close_reason = 'done'`,
};

/** A measure's count; null where it has not been measured. @param headline for what is seen at doors; without one nothing is. */
export async function measure(
  tx: Tx,
  scope: Scope,
  name: Measure,
  of: string,
  headline: Headline | null,
): Promise<number | null> {
  switch (name) {
    case 'cadres_aware':
    case 'cadres_asked':
    case 'residents_aware':
    case 'residents_asked':
      return null; // no survey has been held: 未测
    case 'persons_on_record':
      return null; // the health-record system is not connected: 未测
    case 'households_seen': {
      if (headline === null) return 0;
      const towns = await townTotals(tx, scope, headline);
      return towns.reduce((sum, { verified, unchecked }) => sum + verified + unchecked, 0);
    }
    default: {
      const { n } = await oneRow(tx, counting[name](scope, of) as ReturnType<typeof sql<{ n: number }>>);
      return n;
    }
  }
}

/** Rows of the closing report, each a small table without ids. */
export async function closingFacts(
  tx: Tx,
  scope: Scope,
): Promise<{
  readonly excused: unknown[];
  readonly rungs: unknown[];
  readonly holds: unknown[];
  readonly moves: unknown[];
  readonly notices: unknown[];
  readonly staff: unknown[];
  readonly clinics: unknown[];
}> {
  const { countyCode, campaignId } = scope;
  const mine = sql`t.county_code = ${countyCode} and t.campaign_id = ${campaignId}`;
  return {
    excused: await rows(
      tx,
      sql`select t.duty_key as duty, t.close_detail as reason, count(*) as count from task t
      where ${mine} and t.close_reason = 'excused' group by 1, 2 order by 1, 2`,
    ),
    rungs: await rows(
      tx,
      sql`select t.duty_key as duty, e.level, e.kind, count(*) as count from task t
      join escalation e on e.county_code = t.county_code and e.task_id = t.id where ${mine} group by 1, 2, 3 order by 1, 2, 3`,
    ),
    holds: await rows(
      tx,
      sql`select case when h.campaign_id is not null then 'campaign' when h.village_code is not null then 'village'
          when h.team_id is not null then 'team' when h.household_id is not null then 'household' else 'task' end as scope,
        h.area_code as area, h.from_on as "from", h.to_on as "to", h.lifted_on as "liftedOn", h.reason, count(*) as count
      from hold h left join task t on t.county_code = h.county_code and t.id = h.task_id
      where h.county_code = ${countyCode} and h.approved_at is not null and (h.campaign_id = ${campaignId} or t.campaign_id = ${campaignId}
        or (h.campaign_id is null and h.task_id is null and h.from_on <= ${scope.windowTo} and h.to_on >= ${scope.windowFrom} and ${inAreas(scope, 'h.area_code')}))
      group by 1, 2, 3, 4, 5, 6 order by 3, 2, 1, 4, 5, 6`,
    ),
    moves: await rows(
      tx,
      sql`select m.reason, count(*) as count from task_move m join task t on t.county_code = m.county_code and t.id = m.task_id
      where ${mine} group by 1 order by 1`,
    ),
    notices: await rows(
      tx,
      sql`select n.kind, n.state, count(*) as count from notice n where n.county_code = ${countyCode}
      and ${dayOf('n.created_at')} between ${scope.launchedOn} and ${scope.today} group by 1, 2 order by 1, 2`,
    ),
    staff: await rows(
      tx,
      sql`select m.source, t.side, count(distinct m.account_id) as count from team_member m join team t on t.county_code = m.county_code and t.id = m.team_id
      where m.county_code = ${countyCode} and daterange(m.from_on, m.to_on, '[]') @> ${scope.windowTo}::date and ${inAreas(scope, 'm.area_code')}
      group by 1, 2 order by 1, 2`,
    ),
    clinics: await rows(
      tx,
      sql`select s.area_code as town, count(*) filter (where s.late_reason is null) as sessions, count(*) filter (where s.late_reason is not null) as "lateEntries",
        coalesce(sum(a.services) filter (where s.late_reason is null), 0) as services, coalesce(sum(a.attendances) filter (where s.late_reason is null), 0) as attendances
      from clinic_session s left join lateral (select sum(services) as services, count(*) as attendances from clinic_attendance a
        where a.county_code = s.county_code and a.session_id = s.id) a on true
      where s.county_code = ${countyCode} and s.held_on between ${scope.windowFrom} and ${scope.windowTo} and ${inAreas(scope, 's.area_code')}
        and exists (select from clinic_stage g where g.county_code = s.county_code and g.session_id = s.id and g.stage = 'reported')
      group by 1 order by 1`,
    ),
  };
}

export interface SealRow {
  readonly report: unknown;
  readonly hash: string;
  readonly at: Instant;
}

export async function sealOf(tx: Tx, countyCode: string, campaignId: string): Promise<SealRow | null> {
  return maybeRow(
    tx,
    sql<SealRow>`select report, hash, at from seal where county_code = ${countyCode} and campaign_id = ${campaignId}`,
  );
}

export async function insertSeal(
  tx: Tx,
  countyCode: string,
  campaignId: string,
  report: string,
  hash: string,
  asOf: Instant,
): Promise<void> {
  await sql`insert into seal (county_code, campaign_id, report, hash, at) values (${countyCode}, ${campaignId}, ${report}, ${hash}, ${asOf})
    on conflict do nothing`.execute(tx);
}
