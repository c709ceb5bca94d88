// src/reports/store/closing.ts: the small tables of the closing report, without ids.
import { rows, sql, type Tx } from '../../platform/db.ts';
import { dayOf, inAreas, type Scope } from './scope.ts';

/** Rows of the closing report, each a small table without ids. */
export async function closingFacts(
  tx: Tx,
  scope: Scope,
): Promise<{
  readonly excused: unknown[];
  readonly rungs: unknown[];
  readonly holds: unknown[];
  readonly moves: unknown[];
  readonly notices: unknown[];
  readonly staff: unknown[];
  readonly clinics: unknown[];
}> {
  const { countyCode, campaignId } = scope;
  const mine = sql`t.county_code = ${countyCode} and t.campaign_id = ${campaignId}`;
  return {
    excused: await rows(
      tx,
      sql`select t.duty_key as duty, t.close_detail as reason, count(*) as count from task t
      where ${mine} and t.close_reason = 'excused' group by 1, 2 order by 1, 2`,
    ),
    rungs: await rows(
      tx,
      sql`select t.duty_key as duty, e.level, e.kind, count(*) as count from task t
      join escalation e on e.county_code = t.county_code and e.task_id = t.id where ${mine} group by 1, 2, 3 order by 1, 2, 3`,
    ),
    holds: await rows(
      tx,
      sql`select case when h.campaign_id is not null then 'campaign' when h.village_code is not null then 'village'
          when h.team_id is not null then 'team' when h.household_id is not null then 'household' else 'task' end as scope,
        h.area_code as area, h.from_on as "from", h.to_on as "to", h.lifted_on as "liftedOn", h.reason, count(*) as count
      from hold h left join task t on t.county_code = h.county_code and t.id = h.task_id
      where h.county_code = ${countyCode} and h.approved_at is not null and (h.campaign_id = ${campaignId} or t.campaign_id = ${campaignId}
        or (h.campaign_id is null and h.task_id is null and h.from_on <= ${scope.windowTo} and h.to_on >= ${scope.windowFrom} and ${inAreas(scope, 'h.area_code')}))
      group by 1, 2, 3, 4, 5, 6 order by 3, 2, 1, 4, 5, 6`,
    ),
    moves: await rows(
      tx,
      sql`select m.reason, count(*) as count from task_move m join task t on t.county_code = m.county_code and t.id = m.task_id
      where ${mine} group by 1 order by 1`,
    ),
    notices: await rows(
      tx,
      sql`select n.kind, n.state, count(*) as count from notice n where n.county_code = ${countyCode}
      and ${dayOf('n.created_at')} between ${scope.launchedOn} and ${scope.today} group by 1, 2 order by 1, 2`,
    ),
    staff: await rows(
      tx,
      sql`select m.source, t.side, count(distinct m.account_id) as count from team_member m join team t on t.county_code = m.county_code and t.id = m.team_id
      where m.county_code = ${countyCode} and daterange(m.from_on, m.to_on, '[]') @> ${scope.windowTo}::date and ${inAreas(scope, 'm.area_code')}
      group by 1, 2 order by 1, 2`,
    ),
    clinics: await rows(
      tx,
      sql`select s.area_code as town, count(*) filter (where s.late_reason is null) as sessions, count(*) filter (where s.late_reason is not null) as "lateEntries",
        coalesce(sum(a.services) filter (where s.late_reason is null), 0) as services, coalesce(sum(a.attendances) filter (where s.late_reason is null), 0) as attendances
      from clinic_session s left join lateral (select sum(services) as services, count(*) as attendances
        from clinic_turns(s.county_code, s.id)) a on true
      where s.county_code = ${countyCode} and s.held_on between ${scope.windowFrom} and ${scope.windowTo} and ${inAreas(scope, 's.area_code')}
        and exists (select from clinic_stage g where g.county_code = s.county_code and g.session_id = s.id and g.stage = 'reported')
      group by 1 order by 1`,
    ),
  };
}
