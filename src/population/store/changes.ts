// src/population/store/changes.ts: what was found at a door and waits for a decision, and the register's rows once it is approved.
import type { CivilDate, Instant } from '../../platform/civil.ts';
import { maybeRow, rows, sql, type Tx } from '../../platform/db.ts';

export interface ChangeRow {
  readonly id: string;
  readonly kind: 'died' | 'moved_out' | 'unknown_person' | 'correction';
  readonly villageCode: string;
  readonly householdId: string;
  /** Null where the whole household is meant. */
  readonly personId: string | null;
  readonly wholeHousehold: boolean;
  readonly occurredOn: CivilDate;
  readonly recordId: string;
  readonly requestedAt: Instant;
  readonly requestedBy: string;
  readonly decidedAt: Instant | null;
  readonly decision: 'approved' | 'rejected' | 'withdrawn' | null;
  readonly reason: string | null;
}

export interface ChangeListed extends ChangeRow {
  readonly villageName: string;
  readonly householdName: string;
  readonly personName: string | null;
  readonly requesterName: string;
  /** What is owed and would be excused. */
  readonly openTasks: number;
}

const columns = sql`c.id, c.kind, c.village_code as "villageCode", c.household_id as "householdId", c.person_id as "personId",
  c.whole_household as "wholeHousehold", c.occurred_on as "occurredOn", c.record_id as "recordId", c.requested_at as "requestedAt",
  c.requested_by as "requestedBy", c.decided_at as "decidedAt", c.decision, c.reason`;

/** Whether the change request `c` is about the task `t`: a person's own tasks, or everything at the door. */
const isAbout = sql`(t.person_id = c.person_id or c.whole_household and t.household_id = c.household_id)`;

/** A request the reader may see, locked: two decisions follow one another. */
export async function lockChange(tx: Tx, countyCode: string, id: string): Promise<ChangeRow | null> {
  return maybeRow(
    tx,
    sql<ChangeRow>`select ${columns} from change_request c where c.county_code = ${countyCode} and c.id = ${id} for update`,
  );
}

/** Requests of the reader's areas, the oldest first, after `after`. */
export async function changesListed(
  tx: Tx,
  countyCode: string,
  filter: { readonly waiting: boolean; readonly after: { readonly requestedAt: Instant; readonly id: string } | null },
  limit: number,
): Promise<ChangeListed[]> {
  return rows(
    tx,
    sql<ChangeListed>`select ${columns}, d.name as "villageName", h.name as "householdName", p.name as "personName", a.name as "requesterName",
        (select count(*) from task t where t.county_code = c.county_code and t.household_id = c.household_id and t.closed_at is null
          and ${isAbout}) as "openTasks"
      from change_request c
      join division d on d.county_code = c.county_code and d.code = c.village_code
      join household h on h.county_code = c.county_code and h.id = c.household_id
      join account a on a.county_code = c.county_code and a.id = c.requested_by
      left join person p on p.county_code = c.county_code and p.id = c.person_id
      where c.county_code = ${countyCode} and (c.decided_at is null) = ${filter.waiting}
        and (${filter.after === null} or (c.requested_at, c.id) > (${filter.after?.requestedAt ?? null}::timestamptz, ${filter.after?.id ?? null}::uuid))
      order by c.requested_at, c.id limit ${limit}`,
  );
}

/** The open tasks that a request is about, locked by their ids. */
export async function lockTasksAbout(tx: Tx, countyCode: string, id: string): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{
      id: string;
    }>`select t.id from task t join change_request c on c.county_code = t.county_code and c.id = ${id} and ${isAbout}
      where t.county_code = ${countyCode} and t.closed_at is null order by t.id for no key update of t`,
  );
  return found.map((task) => task.id);
}

export async function decide(
  tx: Tx,
  countyCode: string,
  id: string,
  said: { readonly decision: 'approved' | 'rejected'; readonly reason: string | null; readonly accountId: string },
  asOf: Instant,
): Promise<void> {
  await sql`update change_request set decided_at = ${asOf}, decided_by = ${said.accountId}, decision = ${said.decision}, reason = ${said.reason}
    where county_code = ${countyCode} and id = ${id} and decided_at is null`.execute(tx);
}

/** Writes an approved request into the register: who died or left, when, and out of which categories and programmes. */
export async function applyChange(tx: Tx, countyCode: string, change: ChangeRow): Promise<void> {
  const { kind, occurredOn: on } = change;
  await sql`
    with gone as materialized (
      select p.id from person p where p.county_code = ${countyCode} and p.died_on is null and p.moved_out_on is null
        and case when ${change.wholeHousehold} then p.household_id = ${change.householdId} else p.id = ${change.personId}::uuid end),
    person_gone as (
      update person set died_on = case when ${kind} = 'died' then ${on}::date end, moved_out_on = case when ${kind} <> 'died' then ${on}::date end
      where county_code = ${countyCode} and id in (select id from gone)),
    household_gone as (
      update household set ended_on = ${on} where county_code = ${countyCode} and id = ${change.householdId} and ${change.wholeHousehold} and ended_on is null),
    category_left as (
      update category_membership set to_on = greatest(from_on, ${on}::date), exit_reason = ${kind}
      where county_code = ${countyCode} and person_id in (select id from gone) and to_on is null)
    update enrolment set to_on = greatest(from_on, ${on}::date), end_reason = ${kind}
    where county_code = ${countyCode} and person_id in (select id from gone) and to_on is null`.execute(tx);
}
