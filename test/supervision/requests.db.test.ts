// test/supervision/requests.db.test.ts: requests that once were taken, or broke the service, and what they are answered now.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Db, oneRow, sql } from '../../src/platform/db.ts';
import { COUNTY, type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { type Caller, type TestApi, testApi } from '../setup/api.ts';

let api: TestApi;
let county: SmallCounty;
let planner: Caller;
let supervisor: Caller;
let doctor: Caller;

beforeAll(async () => {
  api = await testApi(async (db: Db) => {
    county = await smallCounty(db); // its calendar ends with 2018: the wall's clock has left it long ago
  });
  [planner, supervisor, doctor] = (await Promise.all(
    ['planner', 'town1.supervisor', 'v1.doctor'].map((login) => api.as(login)),
  )) as [Caller, Caller, Caller];
});
afterAll(() => api.close());

const before = (): string => new Date(Date.now() - 60_000).toISOString();
const dayAhead = (days: number): string =>
  new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10);
const unmet = (more: object = {}) => ({
  teamId: county.villages[0].medicalTeam,
  occurredAt: before(),
  items: [{ code: 'records', met: false, text: '缺 3 份记录', ...more }],
});

it('a finding has a day to be put right by, also where the calendar has no row for tomorrow', async () => {
  const made = await supervisor('POST', '/api/v1/checks/checklist', unmet());
  expect(made.status).toBe(201);
  const { due } = await oneRow(
    api.db.systemKysely as never,
    sql<{ due: string }>`select due_on as due from finding where check_id = ${made.body.checkId}`,
  );
  expect([dayAhead(7), dayAhead(8)]).toContain(due); // five days of Monday to Friday, whichever day it is
});

it('whoever raises a finding neither owns it nor puts it right', async () => {
  const own = await supervisor('POST', '/api/v1/checks/checklist', unmet({ ownerId: county.towns[0].supervisor }));
  expect([own.status, own.body.code]).toEqual([422, 'finding_own']);

  const made = await supervisor('POST', '/api/v1/checks/checklist', unmet());
  const [id] = made.body.findings as string[];
  const proof = { proof: '已补齐,照片 1 张' };
  const self = await supervisor('POST', `/api/v1/findings/${id}/put-right`, proof);
  expect([self.status, self.body.code]).toEqual([403, 'finding_own']);
  expect((await doctor('POST', `/api/v1/findings/${id}/put-right`, proof)).status).toBe(200);
});

it('somebody without a post over the area is not made the owner of what she could not see', async () => {
  const elsewhere = await supervisor('POST', '/api/v1/checks/checklist', unmet({ ownerId: county.villages[3].doctor }));
  expect([elsewhere.status, elsewhere.body.code]).toEqual([422, 'finding_owner_unknown']);
});

it('a round of a kind that nobody records is refused with the kinds there are', async () => {
  const round = (kinds: string[]) => ({
    areaCode: COUNTY,
    rule: { kinds, lot: 'town', perLot: 5 },
    periodFrom: dayAhead(0),
    periodTo: dayAhead(20),
  });
  for (const kind of ['nonsense', 'revisit', 'not_met']) {
    const refused = await planner('POST', '/api/v1/rounds', round([kind]));
    expect([refused.status, refused.body.code]).toEqual([422, 'field_choice']);
    expect(JSON.stringify(refused.body)).toContain('policy_talk, verification, contract');
  }
  expect((await planner('POST', '/api/v1/rounds', round(['policy_talk', 'policy_talk']))).status).toBe(422);
});

it('findings come in the one form of a page', async () => {
  const all = await supervisor('GET', '/api/v1/findings');
  const ids = (all.body.items as { id: string }[]).map(({ id }) => id);
  expect(ids.length).toBeGreaterThan(1);
  const first = await supervisor('GET', '/api/v1/findings?limit=1');
  expect(first.body).toEqual({ items: [expect.objectContaining({ id: ids[0] })], next: ids[0] });
  const rest = await supervisor('GET', `/api/v1/findings?limit=200&after=${first.body.next}`);
  expect((rest.body.items as { id: string }[]).map(({ id }) => id)).toEqual(ids.slice(1));
  expect(rest.body.next).toBeNull();
});

it('a re-visit and a putting right go one way: a visit takes neither', async () => {
  for (const [kind, body] of [
    ['revisit', { verdict: 'confirmed' }],
    ['rectification', { proof: '已补齐' }],
  ] as const) {
    const records = [{ id: randomUUID(), kind, body }];
    const visit = { id: randomUUID(), areaCode: county.villages[0].code, arrivedAt: before(), records };
    const refused = await doctor('POST', '/api/v1/visits', visit);
    expect(refused.status).toBe(422);
    expect(JSON.stringify(refused.body)).toContain('/records/0/kind');
  }
});
