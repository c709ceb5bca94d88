// src/tasks/store.ts: questions about tasks and facts about them; locks are always taken in the order of ids.
import type { CivilDate, Instant } from '../platform/civil.ts';
import { rows, sql, type Tx, written } from '../platform/db.ts';

export type Side = 'medical' | 'cadre' | 'either' | 'facility';
export type Subject =
  | 'household'
  | 'person'
  | 'village'
  | 'town'
  | 'team'
  | 'enrolment'
  | 'referral'
  | 'visit'
  | 'finding'
  | 'notice'
  | 'county';

export interface TaskRow {
  readonly id: string;
  readonly sourceKey: string;
  readonly campaignId: string | null;
  readonly dutyKey: string | null;
  readonly kind: string;
  readonly subject: Subject;
  readonly subjectId: string;
  readonly areaCode: string;
  readonly householdId: string | null;
  readonly personId: string | null;
  readonly enrolmentId: string | null;
  readonly teamId: string | null;
  readonly side: Side;
  readonly opensOn: CivilDate;
  readonly dueOn: CivilDate;
  readonly grace: number;
  readonly graceUntil: CivilDate | null;
  readonly boundedUntil: CivilDate | null;
  readonly cycle: number;
  readonly closedAt: Instant | null;
  readonly closedOn: CivilDate | null;
  readonly closeReason: 'done' | 'excused' | 'not_done' | null;
  readonly closeDetail: string | null;
  readonly closedBy: string | null;
}

/** The columns of a `TaskRow`, for a `select` from `task t`. */
export const taskColumns = sql`t.id, t.source_key as "sourceKey", t.campaign_id as "campaignId", t.duty_key as "dutyKey", t.kind, t.subject,
  t.subject_id as "subjectId", t.area_code as "areaCode", t.household_id as "householdId", t.person_id as "personId",
  t.enrolment_id as "enrolmentId", t.team_id as "teamId", t.side, t.opens_on as "opensOn", t.due_on as "dueOn", t.grace,
  t.grace_until as "graceUntil", t.bounded_until as "boundedUntil", t.cycle, t.closed_at as "closedAt", t.closed_on as "closedOn",
  t.close_reason as "closeReason", t.close_detail as "closeDetail", t.closed_by as "closedBy"`;

/** A task to be made; what is left out is null or the column's default. */
export interface NewTask {
  readonly sourceKey: string;
  readonly kind: string;
  readonly subject: Subject;
  readonly subjectId: string;
  readonly areaCode: string;
  readonly side: Side;
  readonly opensOn: CivilDate;
  readonly dueOn: CivilDate;
  readonly campaignId?: string | null;
  readonly dutyKey?: string | null;
  readonly inGoal?: boolean;
  readonly householdId?: string | null;
  readonly personId?: string | null;
  readonly enrolmentId?: string | null;
  readonly teamId?: string | null;
  readonly grace?: number;
  readonly graceUntil?: CivilDate | null;
  readonly boundedUntil?: CivilDate | null;
}

/** Makes the tasks that do not exist yet, by source key. @returns the ids of those made. */
export async function insertTasks(
  tx: Tx,
  countyCode: string,
  tasks: readonly NewTask[],
  asOf: Instant,
): Promise<string[]> {
  if (tasks.length === 0) return [];
  const made = await rows(
    tx,
    sql<{ id: string }>`
      insert into task (county_code, source_key, campaign_id, duty_key, in_goal, kind, subject, subject_id, area_code, household_id, person_id,
        enrolment_id, team_id, side, opens_on, due_on, grace, grace_until, bounded_until, created_at)
      select ${countyCode}, n."sourceKey", n."campaignId", n."dutyKey", coalesce(n."inGoal", true), n.kind, n.subject, n."subjectId", n."areaCode",
        n."householdId", n."personId", n."enrolmentId", n."teamId", n.side, n."opensOn", n."dueOn", coalesce(n.grace, 0), n."graceUntil", n."boundedUntil", ${asOf}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(tasks)}::jsonb) as n("sourceKey" text, "campaignId" uuid, "dutyKey" text, "inGoal" boolean, kind text,
        subject text, "subjectId" text, "areaCode" text, "householdId" uuid, "personId" uuid, "enrolmentId" uuid, "teamId" uuid, side text,
        "opensOn" date, "dueOn" date, grace integer, "graceUntil" date, "boundedUntil" date)
      on conflict (county_code, source_key) do nothing returning id`,
  );
  return made.map((row) => row.id);
}

/** Locks these tasks, in the order of their ids, until the transaction ends. */
export async function lockTasks(tx: Tx, countyCode: string, ids: readonly string[]): Promise<TaskRow[]> {
  if (ids.length === 0) return [];
  return rows(
    tx,
    sql<TaskRow>`select ${taskColumns} from task t where t.county_code = ${countyCode} and t.id = any(${[...ids]}::uuid[]) order by t.id for no key update`,
  );
}

export interface Closing {
  readonly id: string;
  readonly reason: 'done' | 'excused' | 'not_done';
  /** The civil day it happened. */
  readonly closedOn: CivilDate;
  /** The day its record reached the book, where that was before today: a side that confirms its partner's record. */
  readonly recordedOn?: CivilDate | null;
  /** Why excused; `single_side` for a joint duty that one side did. */
  readonly detail?: string | null;
  /** The record (or clinic session) that discharged it: with `done`, always. */
  readonly closedBy?: string | null;
}

/** Closes tasks that are still open. @returns how many it closed. */
export async function closeTasks(
  tx: Tx,
  countyCode: string,
  closings: readonly Closing[],
  asOf: Instant,
): Promise<number> {
  if (closings.length === 0) return 0;
  return written(
    tx,
    sql`update task t set closed_at = ${asOf}, closed_on = c."closedOn", close_reason = c.reason, close_detail = c.detail, closed_by = c."closedBy",
        recorded_on = c."recordedOn"
      from jsonb_to_recordset(${JSON.stringify(closings)}::jsonb)
        as c(id uuid, reason text, "closedOn" date, "recordedOn" date, detail text, "closedBy" uuid)
      where t.county_code = ${countyCode} and t.id = c.id and t.closed_at is null
        and t.id = any(${closings.map(({ id }) => id)}::uuid[])`, // by their ids: joined alone, every task of the county is read
  );
}
