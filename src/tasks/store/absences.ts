// src/tasks/store/absences.ts: open tasks whose people are known to come back only after the drive's window: the planner decides what becomes of them.
import type { CivilDate } from '../../platform/civil.ts';
import { rows, sql, type Tx } from '../../platform/db.ts';
import { awayClauses, awayDays, awayJoins } from '../standing.ts';

export interface AwayPastWindow {
  readonly taskId: string;
  readonly campaignId: string;
  readonly areaCode: string;
  readonly householdId: string | null;
  readonly personId: string | null;
  readonly registerNo: string | null;
  readonly dueOn: CivilDate;
  readonly windowTo: CivilDate;
  /** The first day home again. */
  readonly backOn: CivilDate;
}

/** In the order of return, after (`backOn`, `taskId`). */
export async function awayPastWindow(
  tx: Tx,
  countyCode: string,
  today: CivilDate,
  after: { readonly backOn: string; readonly id: string } | null,
  limit: number,
): Promise<AwayPastWindow[]> {
  return rows(
    tx,
    sql<AwayPastWindow>`
      with ${awayClauses(countyCode, sql`true`, today)},
      gone as (
        select t.id as "taskId", t.campaign_id as "campaignId", t.area_code as "areaCode", t.household_id as "householdId",
          t.person_id as "personId", h.register_no as "registerNo", t.due_on as "dueOn", c.window_to as "windowTo",
          (select upper(stay) from unnest(${awayDays}) as stay where stay @> c.window_to) as "backOn"
        from task t
        join campaign c on c.county_code = t.county_code and c.id = t.campaign_id
        left join household h on h.county_code = t.county_code and h.id = t.household_id
        ${awayJoins}
        where t.county_code = ${countyCode} and t.closed_at is null and t.released_at is null)
      select * from gone where "backOn" is not null
        and (${after === null} or ("backOn", "taskId") > (${after?.backOn ?? null}::date, ${after?.id ?? null}::uuid))
      order by "backOn", "taskId" limit ${limit}`,
  );
}
