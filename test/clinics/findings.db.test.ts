// test/clinics/findings.db.test.ts: what a finding at the desk leads to, in its own transaction: a referral that is minded, an enrolment that is followed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Db, rows, sql } from '../../src/platform/db.ts';
import { COUNTY, type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { type Answer, type Caller, type TestApi, testApi } from '../setup/api.ts';

let api: TestApi;
let county: SmallCounty;
let desk: Caller;
let session: string;

const today = (): string => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
const post = (path: string, body: object): Promise<Answer> => desk('POST', `/api/v1/clinics/${path}`, body);
const signIn = async (who: object): Promise<string> => {
  const answer = await post(`${session}/check-in`, who);
  expect(answer.status).toBe(201);
  return String(answer.body.attendanceId);
};
const person = (n: number) => {
  const found = county.villages[0].households.flatMap(({ persons }) => persons)[n];
  if (!found) throw new Error('the fixture has no such person');
  return found;
};
const asked = <T>(query: ReturnType<typeof sql<T>>): Promise<T[]> =>
  api.db.tx(county.actor, '2018-01-30T00:00:00.000Z' as never, (tx) => rows(tx, query));

beforeAll(async () => {
  api = await testApi(async (db: Db) => {
    county = await smallCounty(db);
  });
  desk = await api.as('town1.hospital1');
  const hours = { heldOn: today(), fromTime: '09:00', toTime: '16:00', place: '卫生院' };
  const made = await desk('POST', '/api/v1/clinics', { areaCode: county.towns[0].code, ...hours });
  session = String(made.body.id);
  await post(`${session}/staff`, { staff: [{ accountId: county.towns[0].facility[0], profession: 'doctor' }] });
  await api.db.tx(county.actor, '2018-01-30T00:00:00.000Z' as never, (tx) =>
    sql`insert into clinic_stage (county_code, session_id, seq, area_code, stage, at)
      values (${COUNTY}, ${session}, 3, ${county.towns[0].code}, 'announced', now())`.execute(tx),
  );
  expect((await post(`${session}/open`, {})).status).toBe(200);
});
afterAll(() => api.close());

describe('a finding that is referred', () => {
  it('opens a referral that its story minds, and a task for her village to ask whether she went', async () => {
    const attendanceId = await signIn({ personId: person(4).id });
    const finding = { attendanceId, finding: '乳腺肿块', disposition: 'referral' };
    expect((await post(`${session}/findings`, finding)).status).toBe(200);
    expect((await post(`${session}/findings`, finding)).status).toBe(200); // sent again: the same
    const [referral, ...more] = await asked(
      sql<{
        id: string;
        area: string;
        kind: string;
      }>`select id, area_code as area, kind from referral where person_id = ${person(4).id}`,
    );
    expect(more).toEqual([]);
    expect(referral).toMatchObject({ area: county.villages[0].code, kind: 'ordinary' });
    const id = referral?.id ?? '';
    expect(await asked(sql`select id from wake where workflow_id = ${`referral/${id}`}`)).toHaveLength(1);
    expect(
      await asked(
        sql`select subject, subject_id as "subjectId", side, household_id is not null as home from task where kind = 'referral_check' and person_id = ${person(4).id}`,
      ),
    ).toEqual([{ subject: 'referral', subjectId: id, side: 'medical', home: true }]);
    const doctor = await api.as('v1.doctor');
    expect((await doctor('POST', `/api/v1/referrals/${id}/arrive`, {})).status).toBe(200);
    expect((await doctor('POST', `/api/v1/referrals/${id}/outcome`, { note: '已活检,良性' })).body.ended).toBe(true);
  });

  it('rings when it is urgent, and joins the urgent one that is open', async () => {
    const attendanceId = await signIn({ personId: person(0).id });
    const urgent = { attendanceId, finding: '血压 186/104', disposition: 'referral', urgent: true };
    await api.db.tx(county.actor, '2018-01-30T00:00:00.000Z' as never, (tx) =>
      sql`with made as (insert into referral (county_code, record_id, area_code, person_id, kind, advised_at, recorded_at)
          values (${COUNTY}, gen_random_uuid(), ${county.villages[0].code}, ${person(0).id}, 'urgent', now(), now()) returning id)
        insert into referral_event (county_code, referral_id, seq, area_code, kind, occurred_at, recorded_at)
          select ${COUNTY}, id, 1, ${county.villages[0].code}, 'advised', now(), now() from made`.execute(tx),
    );
    expect((await post(`${session}/findings`, urgent)).status).toBe(200);
    const open = await asked(
      sql<{
        kind: string;
        joined: boolean;
      }>`select r.kind, exists (select from clinic_attendance a where a.referral_id = r.id) as joined
        from referral r where r.person_id = ${person(0).id}`,
    );
    expect(open).toEqual([{ kind: 'urgent', joined: true }]);
  });

  it('is not changed into something else afterwards', async () => {
    const attendanceId = await signIn({ personId: person(4).id });
    const refused = await post(`${session}/findings`, { attendanceId, finding: '没事', disposition: 'none' });
    expect([refused.status, refused.body.code]).toEqual([409, 'clinic_finding_followed']);
  });
});

describe('a finding that is enrolled', () => {
  it('opens the enrolment with its first follow-up, in the programme that is named', async () => {
    const attendanceId = await signIn({ personId: person(3).id });
    const finding = { attendanceId, finding: '空腹血糖 8.1', disposition: 'enrolment' };
    const without = await post(`${session}/findings`, finding);
    expect([without.status, without.body.code]).toEqual([422, 'clinic_programme_missing']);
    for (const _ of [1, 2])
      expect((await post(`${session}/findings`, { ...finding, programme: 't2dm' })).status).toBe(200);
    expect(
      await asked(
        sql`select e.programme, t.kind, t.subject, t.closed_at is null as open from enrolment e
          join task t on t.enrolment_id = e.id join clinic_attendance a on a.enrolment_id = e.id where e.person_id = ${person(3).id}`,
      ),
    ).toEqual([{ programme: 't2dm', kind: 't2dm', subject: 'enrolment', open: true }]);
  });

  it('says so of somebody enrolled already, and writes nothing', async () => {
    const attendanceId = await signIn({ personId: person(1).id });
    const finding = { attendanceId, finding: '空腹血糖 8.1', disposition: 'enrolment', programme: 't2dm' };
    const refused = await post(`${session}/findings`, finding);
    expect([refused.status, refused.body.code]).toEqual([409, 'already_enrolled']);
    expect(await asked(sql`select finding from clinic_attendance where id = ${attendanceId}`)).toEqual([
      { finding: null },
    ]);
  });
});

it('somebody who is not on the register is neither enrolled nor referred, and the answer says what to do', async () => {
  const attendanceId = await signIn({ name: '过路人' });
  for (const more of [{ disposition: 'enrolment', programme: 'htn' }, { disposition: 'referral' }]) {
    const refused = await post(`${session}/findings`, { attendanceId, finding: '血压高', ...more });
    expect([refused.status, refused.body.code]).toEqual([422, 'clinic_not_registered']);
    expect(JSON.stringify(refused.body)).toContain('登入登记册');
  }
  expect((await post(`${session}/findings`, { attendanceId, finding: '血压高', disposition: 'advice' })).status).toBe(
    200,
  );
});
