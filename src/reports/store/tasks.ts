// src/reports/store/tasks.ts: a drive's tasks as one set, each in its state of the day, for whoever counts or lists them.
import type { CivilDate } from '../../platform/civil.ts';
import { rows, sql, type Tx } from '../../platform/db.ts';
import { awayClauses, lateDaysOf, stopJoins, taskState } from '../../tasks/standing.ts';
import { countedFrom, EXITS, lastWords, type Scope } from './scope.ts';

const stated = (scope: Scope) => sql`${awayClauses(scope.countyCode, sql`true`, scope.today)},
stated as (
  select t.id, t.duty_key, t.area_code, t.kind, t.side, t.subject_id, t.due_on, t.cycle, t.in_goal, t.close_reason, t.close_detail, t.closed_by,
    t.household_id, case when t.closed_at is null and t.due_on < ${scope.today} then ${lateDaysOf(scope.today, scope.today)} else 0 end as late_days,
    case when t.closed_at is null and t.released_at is not null then 'released' else ${taskState(scope.today, countedFrom(scope))} end as state
  from task t ${stopJoins}
  where t.county_code = ${scope.countyCode} and t.campaign_id = ${scope.campaignId})`;

export interface DutyStates {
  readonly duty: string | null;
  readonly state: string;
  /** Whether the goals count it; next tasks, minded and not counted, stand apart. */
  readonly inGoal: boolean;
  readonly count: number;
  readonly verified: number;
  readonly refuted: number;
  /** Of those excused: approved exits, which leave a goal's denominator. */
  readonly exits: number;
  /** Subjects for which one side alone did what both owe: a visit counts once. */
  readonly singleSide: number;
}

/** Tasks by duty and state; what re-checks said of those done stands beside, never inside. */
export async function tasksByState(tx: Tx, scope: Scope): Promise<DutyStates[]> {
  return rows(
    tx,
    sql<DutyStates>`with ${stated(scope)}, ${lastWords(scope)}
      select duty_key as duty, state, in_goal as "inGoal", count(*) as count, count(*) filter (where c.verdict = 'confirmed') as verified,
        count(*) filter (where c.verdict = 'refuted') as refuted,
        count(*) filter (where close_reason = 'excused' and close_detail = any(${EXITS}::text[])) as exits,
        count(distinct subject_id) filter (where close_detail = 'single_side') as "singleSide"
      from stated left join record r on r.county_code = ${scope.countyCode} and r.id = stated.closed_by and r.filing = 'accepted'
      left join last_word c on c.root = coalesce(r.root_id, r.id) group by 1, 2, 3 order by 1, 2, 3`,
  );
}

export interface Rung {
  /** 0: nobody has been told yet. */
  readonly level: number;
  readonly tasks: number;
  /** Past due and inside its grace. */
  readonly late: number;
  /** Past its grace. */
  readonly overdue: number;
}

const rungs = sql`rung as (
  select s.*, coalesce(e.level, 0) as level, e.horizon_on
  from stated s join task t on t.id = s.id
  left join lateral (select e.level, e.horizon_on from escalation e where e.county_code = t.county_code and e.task_id = t.id and e.cycle = t.cycle
    order by e.level desc limit 1) e on true
  where s.state in ('late', 'overdue'))`;

/** Tasks past due by the highest rung of their present cycle. */
export async function lateByRung(tx: Tx, scope: Scope): Promise<Rung[]> {
  return rows(
    tx,
    sql<Rung>`with ${stated(scope)}, ${rungs} select level, count(*) as tasks, count(*) filter (where state = 'late') as late,
      count(*) filter (where state = 'overdue') as overdue from rung group by level order by level`,
  );
}

export interface LateTask {
  readonly id: string;
  readonly duty: string | null;
  readonly kind: string;
  readonly side: string;
  readonly areaCode: string;
  readonly householdId: string | null;
  /** The household's number in its village's register: what a list may show of a door. */
  readonly registerNo: string | null;
  readonly dueOn: CivilDate;
  readonly state: 'late' | 'overdue';
  /** Working days past due and grace on which its clock did not stand. */
  readonly lateDays: number;
  readonly level: number;
  /** Nothing has been heard of its area since this day, which is before it was due: call before you accuse. */
  readonly noWordSince: CivilDate | null;
}

/** Tasks past due, the longest late first, after (`lateDays`, `id`). */
export async function lateTasks(
  tx: Tx,
  scope: Scope,
  level: number | null,
  after: { readonly lateDays: number; readonly id: string } | null,
  limit: number,
): Promise<LateTask[]> {
  return rows(
    tx,
    sql<LateTask>`with ${stated(scope)}, ${rungs}
      select id, duty_key as duty, kind, side, area_code as "areaCode", household_id as "householdId", due_on as "dueOn", state,
        late_days as "lateDays", level, horizon_on as "noWordSince",
        (select h.register_no from household h where h.county_code = ${scope.countyCode} and h.id = rung.household_id) as "registerNo" from rung
      where (${level}::integer is null or level = ${level})
        and (${after?.lateDays ?? null}::integer is null or (-late_days, id) > (-${after?.lateDays ?? null}::integer, ${after?.id ?? null}::uuid))
      order by late_days desc, id limit ${limit}`,
  );
}
