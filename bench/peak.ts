// bench/peak.ts: the drive at its peak: 87,600 tasks open, 17,520 of them late since yesterday, clinics planned and referrals under way.
import { at } from '../src/platform/civil.ts';
import { COUNTY, LAUNCHED_AT, VILLAGES } from './county.ts';
import { bareConnection } from './ground.ts';

export const OPEN = 87_600;
export const LATE = 17_520;
/** Before the day's sweeps, and after them. */
export const DAWN = at('2018-01-30', '06:30');
export const MORNING = at('2018-01-30', '08:05');
const CONTRACTS = 4_857; // what is left of OPEN after everybody's verification, every door's talk and every enrolment's follow-up
const TOWNS = 12;
const REFERRALS = 30; // invented: urgent ones on their way on one day

/** Turns a county with a running drive into one at its peak. @param url of a database whose campaign has been launched. */
export async function fillPeak(url: string, campaignId: string): Promise<void> {
  const client = await bareConnection(url);
  const one = async (statement: string, expected: number) => {
    const { rowCount } = await client.query(statement);
    if (rowCount !== expected) throw new Error(`${rowCount} rows, not ${expected}: ${statement.slice(0, 80)}`);
  };
  await client.query('truncate task cascade');
  await client.query(`insert into duty (county_code, campaign_id, key, clause, title, subject, mode, selects, side, record, due, grace) values
    ('${COUNTY}', '${campaignId}', 'talk', '基准-2', '政策宣讲', 'household', 'create', '"all"', 'either', 'policy_talk', '"spread"', 0),
    ('${COUNTY}', '${campaignId}', 'contract', '基准-3', '签约', 'household', 'create', '{"contract": "unsigned"}', 'cadre', 'contract', '"spread"', 0),
    ('${COUNTY}', '${campaignId}', 'htn', '基准-4', '高血压随访', 'enrolment', 'adopt', '{"programme": "htn"}', 'medical', 'htn', '"protocol"', 0)`);
  // A village's tasks are mixed by their keys; the first 104 or 105 were due yesterday, the others are spread over the days left.
  await one(
    `with owed as (
      select 'insured' as duty, 'verification' as kind, 'person' as subject, id as subject_id, village_code, household_id, id as person_id,
        null::uuid as enrolment_id, 'medical' as side from person
      union all select 'talk', 'policy_talk', 'household', id, village_code, id, null, null, 'either' from household
      union all select 'htn', 'htn', 'enrolment', e.id, e.village_code, p.household_id, p.id, e.id, 'medical' from enrolment e join person p on p.id = e.person_id
      union all select 'contract', 'contract', 'household', id, village_code, id, null, null, 'cadre'
        from (select * from household order by right(register_no, 3), register_no limit ${CONTRACTS}) h),
    ranked as (select o.*, row_number() over (partition by village_code order by md5(duty || subject_id)) as rank,
      dense_rank() over (order by village_code) as village from owed o),
    days as (select array_agg(day order by day) as day from calendar_day where workday and day between '2018-01-30' and '2018-02-28')
    insert into task (county_code, source_key, campaign_id, duty_key, kind, subject, subject_id, area_code, household_id, person_id, enrolment_id, side,
      opens_on, due_on, created_at)
    select '${COUNTY}', 'duty/${campaignId}/' || duty || '/' || subject_id || '/-/-', '${campaignId}', duty, kind, subject, subject_id::text, village_code,
      household_id, person_id, enrolment_id, side, '2018-01-09',
      case when rank <= 105 - (village <= 15)::integer then '2018-01-29' else days.day[1 + rank % cardinality(days.day)] end, '${LAUNCHED_AT}'
    from ranked cross join days order by village_code, rank`,
    OPEN,
  );
  const { rows } = await client.query<{ late: number; areas: number }>(
    `select count(*) filter (where due_on = '2018-01-29') as late, count(distinct area_code) as areas from task`,
  );
  if (rows[0]?.late !== LATE || rows[0]?.areas !== VILLAGES)
    throw new Error(`not the peak: ${JSON.stringify(rows[0])}`);
  await one(
    `insert into clinic_session (county_code, campaign_id, area_code, held_on, from_time, to_time, place, created_by, created_at)
      select '${COUNTY}', '${campaignId}', code, '2018-02-06', '08:30', '11:30', '卫生院', (select id from account where login = 'planner'), '${LAUNCHED_AT}'
      from division where level = 'town'`,
    TOWNS,
  );
  await one(
    `insert into clinic_stage (county_code, session_id, seq, area_code, stage, at) select county_code, id, 1, area_code, 'planned', created_at from clinic_session`,
    TOWNS,
  );
  await one(
    `insert into referral (county_code, record_id, area_code, person_id, kind, advised_at, recorded_at)
      select '${COUNTY}', uuidv7(), village_code, id, 'urgent', '2018-01-29T09:00Z', '2018-01-29T09:00Z' from person order by id limit ${REFERRALS}`,
    REFERRALS,
  );
  await one(
    `insert into referral_event (county_code, referral_id, seq, area_code, kind, occurred_at, recorded_at)
      select county_code, id, 1, area_code, 'advised', advised_at, recorded_at from referral`,
    REFERRALS,
  );
  await client.query('delete from wake'); // the launch's own
  await client.query('vacuum (analyze)');
  await client.end();
}
