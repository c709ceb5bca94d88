// src/campaigns/store/tasks.ts: a campaign's tasks, made, claimed, re-planned and ended by one statement a duty, whatever the county's size.
import type { CivilDate, Instant } from '../../platform/civil.ts';
import { oneRow, sql, type Tx, written } from '../../platform/db.ts';
import type { Duty } from '../schema.ts';
import { type Plan, planned, subjects } from './plan.ts';

/**
 * Makes a duty's tasks for everybody it is owed to. Idempotent by source key (see `dutyTaskKey`).
 * 62,703 people: within a half of a bare `insert … select` of the same rows; a loop over people took minutes.
 * @returns how many were new.
 */
export async function insertDutyTasks(tx: Tx, plan: Plan, duty: Duty): Promise<number> {
  const dates = typeof duty.due === 'string' ? [null] : duty.due.on;
  const sides = duty.side === 'joint' ? ['medical', 'cadre'] : [duty.side];
  return written(
    tx,
    sql`with ${planned(plan)},
      owed as (${subjects(plan, duty.subject, duty.select, duty.side)})
      insert into task (county_code, source_key, campaign_id, duty_key, kind, subject, subject_id, area_code, household_id, person_id, team_id,
        side, opens_on, due_on, grace, bounded_until, created_at)
      select ${plan.countyCode}, concat('duty/', ${plan.campaignId}::text, '/', ${duty.key}::text, '/', o.subject_id, '/',
          case when ${duty.side === 'joint'} then side else '-' end, '/', coalesce(dates.day::text, '-')),
        ${plan.campaignId}::uuid, ${duty.key}, ${duty.record}, ${duty.subject}, o.subject_id, o.area_code, o.household_id, o.person_id, o.team_id,
        side, case when dates.day is null then o.opens_on else ${plan.from}::date end, case when dates.day is null then o.due_on else greatest(dates.day, ${plan.from}::date) end,
        ${duty.grace}::integer, case when dates.day is null then o.until end, ${plan.asOf}::timestamptz
      from owed o cross join unnest(${sides}::text[]) as side cross join unnest(${dates}::date[]) as dates(day)
      on conflict (county_code, source_key) do nothing`,
  );
}

/** Villages whose enrolments and follow-ups a campaign may claim. */
const inAreas = (areas: readonly string[], column: string) =>
  sql`exists (select from unnest(${[...areas]}::text[]) as a(code) where starts_with(${sql.ref(column)}, a.code))`;

export interface Claim {
  readonly countyCode: string;
  readonly campaignId: string;
  readonly to: CivilDate;
  readonly areas: readonly string[];
}

const claimable = ({ countyCode, to, areas }: Claim, duty: Duty, programme: string, kinds: readonly string[]) => sql`
  select t.id from task t join enrolment e on e.county_code = t.county_code and e.id = t.enrolment_id
  where t.county_code = ${countyCode} and t.closed_at is null and t.kind = any(${[...kinds, duty.record]}::text[]) and t.due_on <= ${to}
    and (t.campaign_id is null or t.released_at is not null) and e.programme = ${programme} and e.to_on is null and ${inAreas(areas, 't.area_code')}`;

/**
 * Claims the open follow-ups of a programme that are due by the window's end: the campaign and its ladder, never the date.
 * @param inGoal false for what falls due later on: minded, but outside the goal's denominator.
 * @returns how many were claimed.
 */
export async function claimFollowUps(
  tx: Tx,
  claim: Claim,
  duty: Duty,
  programme: string,
  inGoal: boolean,
): Promise<number> {
  return written(
    tx,
    sql`with live as (${claimable(claim, duty, programme, inGoal ? [] : ['referral_check'])} order by t.id for no key update of t)
      update task t set campaign_id = ${claim.campaignId}, duty_key = ${duty.key}, in_goal = ${inGoal}, released_at = null
      from live where t.county_code = ${claim.countyCode} and t.id = live.id and t.closed_at is null`,
  );
}

/** Whether something could be claimed now. */
export async function isClaimable(tx: Tx, claim: Claim, duty: Duty, programme: string): Promise<boolean> {
  const { found } = await oneRow(
    tx,
    sql<{ found: boolean }>`select exists (${claimable(claim, duty, programme, ['referral_check'])}) as found`,
  );
  return found;
}

/** Makes the follow-up that an open enrolment lacks, due on its door's day: routine keeps it when the campaign ends. @returns how many were new. */
export async function insertMissingFollowUps(tx: Tx, plan: Plan, duty: Duty, programme: string): Promise<number> {
  return written(
    tx,
    sql`with ${planned(plan)}
      insert into task (county_code, source_key, kind, subject, subject_id, area_code, household_id, person_id, enrolment_id, side, opens_on, due_on,
        grace, bounded_until, created_at)
      select ${plan.countyCode}, concat('follow/', e.id, '/', ${duty.record}::text), ${duty.record}, 'enrolment', e.id::text, p.village_code, p.household_id,
        p.id, e.id, ${duty.side}, coalesce(b.opens_on, door.opens_on), coalesce(b.due_on, door.due_on), ${duty.grace}::integer, b.until,
        ${plan.asOf}::timestamptz
      from enrolment e
      join person p on p.county_code = e.county_code and p.id = e.person_id and p.died_on is null and p.moved_out_on is null
      join door on door.id = p.household_id
      left join bounded b on b.person_id = p.id
      where e.county_code = ${plan.countyCode} and e.programme = ${programme} and e.to_on is null
        and not exists (select from task t where t.county_code = e.county_code and t.enrolment_id = e.id and t.kind = ${duty.record} and t.closed_at is null)
      on conflict (county_code, source_key) do nothing`,
  );
}

/**
 * Re-plans every open task the campaign made: what was spread is spread anew over the days left, a dated one moves only where its day
 * has passed or was the window's old end. A moved task begins its ladder again.
 * @returns how many moved.
 */
export async function replanTasks(tx: Tx, plan: Plan, oldEnd: CivilDate, reason: string): Promise<number> {
  const { countyCode, campaignId } = plan;
  const open = sql`t.county_code = ${countyCode} and t.campaign_id = ${campaignId} and t.closed_at is null and t.released_at is null`;
  const { moved } = await oneRow(
    tx,
    sql<{ moved: number }>`
      with live as (
        select t.id, t.source_key, t.duty_key, t.subject, t.subject_id, t.household_id, t.person_id, t.due_on,
          d.due = '"spread"'::jsonb and starts_with(t.source_key, 'duty/') as spread
        from task t join duty d on d.county_code = t.county_code and d.campaign_id = t.campaign_id and d.key = t.duty_key
        where ${open} and d.mode = 'create' and not d.preparation
        order by t.id for no key update of t),
      ${planned(plan, sql`h.id in (select live.household_id from live where live.spread)`)},
      elsewhere as (
        select o.id, (${[...plan.workdays]}::date[])[(((2 * o.rank - 1) * ${plan.workdays.length}::integer + 2 * o.count - 1) / (2 * o.count))::integer] as due_on
        from (select live.id, dense_rank() over (partition by live.duty_key order by live.subject_id) as rank,
            (select count(distinct l.subject_id) from live l where l.duty_key = live.duty_key) as count
          from live where live.spread and live.subject not in ('household', 'person')) o),
      target as (
        select live.id, live.due_on as from_due,
          case when not live.spread then
              case when live.due_on = ${oldEnd} then ${plan.to}::date else greatest(live.due_on, ${plan.from}::date) end
            when live.subject = 'person' then coalesce(b.due_on, door.due_on, ${plan.to}::date)
            when live.subject = 'household' then coalesce(bh.due_on, door.due_on, ${plan.to}::date)
            else coalesce(elsewhere.due_on, ${plan.to}::date) end as due_on,
          case live.subject when 'person' then b.until when 'household' then bh.until end as until,
          live.spread
        from live
        left join door on door.id = live.household_id
        left join bounded b on b.person_id = live.person_id
        left join bounded_household bh on bh.household_id = live.household_id
        left join elsewhere on elsewhere.id = live.id),
      moved as (
        update task t set due_on = target.due_on, opens_on = least(t.opens_on, target.due_on), cycle = t.cycle + 1,
          bounded_until = case when target.spread then target.until else t.bounded_until end
        from target where t.county_code = ${countyCode} and t.id = target.id and t.closed_at is null and t.due_on <> target.due_on
        returning t.id, t.area_code, target.from_due, t.due_on),
      written as (
        insert into task_move (county_code, task_id, area_code, from_due, to_due, reason, at)
        select ${countyCode}, moved.id, moved.area_code, moved.from_due, moved.due_on, ${reason}, ${plan.asOf}::timestamptz from moved returning 1)
      select count(*) as moved from written`,
  );
  return moved;
}

/** A hold has been granted on all of them: a sweep that read before it says nothing of them. */
export async function touchTasks(tx: Tx, countyCode: string, campaignId: string): Promise<number> {
  return written(
    tx,
    sql`with live as (select id from task where county_code = ${countyCode} and campaign_id = ${campaignId} and closed_at is null and released_at is null
        order by id for no key update)
      update task t set version = version + 1 from live where t.county_code = ${countyCode} and t.id = live.id and t.closed_at is null`,
  );
}

export interface Ended {
  readonly ended: number;
  readonly released: number;
}

/**
 * Ends what is still open: what the campaign made is closed, what it only claimed goes back to routine, open.
 * @param reason `not_done` at its closing, `excused` (with a detail) where it was cancelled.
 */
export async function endTasks(
  tx: Tx,
  countyCode: string,
  campaignId: string,
  reason: 'not_done' | 'excused',
  detail: string | null,
  closedOn: CivilDate,
  asOf: Instant,
): Promise<Ended> {
  return oneRow(
    tx,
    sql<Ended>`
      with live as (
        select t.id, coalesce(d.mode = 'create' and t.enrolment_id is null, false) as own from task t
        left join duty d on d.county_code = t.county_code and d.campaign_id = t.campaign_id and d.key = t.duty_key
        where t.county_code = ${countyCode} and t.campaign_id = ${campaignId} and t.closed_at is null and t.released_at is null
        order by t.id for no key update of t),
      ended as (
        update task t set closed_at = ${asOf}, closed_on = ${closedOn}, close_reason = ${reason}, close_detail = ${detail}
        from live where live.own and t.county_code = ${countyCode} and t.id = live.id and t.closed_at is null returning 1),
      released as (
        update task t set released_at = ${asOf} from live where not live.own and t.county_code = ${countyCode} and t.id = live.id
          and t.closed_at is null returning 1)
      select (select count(*) from ended) as ended, (select count(*) from released) as released`,
  );
}
