// src/tasks/store/holds.ts: holds, promises and moves as rows, and the tasks that a hold covers.
import type { CivilDate, Instant } from '../../platform/civil.ts';
import { maybeRow, oneRow, rows, sql, type Tx } from '../../platform/db.ts';
import { coversTask, heldUntil, inForce } from '../standing.ts';

/** What a hold stops: exactly one of these. */
export interface HoldScope {
  readonly taskId?: string | undefined;
  readonly householdId?: string | undefined;
  readonly villageCode?: string | undefined;
  readonly teamId?: string | undefined;
  readonly campaignId?: string | undefined;
}

export interface HoldRow {
  readonly id: string;
  readonly areaCode: string;
  readonly fromOn: CivilDate;
  readonly toOn: CivilDate;
  readonly requestedBy: string;
  readonly approvedAt: Instant | null;
  readonly liftedAt: Instant | null;
}

export interface NewHold extends HoldScope {
  readonly areaCode: string;
  readonly fromOn: CivilDate;
  readonly toOn: CivilDate;
  readonly reason: string;
  readonly requestedBy: string;
  /** In force at once. */
  readonly approved: boolean;
}

/** The area a scope lies in, or null when it does not exist (or may not be seen). */
export async function areaOfScope(tx: Tx, countyCode: string, scope: HoldScope): Promise<string | null> {
  const found = await maybeRow(
    tx,
    sql<{ area: string }>`
      select area_code as area from task where county_code = ${countyCode} and id = ${scope.taskId ?? null}::uuid
      union all select village_code from household where county_code = ${countyCode} and id = ${scope.householdId ?? null}::uuid
      union all select code from division where county_code = ${countyCode} and code = ${scope.villageCode ?? null} and level = 'village'
      union all select area_code from team where county_code = ${countyCode} and id = ${scope.teamId ?? null}::uuid
      union all select county_code from campaign where county_code = ${countyCode} and id = ${scope.campaignId ?? null}::uuid`,
  );
  return found?.area ?? null;
}

export async function insertHold(tx: Tx, countyCode: string, hold: NewHold, asOf: Instant): Promise<string> {
  const { id } = await oneRow(
    tx,
    sql<{ id: string }>`
      insert into hold (county_code, area_code, task_id, household_id, village_code, team_id, campaign_id, from_on, to_on, reason,
        requested_by, requested_at, approved_at)
      values (${countyCode}, ${hold.areaCode}, ${hold.taskId ?? null}, ${hold.householdId ?? null}, ${hold.villageCode ?? null},
        ${hold.teamId ?? null}, ${hold.campaignId ?? null}, ${hold.fromOn}, ${hold.toOn}, ${hold.reason}, ${hold.requestedBy},
        ${asOf}, ${hold.approved ? asOf : null}) returning id`,
  );
  return id;
}

export async function lockHold(tx: Tx, countyCode: string, id: string): Promise<HoldRow | null> {
  return maybeRow(
    tx,
    sql<HoldRow>`select id, area_code as "areaCode", from_on as "fromOn", to_on as "toOn", requested_by as "requestedBy",
      approved_at as "approvedAt", lifted_at as "liftedAt" from hold where county_code = ${countyCode} and id = ${id} for no key update`,
  );
}

export async function approve(
  tx: Tx,
  countyCode: string,
  id: string,
  approver: string | null,
  asOf: Instant,
): Promise<void> {
  await sql`update hold set approved_by = ${approver}, approved_at = ${asOf} where county_code = ${countyCode} and id = ${id}`.execute(
    tx,
  );
}

/** `liftedOn`: the first day that it no longer covers. */
export async function lift(tx: Tx, countyCode: string, id: string, liftedOn: CivilDate, asOf: Instant): Promise<void> {
  await sql`update hold set lifted_at = ${asOf}, lifted_on = ${liftedOn} where county_code = ${countyCode} and id = ${id}`.execute(
    tx,
  );
}

/** Locks the open tasks that a hold covers, by id, and raises their version. @returns how many, and their areas. */
export async function touchCovered(
  tx: Tx,
  countyCode: string,
  holdId: string,
): Promise<{ tasks: number; areas: string[] }> {
  return oneRow(
    tx,
    sql<{ tasks: number; areas: string[] }>`
      with live as materialized (
        select t.id from task t join hold h on h.county_code = t.county_code and h.id = ${holdId} and ${coversTask}
        where t.county_code = ${countyCode} and t.closed_at is null order by t.id for no key update of t),
      touched as (
        update task t set version = version + 1 from live where t.county_code = ${countyCode} and t.id = live.id and t.closed_at is null
        returning t.area_code)
      select count(*) as tasks, coalesce(array_agg(distinct area_code), '{}') as areas from touched`,
  );
}

/** The areas whose open tasks a hold covers. */
export async function areasCovered(tx: Tx, countyCode: string, holdId: string): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{ area: string }>`select distinct t.area_code as area from task t
      join hold h on h.county_code = t.county_code and h.id = ${holdId} and ${coversTask}
      where t.county_code = ${countyCode} and t.closed_at is null`,
  );
  return found.map(({ area }) => area);
}

/** When the task's first promise of this cycle was made, or null. */
export async function firstPromise(tx: Tx, countyCode: string, taskId: string, cycle: number): Promise<Instant | null> {
  const found = await maybeRow(
    tx,
    sql<{ at: Instant | null }>`select min(at) as at from acknowledgement
      where county_code = ${countyCode} and task_id = ${taskId} and cycle = ${cycle}`,
  );
  return found?.at ?? null;
}

export async function insertPromise(
  tx: Tx,
  countyCode: string,
  promise: {
    readonly taskId: string;
    readonly cycle: number;
    readonly areaCode: string;
    readonly accountId: string;
    readonly promisedOn: CivilDate;
  },
  asOf: Instant,
): Promise<void> {
  await sql`insert into acknowledgement (county_code, task_id, cycle, area_code, account_id, promised_on, at)
    values (${countyCode}, ${promise.taskId}, ${promise.cycle}, ${promise.areaCode}, ${promise.accountId}, ${promise.promisedOn}, ${asOf})`.execute(
    tx,
  );
}

/** Writes a move and makes it: the due date, the protocol's grace by as many days, and a new cycle. */
export async function moveDue(
  tx: Tx,
  countyCode: string,
  taskId: string,
  dueOn: CivilDate,
  reason: string,
  asOf: Instant,
): Promise<void> {
  await sql`
    with moved as (
      insert into task_move (county_code, task_id, area_code, from_due, to_due, reason, at)
      select county_code, id, area_code, due_on, ${dueOn}::date, ${reason}, ${asOf}::timestamptz from task
      where county_code = ${countyCode} and id = ${taskId} returning task_id, from_due, to_due)
    update task t set due_on = m.to_due, opens_on = least(t.opens_on, m.to_due), cycle = t.cycle + 1,
      grace_until = t.grace_until + (m.to_due - m.from_due)
    from moved m where t.county_code = ${countyCode} and t.id = m.task_id`.execute(tx);
}

/** Gives a task to another team, which is told of it; its ladder goes on. Its own holds go with it. */
export async function handOver(
  tx: Tx,
  countyCode: string,
  taskId: string,
  to: { readonly teamId: string; readonly areaCode: string; readonly side: string; readonly on: CivilDate },
): Promise<void> {
  await sql`update task set team_id = ${to.teamId}, area_code = ${to.areaCode}, side = ${to.side}, handed_on = ${to.on}, version = version + 1
    where county_code = ${countyCode} and id = ${taskId} and closed_at is null`.execute(tx);
  await sql`update hold set area_code = ${to.areaCode} where county_code = ${countyCode} and task_id = ${taskId}`.execute(
    tx,
  );
}

/**
 * The most days for which one open task of this task's or household's would have been held without anybody above it, with
 * these days among them: holds of the task and of its household together, lifted ones for as long as they lasted. Locks the
 * tasks, so that two requests at once are counted one after the other.
 */
export async function selfGrantedDays(
  tx: Tx,
  countyCode: string,
  { taskId, householdId }: HoldScope,
  asked: { readonly fromOn: CivilDate; readonly toOn: CivilDate },
): Promise<number> {
  const { days } = await oneRow(
    tx,
    sql<{ days: number }>`
      with owed as materialized (
        select t.id, t.household_id from task t where t.county_code = ${countyCode} and t.closed_at is null
          and (t.id = ${taskId ?? null}::uuid or t.household_id = ${householdId ?? null}::uuid) order by t.id for no key update),
      held as (
        select t.id, range_agg(daterange(h.from_on, ${heldUntil}, '[]')) as days from owed t
        join hold h on h.county_code = ${countyCode} and ${inForce} and h.approved_by is null and (h.task_id = t.id or h.household_id = t.household_id)
        group by t.id),
      asked as (select datemultirange(daterange(${asked.fromOn}::date, ${asked.toOn}::date, '[]')) as days)
      select coalesce(max((select sum(upper(r) - lower(r)) from unnest(coalesce(held.days, '{}') + asked.days) as r)), 0)::integer as days
      from asked left join held on true`,
  );
  return days;
}
