// src/tasks/store/listed.ts: the tasks somebody may work on, most urgent first, in the words of the field.
import type { CivilDate } from '../../platform/civil.ts';
import { rows, sql, type Tx } from '../../platform/db.ts';
import { awayClauses, stopJoins, stopOn } from '../standing.ts';

export interface TaskListed {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly subjectId: string;
  readonly areaCode: string;
  readonly householdId: string | null;
  /** The household's head, for finding the door. */
  readonly householdName: string | null;
  readonly personId: string | null;
  readonly personName: string | null;
  readonly side: string;
  readonly opensOn: CivilDate;
  readonly dueOn: CivilDate;
  readonly boundedUntil: CivilDate | null;
  readonly campaignId: string | null;
  readonly dutyTitle: string | null;
  /** Why its clock stands today; null where it runs. */
  readonly stopped: 'held' | 'away' | 'pending' | null;
  readonly closedOn: CivilDate | null;
  readonly closeReason: string | null;
}

/** `held`, `away` and `pending`: open, its clock standing for that reason. */
export type ListedState = 'open' | 'late' | 'held' | 'away' | 'pending' | 'closed';

/**
 * The tasks of an area and below that the reader may see, by due date, after the task at (`dueOn`, `id`). A cadre is shown
 * what is owed to a door by her side or by either: the medical team's own visits would tell her who is ill.
 */
export async function tasksListed(
  tx: Tx,
  countyCode: string,
  filter: {
    readonly areaCode: string;
    readonly state: ListedState;
    readonly after: { readonly dueOn: string; readonly id: string } | null;
  },
  day: CivilDate,
  limit: number,
): Promise<TaskListed[]> {
  const { areaCode, state, after } = filter;
  return rows(
    tx,
    sql<TaskListed>`
      with ${awayClauses(countyCode, sql`starts_with(s.village_code, ${areaCode})`, day)}
      select t.id, t.kind, t.subject, t.subject_id as "subjectId", t.area_code as "areaCode", t.household_id as "householdId",
        h.name as "householdName", t.person_id as "personId", p.name as "personName", t.side, t.opens_on as "opensOn", t.due_on as "dueOn",
        t.bounded_until as "boundedUntil", t.campaign_id as "campaignId", d.title as "dutyTitle", stopped.why as stopped,
        t.closed_on as "closedOn", t.close_reason as "closeReason"
      from task t
      left join household h on h.county_code = t.county_code and h.id = t.household_id
      left join person p on p.county_code = t.county_code and p.id = t.person_id
      left join duty d on d.county_code = t.county_code and d.campaign_id = t.campaign_id and d.key = t.duty_key
      ${stopJoins}
      cross join lateral (select case when t.closed_at is null then ${stopOn(day)} end as why offset 0) stopped
      where t.county_code = ${countyCode} and starts_with(t.area_code, ${areaCode})
        and (t.side <> 'medical' or t.household_id is null
          or t.area_code = any((select my_areas('medical', 'facility', 'supervisor', 'planner', 'admin', 'bureau'))::text[])) and (t.closed_at is not null) = ${state === 'closed'}
        and case when ${state}::text = 'late' then t.due_on < ${day}::date and stopped.why is null
          when ${state}::text in ('held', 'away', 'pending') then stopped.why is not distinct from ${state} else true end
        and (${after === null} or (t.due_on, t.id) > (${after?.dueOn ?? null}::date, ${after?.id ?? null}::uuid))
      order by t.due_on, t.id limit ${limit}`,
  );
}
