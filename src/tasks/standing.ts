// src/tasks/standing.ts: SQL fragments that say whether a task's clock stands, how late it is and what it counts as; for every store that asks. They expect `task t` in scope.
import type { CivilDate } from '../platform/civil.ts';
import { sql } from '../platform/db.ts';
import { ENTRY_DAYS } from './rules/done.ts';

type Fragment = ReturnType<typeof sql>;

const ADULT_YEARS = 18; // whoever is younger does not speak for a household

/**
 * Whether the hold `h` covers the task `t`. A team's hold covers what that team owes alone: where either side may go,
 * the other still can.
 */
export const coversTask = sql`(h.task_id = t.id or h.household_id = t.household_id or h.village_code = t.area_code
  or h.campaign_id = t.campaign_id or h.team_id = coalesce(t.team_id, (select team.id from team
    where team.county_code = t.county_code and team.area_code = t.area_code and team.side = t.side and team.to_on is null)))`;

/** The last day of a hold in force: the day before it was lifted, where it was. */
export const heldUntil = sql`coalesce(h.lifted_on - 1, h.to_on)`;

/** Granted, and not lifted before it began. */
export const inForce = sql`(h.approved_at is not null and (h.lifted_on is null or h.lifted_on > h.from_on))`;

/** The days of `t` that a hold covers, as a `datemultirange`. */
export const heldDays = sql`coalesce((select range_agg(daterange(h.from_on, ${heldUntil}, '[]')) from hold h
  where h.county_code = t.county_code and ${inForce} and ${coversTask}), '{}'::datemultirange)`;

/** Whether the change request `c` covers the task `t`: that person's tasks, or the household's where nobody is named. */
export const asksAbout = sql`(c.household_id = t.household_id and c.kind in ('died', 'moved_out', 'unknown_person')
  and (c.person_id is null or c.person_id = t.person_id))`;

/** A request stops the clock from the day it was made, not from the day it tells of, until the day it is decided. */
const askedDays = sql`daterange((c.requested_at at time zone 'Asia/Shanghai')::date, case when c.decided_at is not null then
  greatest(c.requested_at at time zone 'Asia/Shanghai', c.decided_at at time zone 'Asia/Shanghai')::date end)`;

/** The days of `t` on which a change of the register waited for its decision. */
export const pendingDays = sql`coalesce((select range_agg(${askedDays}) from change_request c
  where c.county_code = t.county_code and ${asksAbout}), '{}'::datemultirange)`;

/**
 * `with` clauses for `stopJoins`: who is known to be away, and which households have nobody adult at home. What was recorded
 * later stands; an absence without a return stops nothing.
 * @param villages a condition on `s.village_code`: asked once for them all, and next to nothing where nobody is away.
 */
export const awayClauses = (countyCode: string, villages: Fragment, today: CivilDate): Fragment => sql`
  away as materialized (
    select p.id as person_id, p.household_id, range_agg(datemultirange(daterange(s.from_on, s.to_on, '[]')) - coalesce(later.days, '{}')) as days
    from presence s
    join person p on p.county_code = s.county_code and (p.id = s.person_id or p.household_id = s.household_id)
      and p.died_on is null and p.moved_out_on is null
    left join lateral (select range_agg(daterange(l.from_on, l.to_on, '[]')) as days from presence l where l.county_code = s.county_code
      and (l.person_id = p.id or l.household_id = p.household_id) and l.recorded_at > s.recorded_at) later on true
    where s.county_code = ${countyCode} and s.place = 'away' and s.to_on is not null and ${villages}
    group by p.id, p.household_id),
  away_household as materialized (
    select p.household_id, coalesce(
      range_intersect_agg(coalesce(away.days, '{}')) filter (where p.born_on <= ${today}::date - make_interval(years => ${ADULT_YEARS}::integer)),
      range_intersect_agg(coalesce(away.days, '{}'))) as days
    from person p left join away on away.person_id = p.id
    where p.county_code = ${countyCode} and p.household_id in (select household_id from away) and p.died_on is null and p.moved_out_on is null
    group by p.household_id)`;

/** Joins of `task t` for `awayDays`; needs `awayClauses`. */
export const awayJoins = sql`left join away on away.person_id = t.person_id
  left join away_household on t.person_id is null and away_household.household_id = t.household_id`;

/** The days of `t` on which whoever it is owed to is known to be away; needs `awayJoins`. */
export const awayDays = sql`coalesce(away.days, away_household.days, '{}'::datemultirange)`;

/** Joins of `task t` that everything below needs: the days on which its clock stands, by why. `offset 0`: found once a task. */
export const stopJoins = sql`${awayJoins}
  left join lateral (select held, away, pending, held + away + pending as days
    from (select ${heldDays} as held, ${awayDays} as away, ${pendingDays} as pending offset 0) stops offset 0) stop
    on t.closed_at is null or t.closed_on > coalesce(t.grace_until, t.due_on)`;

/** Why the clock of `t` stands on a day: `pending`, `held`, `away`, or null. */
export const stopOn = (day: CivilDate): Fragment => sql`case when stop.pending @> ${day}::date then 'pending'
  when stop.held @> ${day}::date then 'held' when stop.away @> ${day}::date then 'away' end`;

/**
 * Late days of `t` up to its area's last morning.
 * @param workday the latest working day whose morning has passed; `day`: the latest calendar day, for tasks bounded by presence.
 */
export const lateDaysOf = (workday: CivilDate, day: CivilDate) =>
  lateDaysUntil(sql`case when t.bounded_until is null then ${workday}::date else ${day}::date end`);

const lateDaysUntil = (day: Fragment) => sql<number>`late_days(t.county_code, coalesce(t.grace_until, t.due_on), ${day},
  t.bounded_until is not null, coalesce(stop.days, '{}'))`;

/** Whether something was recorded so late that it is 补录: on more than so many days between the deed and the book it could have been sent. */
export const isLateEntry = (county: Fragment, area: Fragment, happened: Fragment, recorded: Fragment): Fragment => sql`(
  ${recorded} - ${happened} > ${ENTRY_DAYS}::integer and (select count(*) from generate_series(${happened} + 1, ${recorded}, '1 day') as d(day)
  where not exists (select from outage o where o.county_code = ${county} and starts_with(${area}, o.area_code)
    and d.day::date between o.from_on and o.to_on)) > ${ENTRY_DAYS}::integer)`;

const recordedOn = sql`coalesce(t.recorded_on, (t.closed_at at time zone 'Asia/Shanghai')::date)`;

const preparation = sql`exists (select from duty d where d.county_code = t.county_code and d.campaign_id = t.campaign_id and d.key = t.duty_key
  and d.preparation)`;

/**
 * Where `t` stands on a day shown whole, in the words of `taskStatus`, which says the same of one task.
 * @param countedFrom the first day that counts for its drive: the launch, or the window's first day; null for routine.
 */
export const taskState = (today: CivilDate, countedFrom: CivilDate | null): Fragment => sql`case
  when t.close_reason = 'done' then case
    when t.closed_on < ${countedFrom}::date and not ${preparation} then 'credited'
    when ${isLateEntry(sql`t.county_code`, sql`t.area_code`, sql`t.closed_on`, recordedOn)} then 'late_entry'
    when t.closed_on > coalesce(t.grace_until, t.due_on) and case when t.grace > 0 then ${lateDaysUntil(sql`t.closed_on`)} > t.grace
      else not coalesce(stop.days, '{}') @> daterange(coalesce(t.grace_until, t.due_on) + 1, t.closed_on, '[]') end then 'done_late'
    else 'done' end
  when t.close_reason is not null then t.close_reason
  else coalesce(${stopOn(today)}, case
    when ${today}::date < t.opens_on then 'upcoming'
    when ${today}::date <= t.due_on then 'due'
    when ${lateDaysUntil(sql`${today}::date`)} > t.grace then 'overdue'
    else 'late' end) end`;
