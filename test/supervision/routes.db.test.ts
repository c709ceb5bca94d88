import { afterAll, beforeAll, expect, it } from 'vitest';
import { at } from '../../src/platform/civil.ts';
import { rows, sql } from '../../src/platform/db.ts';
import { COUNTY, type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { type Caller, type TestApi, testApi } from '../setup/api.ts';
import { visited } from './field.ts';

let api: TestApi;
let county: SmallCounty;
let campaign: string;
let planner: Caller;
let supervisor: Caller;

beforeAll(async () => {
  api = await testApi(async (db) => {
    county = await smallCounty(db);
    await db.tx(county.actor, at('2018-01-09', '09:00'), async (tx) => {
      // These tests run on the wall's clock, so the calendar and the drive are of its year too.
      await sql`insert into calendar_day (county_code, day, workday, workday_no)
        select ${COUNTY}, day::date, extract(isodow from day) < 6, 1000000 + row_number() over (order by day)
        from generate_series('2019-01-01'::date, ${today()}::date + 400, interval '1 day') day`.execute(tx);
      const [made] = await rows(
        tx,
        sql<{
          id: string;
        }>`insert into campaign (county_code, key, name, window_from, window_to, notice_no, notice_on, definition, created_by, created_at)
          values (${COUNTY}, 'c', 'c', ${today()}::date - 30, ${today()}::date + 30, 'x', ${today()}::date - 30, ${JSON.stringify({ areas: [COUNTY] })}, ${county.planner}, '2018-01-09') returning id`,
      );
      campaign = made?.id ?? '';
    });
  });
  [planner, supervisor] = await Promise.all([api.as('planner'), api.as('town1.supervisor')]);
});
afterAll(() => api.close());

const today = (): string => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
const soon = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

it('a clinic goes from its plan to its report through the doors, and the empty town shows', async () => {
  const town = county.towns[0];
  const plan = {
    campaignId: campaign,
    areaCode: town.code,
    heldOn: today(),
    fromTime: '09:00',
    toTime: '16:00',
    place: '卫生院',
  };
  const made = await planner('POST', '/api/v1/clinics', plan);
  expect([made.status, made.body.stage]).toEqual([201, 'planned']);
  const twice = await planner('POST', '/api/v1/clinics', plan);
  expect([twice.status, twice.body.code]).toEqual([409, 'clinic_planned_twice']);
  const at = `/api/v1/clinics/${made.body.id}`;
  const desk = await api.as('town1.hospital1');
  const post = async (who: Caller, deed: string, body: object = {}) => {
    const answer = await who('POST', `${at}/${deed}`, body);
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  };
  await post(planner, 'staff', { staff: [{ accountId: town.facility[0], profession: 'doctor' }] });
  await post(planner, 'announce');
  await post(desk, 'open');
  const { attendanceId } = await post(desk, 'check-in', { name: '来客', services: 2 });
  await post(desk, 'findings', { attendanceId, finding: '牙痛', disposition: 'advice' });
  await post(desk, 'close');
  expect(await post(desk, 'report')).toMatchObject({ stage: 'reported', persons: 1, personTimes: 2, professionals: 1 });
  const board = await planner('GET', `/api/v1/clinics/board?campaign=${campaign}`);
  expect(board.body).toMatchObject({ emptyTowns: [county.towns[1].code], daysAhead: 31, sessions: 1, personTimes: 2 });
  expect((await (await api.as('v1.cadre'))('POST', `${at}/cancel`, { reason: 'x' })).status).toBe(403);
});

it('checks, findings, the summary, a round and the signals answer at their doors', async () => {
  const [village] = county.villages;
  const [household] = village.households;
  if (!household) throw new Error('a household');
  const recordId = await api.db.tx(county.actor, at('2018-01-26', '09:00'), (tx) =>
    visited(tx, { village, household, day: '2018-01-25' }),
  );
  const occurredAt = new Date(Date.now() - 60_000).toISOString();
  const wordless = await supervisor('POST', '/api/v1/checks/revisit', { recordId, occurredAt, verdict: 'refuted' });
  expect(wordless.status).toBe(422);
  const refuted = await supervisor('POST', '/api/v1/checks/revisit', {
    recordId,
    occurredAt,
    verdict: 'refuted',
    note: '无人来过',
  });
  expect(refuted.status).toBe(201);
  const findings = await (await api.as('v1.doctor'))('GET', '/api/v1/findings?open=true');
  expect(findings.body.items).toMatchObject([{ code: 'refuted', ownerId: village.doctor }]);
  const [id] = refuted.body.findings as string[];
  const righted = await (await api.as('v1.doctor'))('POST', `/api/v1/findings/${id}/put-right`, {
    proof: '补访,照片 1 张',
  });
  expect(righted.status).toBe(200);

  const items = [{ code: 'records', met: true }];
  const checklist = await supervisor('POST', '/api/v1/checks/checklist', {
    teamId: village.medicalTeam,
    occurredAt,
    items,
  });
  expect([checklist.status, checklist.body.findings]).toEqual([201, []]);
  const summary = await supervisor('GET', '/api/v1/checks/summary');
  expect(summary.body.towns).toEqual([
    { areaCode: village.townCode, visits: 1, records: 1, verified: 0, unchecked: 0, refuted: 1 },
  ]);

  const rule = { kinds: ['policy_talk'], lot: 'town', perLot: 5 };
  const announced = await planner('POST', '/api/v1/rounds', {
    areaCode: COUNTY,
    rule,
    periodFrom: today(),
    periodTo: soon(20),
  });
  expect([announced.status, announced.body.stage, announced.body.seed]).toEqual([201, 'announced', null]);
  expect((await planner('GET', `/api/v1/rounds/${announced.body.id}`)).status).toBe(200);
  const early = await planner('POST', `/api/v1/rounds/${announced.body.id}/decide`, { reason: '太早' });
  expect([early.status, early.body.code]).toEqual([409, 'round_stage']);
  const signals = await supervisor('GET', `/api/v1/signals/copied-readings?campaign=${campaign}`);
  expect([signals.status, signals.body.signals]).toEqual([200, []]);
});
