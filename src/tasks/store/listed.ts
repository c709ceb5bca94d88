// src/tasks/store/listed.ts: the tasks somebody may work on, most urgent first, in the words of the field.
import type { CivilDate } from '../../platform/civil.ts';
import { rows, sql, type Tx } from '../../platform/db.ts';
import { coversTask, heldUntil, inForce } from '../standing.ts';

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
  readonly held: boolean;
  readonly closedOn: CivilDate | null;
  readonly closeReason: string | null;
}

export type ListedState = 'open' | 'late' | 'held' | 'closed';

/** The tasks of an area and below that the reader may see, by due date, after the task at (`dueOn`, `id`). */
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
    sql<TaskListed>`select t.id, t.kind, t.subject, t.subject_id as "subjectId", t.area_code as "areaCode", t.household_id as "householdId",
        h.name as "householdName", t.person_id as "personId", p.name as "personName", t.side, t.opens_on as "opensOn", t.due_on as "dueOn",
        t.bounded_until as "boundedUntil", t.campaign_id as "campaignId", d.title as "dutyTitle", held.held, t.closed_on as "closedOn",
        t.close_reason as "closeReason"
      from task t
      left join household h on h.county_code = t.county_code and h.id = t.household_id
      left join person p on p.county_code = t.county_code and p.id = t.person_id
      left join duty d on d.county_code = t.county_code and d.campaign_id = t.campaign_id and d.key = t.duty_key
      cross join lateral (select exists (select from hold h where h.county_code = t.county_code and ${inForce} and ${coversTask}
        and daterange(h.from_on, ${heldUntil}, '[]') @> ${day}::date) as held) held
      where t.county_code = ${countyCode} and starts_with(t.area_code, ${areaCode}) and (t.closed_at is not null) = ${state === 'closed'}
        and case ${state}::text when 'late' then t.due_on < ${day}::date and not held.held when 'held' then held.held else true end
        and (${after === null} or (t.due_on, t.id) > (${after?.dueOn ?? null}::date, ${after?.id ?? null}::uuid))
      order by t.due_on, t.id limit ${limit}`,
  );
}
