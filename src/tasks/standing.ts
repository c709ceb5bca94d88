// src/tasks/standing.ts: SQL fragments that say what holds and how late a task is, for every store that asks; they expect `task t` in scope.
import type { CivilDate } from '../platform/civil.ts';
import { sql } from '../platform/db.ts';

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

/** The days of `t` that a hold covers, as the `datemultirange` that `late_days` takes. */
export const heldDays = sql`coalesce((select range_agg(daterange(h.from_on, ${heldUntil}, '[]')) from hold h
  where h.county_code = t.county_code and ${inForce} and ${coversTask}), '{}'::datemultirange)`;

/**
 * Late days of `t` up to its area's last morning.
 * @param workday the latest working day whose morning has passed; `day`: the latest calendar day, for tasks bounded by presence.
 */
export function lateDaysOf(workday: CivilDate, day: CivilDate) {
  return sql<number>`late_days(t.county_code, coalesce(t.grace_until, t.due_on),
    case when t.bounded_until is null then ${workday}::date else ${day}::date end, t.bounded_until is not null, ${heldDays})`;
}
