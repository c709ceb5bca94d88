import { afterAll, beforeAll, expect, it } from 'vitest';
import { at } from '../../src/platform/civil.ts';
import { setStory } from '../../src/platform/clock.ts';
import { sql } from '../../src/platform/db.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { type TestApi, testApi } from '../setup/api.ts';
import { doorsOf, record, send, stop } from './stop.ts';

let api: TestApi;
let county: SmallCounty;
beforeAll(async () => {
  api = await testApi(
    async (db) => {
      county = await smallCounty(db);
      const [village] = county.villages;
      await db.tx(county.actor, at('2018-01-20', '09:00'), (tx) =>
        sql`insert into role_grant (county_code, account_id, role, area_code, from_on) values (${county.countyCode}, ${village.cadre}, 'supervisor', ${village.code}, '2017-12-01')`.execute(
          tx,
        ),
      );
      const died = record('not_met', { reason: 'died' }, { personId: doorsOf(village).young.id });
      await send(db, village.doctor, stop(village, at('2018-01-29', '09:00'), [died]));
      await setStory(db, at('2018-01-30', '12:00'), Date.now());
    },
    { STORY: 'on' },
  );
});
afterAll(() => api?.close());

const outage = (more: Record<string, unknown> = {}) => ({
  areaCode: county.villages[0].code,
  fromOn: '2018-01-16',
  toOn: '2018-01-28',
  reason: '冰雪压断光缆',
  ...more,
});
const codes = (body: unknown) => (body as { faults?: { code: string }[] }).faults?.map(({ code }) => code);

it('an outage is declared by somebody of the area who is of no team there, within a month, and everybody sees it', async () => {
  const supervisor = await api.as('town1.supervisor');
  expect((await supervisor('POST', '/api/v1/outages', outage())).status).toBe(201);
  const refused = async (login: string, more: Record<string, unknown> = {}) => {
    const { status, body } = await (await api.as(login))('POST', '/api/v1/outages', outage(more));
    return [status, ...(codes(body) ?? [])];
  };
  expect(await refused('town2.supervisor')).toEqual([403, 'outage_other_area']);
  expect(await refused('v1.cadre')).toEqual([403, 'outage_own_team']);
  expect(await refused('v1.doctor')).toContain(403);
  expect(await refused('town1.supervisor', { toOn: '2018-01-15' })).toEqual([422, 'outage_days']);
  expect(await refused('town1.supervisor', { toOn: '2018-02-16' })).toEqual([422, 'outage_days']);
  expect(await refused('planner', { fromOn: '2017-12-20', toOn: '2018-01-10' })).toEqual([422, 'outage_days']);
  const cadre = await api.as('v1.cadre2');
  const listed = await cadre('GET', `/api/v1/outages?area=${county.villages[0].code}`);
  expect(listed.body).toMatchObject({
    items: [{ fromOn: '2018-01-16', toOn: '2018-01-28', declaredBy: county.towns[0].supervisor }],
  });
});

it('a change of the register is listed and decided through the API by the supervisor alone', async () => {
  const supervisor = await api.as('town1.supervisor');
  const { items } = (await supervisor('GET', '/api/v1/change-requests')).body as { items: { id: string }[] };
  expect(items).toMatchObject([{ kind: 'died', openTasks: 2 }]);
  const path = `/api/v1/change-requests/${items[0]?.id}/decision`;
  const doctor = await api.as('v1.doctor');
  expect((await doctor('POST', path, { decision: 'approved' })).status).toBe(403);
  expect(await supervisor('POST', path, { decision: 'approved' })).toMatchObject({ status: 200, body: { excused: 2 } });
  expect((await supervisor('GET', '/api/v1/change-requests?state=decided')).body).toMatchObject({
    items: [{ decision: 'approved' }],
  });
});
