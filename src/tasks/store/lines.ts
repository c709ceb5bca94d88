// src/tasks/store/lines.ts: where the tasks of a digest stand at the moment it is rendered, and what a team owes then; no person's name among it.
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
  /** Working days late before it is overdue; calendar days for a task bounded by presence. */
  readonly grace: number;
  /** Every calendar morning counts. */
  readonly bounded: boolean;
  readonly lateDays: number;
  /** The highest level told in this cycle. */
  readonly level: number | null;
  /** When that level was told, nothing had been heard of the area since this day: call before you accuse. */
  readonly noWordSince: CivilDate | null;
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
      select t.id, t.closed_at is null as open, t.cycle, t.kind, t.area_code as "areaCode", t.due_on as "dueOn", t.grace,
        t.bounded_until is not null as bounded, coalesce(town.name, '') || area.name as "areaName",
        household.group_no as "groupNo", household.register_no as "registerNo", ${stopOn(today)} as stopped,
        case when t.closed_at is null and t.due_on < ${today}::date then ${lateDaysOf(workday, day)} else 0 end as "lateDays",
        rung.level, rung.horizon_on as "noWordSince"
      from task t ${stopJoins}
      join division area on area.county_code = t.county_code and area.code = t.area_code
      left join division town on town.county_code = area.county_code and town.code = area.parent_code and town.level = 'town'
      left join household on household.county_code = t.county_code and household.id = t.household_id
      left join lateral (select e.level, e.horizon_on from escalation e where t.due_on < ${today}::date and e.county_code = t.county_code
        and e.task_id = t.id and e.cycle = t.cycle and e.kind <> 'skipped' order by e.level desc limit 1) rung on true
      where t.county_code = ${countyCode} and t.id = any(${[...taskIds]}::uuid[])`,
  );
  return new Map(found.map((task) => [task.id, task]));
}

/** What a team owes in an area on a morning. */
export interface Owed {
  readonly teamId: string;
  readonly areaCode: string;
  readonly taskId: string;
  /** It is due before the next working morning, or opened since the last; null: it is past due. */
  readonly announced: 'due' | 'opens' | null;
}

/** The open tasks that these teams owe in these areas: past due, due before `next`, or opened after `after`. */
export async function owedBy(
  tx: Tx,
  countyCode: string,
  teams: readonly { readonly teamId: string; readonly areaCode: string }[],
  { after, today, next }: { readonly after: CivilDate; readonly today: CivilDate; readonly next: CivilDate },
): Promise<Owed[]> {
  if (teams.length === 0) return [];
  return rows(
    tx,
    sql<Owed>`
      with resting as (
        select c.id from campaign c join lateral (select s.stage from campaign_stage s
          where s.county_code = c.county_code and s.campaign_id = c.id order by s.seq desc limit 1) s on true
        where c.county_code = ${countyCode} and s.stage not in ('approved', 'ready', 'running'))
      select team.id as "teamId", t.area_code as "areaCode", t.id as "taskId",
        case when t.due_on < ${today}::date then null when t.due_on < ${next}::date then 'due' else 'opens' end as announced
      from jsonb_to_recordset(${JSON.stringify(teams)}::jsonb) as of("teamId" uuid, "areaCode" text)
      join team on team.county_code = ${countyCode} and team.id = of."teamId"
      join task t on t.county_code = ${countyCode} and t.area_code = of."areaCode" and t.closed_at is null
        and (t.due_on < ${next}::date or t.opens_on > ${after}::date and t.opens_on <= ${today}::date)
        and case when t.team_id is not null then t.team_id = team.id
          when t.side = 'either' then team.side in ('medical', 'cadre') else t.side = team.side end
      where t.campaign_id is null or t.released_at is not null or t.campaign_id not in (select id from resting)`,
  );
}
