// src/followups/store/nightly.ts: the county's enrolments looked over at night, each question in one statement.
import { type CivilDate, dateOf, type Instant } from '../../platform/civil.ts';
import { maybeRow, oneRow, sql, type Tx, written } from '../../platform/db.ts';
import { ROUTINE_GRACE } from '../protocols/assessment.ts';

const SOONEST = 14; // days: a visit made up at night is not late the next morning
const SPREAD = 77; // days: a register of thousands never visited falls due over a quarter, not on one day
const MISSED = 3; // visits in a row that found nobody. Grade D
const YEARLY = 4; // measured visits face to face. Source: NBPHS 3rd ed., HTN rule 1 and T2DM rule 1, grade A
const APART = 28; // days between visits made up at the year's end

/** Somebody who may be enrolled: alive and here. */
export async function followedPerson(
  tx: Tx,
  countyCode: string,
  personId: string,
): Promise<{ readonly villageCode: string; readonly householdId: string } | null> {
  return maybeRow(
    tx,
    sql<{
      villageCode: string;
      householdId: string;
    }>`select village_code as "villageCode", household_id as "householdId" from person
      where county_code = ${countyCode} and id = ${personId} and died_on is null and moved_out_on is null`,
  );
}

export async function excuseEnrolment(
  tx: Tx,
  countyCode: string,
  id: string,
  on: CivilDate,
  reason: string,
  asOf: Instant,
): Promise<number> {
  return written(
    tx,
    sql`update task set closed_at = ${asOf}, closed_on = ${on}, close_reason = 'excused', close_detail = ${reason}
      where county_code = ${countyCode} and enrolment_id = ${id} and closed_at is null`,
  );
}

/** Open enrolments of people who are there; a death or a move told at the door books nothing more while it waits for its decision. */
const followed = (countyCode: string) => sql`
  select e.id, e.programme, e.from_on, e.village_code, p.id as person_id, p.household_id
  from enrolment e join person p on p.county_code = e.county_code and p.id = e.person_id and p.died_on is null and p.moved_out_on is null
  where e.county_code = ${countyCode} and e.to_on is null and e.programme in ('htn', 't2dm')
    and not exists (select from change_request c where c.county_code = e.county_code and c.kind in ('died', 'moved_out')
      and c.household_id = p.household_id and (c.person_id = p.id or c.person_id is null) and (c.decided_at is null or c.decision = 'approved'))`;

/** Measured face to face, as it was last judged. */
const measured = (countyCode: string, enrolment: ReturnType<typeof sql>) => sql`
  select distinct on (r.id) r.id, r.occurred_at, j.class from record r
  join judgement j on j.county_code = r.county_code and j.record_id = r.id
  where r.county_code = ${countyCode} and r.enrolment_id = ${enrolment} and r.filing = 'accepted' and coalesce(r.body->>'mode', '') <> '3'
    and j.class not in ('INCOMPLETE', 'REJECT')
    and not exists (select from record x where x.county_code = r.county_code and x.supersedes = r.id and x.filing = 'accepted')
  order by r.id, j.at desc`;

/**
 * Makes a follow-up where nothing is owed: a routine interval after the latest visit, or two weeks from now where that has
 * passed or the latest visit ended in a referral that has been checked since. Those never visited are spread over a quarter.
 */
export async function makeMissing(tx: Tx, countyCode: string, routineMonths: number, asOf: Instant): Promise<number> {
  const today = dateOf(asOf);
  return written(
    tx,
    sql`
    with idle as (
      select e.*, last.class, (last.occurred_at at time zone 'Asia/Shanghai')::date as seen_on
      from (${followed(countyCode)}) e
      left join lateral (select * from (${measured(countyCode, sql`e.id`)}) m order by m.occurred_at desc limit 1) last on true
      where not exists (select from task t where t.county_code = ${countyCode} and t.enrolment_id = e.id and t.closed_at is null)),
    dated as (
      select i.*, case
          when i.class in ('REFER', 'URGENT', 'ADJUST') then ${today}::date + ${SOONEST}::integer
          when (coalesce(i.seen_on, i.from_on) + make_interval(months => ${routineMonths}::integer))::date >= ${today}::date + ${SOONEST}::integer
            then (coalesce(i.seen_on, i.from_on) + make_interval(months => ${routineMonths}::integer))::date
          when i.seen_on is null then ${today}::date + ${SOONEST}::integer + get_byte(uuid_send(i.id), 15) % ${SPREAD}::integer
          else ${today}::date + ${SOONEST}::integer end as due_on
      from idle i)
    insert into task (county_code, source_key, kind, subject, subject_id, area_code, household_id, person_id, enrolment_id, side, opens_on, due_on,
      grace_until, created_at)
    select ${countyCode}, 'follow/' || id || '/from-' || ${today}::text, programme, 'enrolment', id::text, village_code, household_id, person_id, id, 'medical',
      greatest(due_on - 14, ${today}::date), due_on,
      least(due_on + ${ROUTINE_GRACE}::integer, make_date(extract(year from due_on)::integer, 12, 31)), ${asOf}::timestamptz
    from dated on conflict do nothing`,
  );
}

/** From October on, what is missing of the year's four is made up by its last day; who was enrolled during the year owes a visit a quarter from then on. */
export async function makeUpTheYear(tx: Tx, countyCode: string, asOf: Instant): Promise<number> {
  const today = dateOf(asOf);
  const year = today.slice(0, 4);
  if (today < `${year}-10-01`) return 0;
  return written(
    tx,
    sql`
    with counted as (
      select e.*,
        ${YEARLY}::integer - case when e.from_on >= ${`${year}-01-01`}::date then extract(quarter from e.from_on)::integer - 1 else 0 end
        - (select count(*) from (${measured(countyCode, sql`e.id`)}) m where m.occurred_at >= (${`${year}-01-01T00:00:00+08:00`})::timestamptz)
        - (select count(*) from task t where t.county_code = ${countyCode} and t.enrolment_id = e.id and t.closed_at is null
            and t.kind = e.programme and t.due_on <= ${`${year}-12-31`}::date) as missing
      from (${followed(countyCode)}) e)
    insert into task (county_code, source_key, kind, subject, subject_id, area_code, household_id, person_id, enrolment_id, side, opens_on, due_on, created_at)
    select ${countyCode}, 'follow/' || id || '/year-' || ${year}::text || '-' || n, programme, 'enrolment', id::text, village_code, household_id, person_id, id,
      'medical', ${today}::date, greatest(${`${year}-12-31`}::date - ${APART}::integer * (n - 1), ${today}::date), ${asOf}::timestamptz
    from counted, generate_series(1, missing::integer) as n on conflict do nothing`,
  );
}

/** Open enrolments to which the last three stops or more since anybody was measured found nobody. */
export async function lostToFollowUp(tx: Tx, countyCode: string): Promise<number> {
  const { lost } = await oneRow(
    tx,
    sql<{ lost: number }>`select count(*) as lost from (${followed(countyCode)}) e
      where (select count(*) from record r where r.county_code = ${countyCode} and r.household_id = e.household_id and r.kind = 'not_met'
          and r.filing = 'accepted' and (r.person_id is null or r.person_id = e.person_id)
          and r.occurred_at > coalesce((select max(m.occurred_at) from (${measured(countyCode, sql`e.id`)}) m), '-infinity')) >= ${MISSED}::integer`,
  );
  return lost;
}
