// src/tasks/store/lines.ts: where the tasks of a digest stand at the moment it is rendered; no person's name among it.
import type { CivilDate } from '../../platform/civil.ts';
import { rows, sql, type Tx } from '../../platform/db.ts';
import { awayClauses, lateDaysOf, stopJoins, stopOn } from '../standing.ts';

export interface TaskStanding {
  readonly id: string;
  readonly open: boolean;
  readonly cycle: number;
  /** Why its clock stands today; null where it runs. */
  readonly stopped: 'held' | 'away' | 'pending' | null;
  readonly kind: string;
  readonly areaCode: string;
  /** Town and village, since village names repeat. */
  readonly areaName: string;
  readonly groupNo: number | null;
  readonly registerNo: string | null;
  readonly dueOn: CivilDate;
  readonly lateDays: number;
}

/** `workday` and `day`: the last working and the last calendar morning; `today`: the county's date. */
export async function standingsOf(
  tx: Tx,
  countyCode: string,
  taskIds: readonly string[],
  { workday, day, today }: { readonly workday: CivilDate; readonly day: CivilDate; readonly today: CivilDate },
): Promise<ReadonlyMap<string, TaskStanding>> {
  if (taskIds.length === 0) return new Map();
  const found = await rows(
    tx,
    sql<TaskStanding>`
      with ${awayClauses(
        countyCode,
        sql`s.village_code in (select h.village_code from task t join household h on h.county_code = t.county_code and h.id = t.household_id
          where t.county_code = ${countyCode} and t.id = any(${[...taskIds]}::uuid[]))`,
        today,
      )}
      select t.id, t.closed_at is null as open, t.cycle, t.kind, t.area_code as "areaCode", t.due_on as "dueOn",
        coalesce(town.name, '') || area.name as "areaName", household.group_no as "groupNo", household.register_no as "registerNo",
        ${stopOn(today)} as stopped,
        case when t.closed_at is null then ${lateDaysOf(workday, day)} else 0 end as "lateDays"
      from task t ${stopJoins}
      join division area on area.county_code = t.county_code and area.code = t.area_code
      left join division town on town.county_code = area.county_code and town.code = area.parent_code and town.level = 'town'
      left join household on household.county_code = t.county_code and household.id = t.household_id
      where t.county_code = ${countyCode} and t.id = any(${[...taskIds]}::uuid[])`,
  );
  return new Map(found.map((task) => [task.id, task]));
}
