// src/visits/store/facts.ts: what is known of a stop before anything is decided about it: locked, then read.
import type { CivilDate } from '../../platform/civil.ts';
import { oneRow, rows, sql, type Tx } from '../../platform/db.ts';
import type { EnrolmentFacts, HouseholdFacts, PersonFacts, Standing, Superseded, TaskFacts } from '../rules/facts.ts';
import type { NewVisit, VisitReceipt } from '../schema.ts';

const SPARE = 12; // ids: as many later records as a late one can overturn

/** The rows that a visit names, by their ids. */
export interface Named {
  readonly householdIds: readonly string[];
  readonly personIds: readonly string[];
  readonly enrolmentIds: readonly string[];
  readonly taskIds: readonly string[];
}

/** Sees rows as on another day, until the transaction ends: a visit is filed by the posts of its own day. */
export async function seeAsOn(tx: Tx, day: CivilDate): Promise<void> {
  await sql`select set_config('app.day', ${day}, true)`.execute(tx);
}

/**
 * Until the transaction ends, a connection's first plan of a statement is kept for all visits. Left to choose, the planner
 * planned the three great questions below anew each time, because it takes an array of unknown length for ten.
 */
export async function keepPlans(tx: Tx): Promise<void> {
  await sql`select set_config('plan_cache_mode', 'force_generic_plan', true)`.execute(tx);
}

/**
 * Locks in the house's order: the ids minted on the phone, the campaigns whose stage is read, the open tasks of these
 * kinds by id. Two phones with one visit, and a visit with a sweep, then follow one another.
 */
export async function lockStop(
  tx: Tx,
  countyCode: string,
  deviceIds: readonly string[],
  named: Named,
  areaCode: string,
  kinds: readonly string[],
): Promise<void> {
  await sql`
    with ids as materialized (
      select pg_advisory_xact_lock(hashtextextended(id, 0)) from (select unnest(${[...deviceIds]}::text[]) as id order by 1) minted),
    doors as materialized (
      select unnest(${[...named.householdIds]}::uuid[]) as id
      union select household_id from person where county_code = ${countyCode} and id = any(${[...named.personIds]}::uuid[])),
    owed as materialized (
      select t.id, t.campaign_id from task t where t.county_code = ${countyCode} and t.household_id in (select id from doors)
        and t.closed_at is null and (t.kind = any(${[...kinds]}::text[]) or 'not_met' = any(${[...kinds]}::text[])) and (select count(*) from ids) > 0
      union select t.id, t.campaign_id from task t where t.county_code = ${countyCode} and t.closed_at is null
        and (t.id = any(${[...named.taskIds]}::uuid[]) or t.enrolment_id = any(${[...named.enrolmentIds]}::uuid[]))
      union select t.id, t.campaign_id from task t where 'broadcast' = any(${[...kinds]}::text[]) and t.county_code = ${countyCode}
        and t.subject = 'village' and t.subject_id = ${areaCode} and t.kind = 'broadcast' and t.closed_at is null),
    campaigns as materialized (
      select c.id from campaign c where c.county_code = ${countyCode} and (c.id in (select campaign_id from owed)
          or ('{htn,t2dm}' && ${[...kinds]}::text[] and exists (select from duty d where d.county_code = c.county_code and d.campaign_id = c.id and d.mode = 'adopt')))
        order by c.id for share)
    select t.id from task t where t.county_code = ${countyCode} and t.id in (select id from owed) and t.closed_at is null
      and (select count(*) from campaigns) >= 0 order by t.id for no key update`.execute(tx);
}

interface WhoAndWhere {
  readonly roles: Standing[];
  readonly posts: Standing[];
  readonly earlier: { readonly hash: string; readonly receipt: VisitReceipt }[];
  readonly taken: string[];
  readonly households: HouseholdFacts[];
  readonly persons: PersonFacts[];
  readonly enrolments: EnrolmentFacts[];
  /** Tasks that these records may be about, open or closed, with the stage of their campaigns. */
  readonly tasks: TaskFacts[];
  /** Ids for referrals this visit may lead to. */
  readonly fresh: string[];
}

/** The roles and team places of these accounts, of all times, as two columns. */
const standings = (countyCode: string, accountIds: readonly string[]) => sql`
  (select coalesce(jsonb_agg(jsonb_build_object('accountId', g.account_id, 'areaCode', g.area_code,
      'side', case when g.role in ('medical', 'cadre', 'facility') then g.role end,
      'clinical', g.role in ('medical', 'facility', 'supervisor'), 'fromOn', g.from_on, 'toOn', g.to_on)), '[]')
    from role_grant g where g.county_code = ${countyCode} and g.account_id = any(${[...accountIds]}::uuid[])) as roles,
  (select coalesce(jsonb_agg(jsonb_build_object('accountId', m.account_id, 'areaCode', t.area_code, 'side', t.side,
      'clinical', t.side <> 'cadre', 'fromOn', m.from_on, 'toOn', m.to_on)), '[]')
    from team_member m join team t on t.county_code = m.county_code and t.id = m.team_id
    where m.county_code = ${countyCode} and m.account_id = any(${[...accountIds]}::uuid[])) as posts`;

/** Where these accounts have stood, for `postOn`. */
export async function standingsOf(
  tx: Tx,
  countyCode: string,
  accountIds: readonly string[],
): Promise<Pick<WhoAndWhere, 'roles' | 'posts'>> {
  return oneRow(tx, sql<Pick<WhoAndWhere, 'roles' | 'posts'>>`select ${standings(countyCode, accountIds)}`);
}

/** Who recorded, what came with these ids before, whose door it is and what is owed there; in one statement, under the reader's policies. */
export async function whoAndWhere(
  tx: Tx,
  countyCode: string,
  accountId: string,
  visit: NewVisit,
  named: Named,
  kinds: readonly string[],
): Promise<WhoAndWhere> {
  return oneRow(
    tx,
    sql<WhoAndWhere>`
    with door as materialized ( -- ids first: a planner without statistics would look each of the village's households up in here
      select unnest(${[...named.householdIds]}::uuid[]) as id
      union select household_id from person where county_code = ${countyCode} and id = any(${[...named.personIds]}::uuid[])
      union select household_id from task where county_code = ${countyCode} and id = any(${[...named.taskIds]}::uuid[])
      union select p.household_id from enrolment e join person p on p.county_code = e.county_code and p.id = e.person_id
        where e.county_code = ${countyCode} and e.id = any(${[...named.enrolmentIds]}::uuid[])),
    doors as materialized (
      select h.id, h.village_code, h.ended_on from household h
      where h.county_code = ${countyCode} and h.id = any(array(select id from door where id is not null))),
    people as materialized (
      select p.id, p.household_id, p.village_code, p.born_on, p.died_on, p.moved_out_on from person p
      where p.county_code = ${countyCode} and p.household_id = any(array(select id from doors))),
    enrolled as materialized (
      select e.id, e.person_id, e.programme, e.to_on from enrolment e where e.county_code = ${countyCode} and e.person_id = any(array(select id from people)))
    select
      ${standings(countyCode, [accountId])},
      (select coalesce(jsonb_agg(jsonb_build_object('hash', v.body_hash, 'receipt', v.receipt)), '[]')
        from visit v where v.county_code = ${countyCode} and v.id = ${visit.id}) as earlier,
      ids_taken(${countyCode}, ${visit.id}, ${visit.records.map(({ id }) => id)}::uuid[])::text[] as taken,
      (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'villageCode', village_code, 'endedOn', ended_on)), '[]') from doors) as households,
      (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'householdId', household_id, 'villageCode', village_code, 'bornOn', born_on,
          'diedOn', died_on, 'movedOutOn', moved_out_on)), '[]') from people) as persons,
      (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'personId', person_id, 'programme', programme, 'toOn', to_on)), '[]')
        from enrolled) as enrolments,
      (select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'sourceKey', t.source_key, 'campaignId', t.campaign_id, 'dutyKey', t.duty_key,
          'kind', t.kind, 'subject', t.subject, 'subjectId', t.subject_id, 'areaCode', t.area_code, 'householdId', t.household_id,
          'personId', t.person_id, 'enrolmentId', t.enrolment_id, 'side', t.side, 'opensOn', t.opens_on, 'dueOn', t.due_on, 'cycle', t.cycle,
          'closedAt', t.closed_at, 'closedOn', t.closed_on, 'closeReason', t.close_reason, 'closedBy', t.closed_by, 'windowTo', c.window_to,
          'stage', (select s.stage from campaign_stage s where s.county_code = t.county_code and s.campaign_id = t.campaign_id
            and t.released_at is null order by s.seq desc limit 1))), '[]')
        from task t left join campaign c on c.county_code = t.county_code and c.id = t.campaign_id
        where t.county_code = ${countyCode} and t.id = any(array(
          select id from task where county_code = ${countyCode} and household_id = any(array(select id from doors))
            and (kind = any(${[...kinds]}::text[]) or ('not_met' = any(${[...kinds]}::text[]) and closed_at is null))
          union select unnest(${[...named.taskIds]}::uuid[])
          union select id from task where 'broadcast' = any(${[...kinds]}::text[]) and county_code = ${countyCode}
            and subject = 'village' and subject_id = ${visit.areaCode} and kind = 'broadcast'))) as tasks,
      (select array_agg(uuidv7()::text) from generate_series(1, ${visit.records.length + SPARE}::integer)) as fresh`,
  );
}

/** The records that these correct, with the chain each stands in. */
export async function supersededBy(tx: Tx, countyCode: string, ids: readonly string[]): Promise<Superseded[]> {
  if (ids.length === 0) return [];
  return rows(
    tx,
    sql<Superseded>`select r.id, r.kind, coalesce(r.root_id, r.id) as "rootId", r.household_id as "householdId", r.person_id as "personId",
        r.enrolment_id as "enrolmentId", r.task_id as "taskId",
        array(select coalesce(r.root_id, r.id) union select c.id from record c
          where c.county_code = r.county_code and c.root_id = coalesce(r.root_id, r.id))::text[] as chain,
        exists (select from record x where x.county_code = r.county_code and x.supersedes = r.id) as corrected
      from record r where r.county_code = ${countyCode} and r.id = any(${[...ids]}::uuid[])
        and (r.filing = 'accepted' or r.review_reason <> 'same_id_other_body')`,
  );
}
