// src/visits/store/joint.ts: joint duties of which one side has done its part: what the other may confirm, and what waits for it.
import type { CivilDate, Instant } from '../../platform/civil.ts';
import { maybeRow, rows, sql, type Tx, written } from '../../platform/db.ts';
import type { Line } from '../rules/discharges.ts';
import type { JointSide } from '../rules/facts.ts';

/** Two tasks of one joint duty: `done` by its own side's record, `owed` by the other. Needs a condition on either. */
const halfDone = sql`task done join task owed on owed.county_code = done.county_code and owed.household_id = done.household_id
  and owed.kind = done.kind and owed.subject_id = done.subject_id and owed.campaign_id is not distinct from done.campaign_id
  and owed.side in ('medical', 'cadre') and done.side in ('medical', 'cadre') and owed.side <> done.side
  and owed.created_at <= done.closed_at and owed.closed_at is null
  and done.close_reason = 'done' and done.close_detail is distinct from 'single_side' and done.kind in ('verification', 'contract')`;

export interface JointRecord {
  readonly id: string;
  readonly kind: 'verification' | 'contract';
  readonly side: JointSide;
  readonly householdId: string;
  readonly villageCode: string;
  /** The same duty's open task of the other side; null where nothing is open. */
  readonly owedId: string | null;
  /** What a verification says. */
  readonly lines: readonly Line[] | null;
}

export interface JointVisit {
  readonly id: string;
  readonly areaCode: string;
  readonly accountId: string;
  readonly partnerId: string | null;
  readonly arrivedAt: Instant;
  readonly recordedAt: Instant;
  readonly records: readonly JointRecord[];
}

/**
 * An accepted visit with its joint records, each as it stands now: what was put right is confirmed as it was put right, under
 * the first visit or the correcting one. Asked as the system: a cadre does not read a clinical note.
 */
export async function jointVisitOf(tx: Tx, countyCode: string, id: string): Promise<JointVisit | null> {
  return maybeRow(
    tx,
    sql<JointVisit>`select v.id, v.area_code as "areaCode", v.account_id as "accountId", v.partner_id as "partnerId", v.arrived_at as "arrivedAt",
        v.recorded_at as "recordedAt",
        (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'kind', r.kind, 'side', r.side, 'householdId', r.household_id,
            'villageCode', h.village_code, 'lines', r.body->'lines', 'owedId', (select owed.id from ${halfDone}
              where done.county_code = ${countyCode} and done.household_id = r.household_id and owed.side <> r.side
                and done.closed_by in (select coalesce(r.root_id, r.id) union all
                  select c.id from record c where c.county_code = r.county_code and c.root_id = coalesce(r.root_id, r.id))
              limit 1)) order by r.id), '[]')
          from record r join household h on h.county_code = r.county_code and h.id = r.household_id
          where r.county_code = v.county_code and r.filing = 'accepted' and r.side in ('medical', 'cadre')
            and r.id in (select chain.id from record said
              cross join lateral (select coalesce(said.root_id, said.id) as id union all select c.id from record c
                where c.county_code = said.county_code and c.root_id = coalesce(said.root_id, said.id)) chain
              where said.county_code = v.county_code and said.visit_id = v.id and said.visit_hash = v.body_hash
                and said.filing = 'accepted' and said.kind in ('verification', 'contract'))
            and not exists (select from record x where x.county_code = r.county_code and x.supersedes = r.id)) as records
      from visit v where v.county_code = ${countyCode} and v.id = ${id} and v.filing = 'accepted'`,
  );
}

/** Adds each confirmation that is not there yet. */
export async function confirm(
  tx: Tx,
  countyCode: string,
  areaCode: string,
  accountId: string,
  records: readonly { readonly recordId: string; readonly side: JointSide }[],
  asOf: Instant,
): Promise<number> {
  return written(
    tx,
    sql`insert into confirmation (county_code, record_id, side, area_code, account_id, at)
      select ${countyCode}, n."recordId", n.side, ${areaCode}, ${accountId}::uuid, ${asOf}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as n("recordId" uuid, side text) on conflict do nothing`,
  );
}

/** Closes what the other side has left unsaid since before `before`, as done by one side and recorded with it. @returns how many. */
export async function closeSilent(tx: Tx, countyCode: string, before: Instant, asOf: Instant): Promise<number> {
  return written(
    tx,
    sql`
    with silent as materialized (
      select distinct on (owed.id) owed.id, done.closed_by, done.closed_on,
        coalesce(done.recorded_on, (done.closed_at at time zone 'Asia/Shanghai')::date) as recorded_on from ${halfDone}
      where owed.county_code = ${countyCode} and done.closed_at < ${before}::timestamptz order by owed.id, done.closed_at),
    locked as materialized (
      select id from task where county_code = ${countyCode} and id in (select id from silent) and closed_at is null order by id for no key update)
    update task t set closed_at = ${asOf}, closed_on = s.closed_on, close_reason = 'done', close_detail = 'single_side', closed_by = s.closed_by,
      recorded_on = s.recorded_on
    from silent s join locked l on l.id = s.id where t.county_code = ${countyCode} and t.id = s.id and t.closed_at is null`,
  );
}

export interface ToConfirm {
  readonly key: string;
  readonly kind: 'confirm';
  readonly accountId: string;
  readonly taskId: string;
  readonly areaCode: string;
  readonly cycle: number;
}

/**
 * Who is to be told that a visit waits for the other side: the partner it named, where that one is of that side there; else
 * that side's leads. One item a visit and person, by its first task.
 */
export async function toConfirm(tx: Tx, countyCode: string, since: Instant, today: CivilDate): Promise<ToConfirm[]> {
  return rows(
    tx,
    sql<ToConfirm>`
    with waiting as materialized (
      select distinct on (r.visit_id, owed.side) r.visit_id, v.partner_id, owed.id, owed.side, owed.area_code, owed.cycle,
        coalesce(owed.team_id, (select team.id from team where team.county_code = owed.county_code and team.area_code = owed.area_code
          and team.side = owed.side and team.to_on is null)) as team_id
      from ${halfDone} join record r on r.county_code = done.county_code and r.id = done.closed_by and r.filing = 'accepted'
      join visit v on v.county_code = r.county_code and v.id = r.visit_id and v.body_hash = r.visit_hash
      where done.county_code = ${countyCode} and done.closed_at >= ${since}::timestamptz order by r.visit_id, owed.side, owed.id),
    seated as (
      select w.*, m.account_id, m.role, m.account_id = w.partner_id as named from waiting w
      join team_member m on m.county_code = ${countyCode} and m.team_id = w.team_id and daterange(m.from_on, m.to_on, '[]') @> ${today}::date)
    select distinct on (key) 'confirm/' || s.visit_id || '/' || r.account_id as key, 'confirm' as kind, r.account_id as "accountId", s.id as "taskId", s.area_code as "areaCode", s.cycle
    from seated s join reached(${countyCode}, ${today}::date) r on r.holder_id = s.account_id
    where (s.named or s.role = 'lead' and not exists (select from seated n where n.visit_id = s.visit_id and n.named))
    order by key`,
  );
}
