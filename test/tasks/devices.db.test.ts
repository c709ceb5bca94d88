import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../../src/platform/civil.ts';
import { setStory } from '../../src/platform/clock.ts';
import { rows, sql, type Tx } from '../../src/platform/db.ts';
import { areaFacts } from '../../src/tasks/store/sweep.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { type Caller, type TestApi, testApi } from '../setup/api.ts';

let api: TestApi;
let county: SmallCounty;
const people: Record<string, Caller> = {};
beforeAll(async () => {
  api = await testApi(
    async (db) => {
      county = await smallCounty(db);
      await setStory(db, at('2018-01-30', '12:00'), Date.now());
    },
    { STORY: 'on' },
  );
  for (const login of [
    'v1.doctor',
    'v1.nurse',
    'v1.cadre',
    'v2.doctor',
    'town1.supervisor',
    'town2.supervisor',
    'planner',
  ])
    people[login] = await api.as(login);
});
afterAll(() => api?.close());

const as = (login: string): Caller => {
  const caller = people[login];
  if (!caller) throw new Error(`${login} has not signed in`);
  return caller;
};
const register = (login: string, id: string = randomUUID(), more = {}) =>
  as(login)('POST', '/api/v1/devices', { id, ...more });
const horizon = (day: '2018-01-30' | '2018-03-01' = '2018-01-30') =>
  api.db.tx(
    county.actor,
    at(day, '12:00'),
    async (tx) => (await areaFacts(tx, county.countyCode, county.villages[0].code, at(day, '12:00'))).horizonOn,
  );
const hear = (login: string, deviceId: string, oldestUnsentAt?: string) =>
  as(login)('POST', '/api/v1/visits', {
    id: randomUUID(),
    areaCode: county.villages[0].code,
    householdId: county.villages[0].households[0]?.id,
    arrivedAt: '2018-01-30T09:00:00+08:00',
    deviceId,
    ...(oldestUnsentAt && { oldestUnsentAt }),
    records: [{ id: randomUUID(), kind: 'policy_talk', body: { understood: 'said' } }],
  });
const devices = () =>
  rows(api.db.systemKysely as unknown as Tx, sql<{ id: string }>`select id from device`).then((all) =>
    all.map(({ id }) => id),
  );

describe('a phone', () => {
  it('that nobody registered says nothing for a village, whatever a visit claims', async () => {
    const invented = randomUUID();
    expect((await hear('v1.doctor', invented, '2017-12-01T00:00:00+08:00')).status).toBe(201);
    expect(await devices()).toEqual([]);
    expect(await horizon()).toBe(null);
  });

  it('is registered by its own sign-in, to a member in post, and speaks while the post lasts', async () => {
    const id = randomUUID();
    expect((await register('planner')).status).toBe(403);
    expect((await register('v1.doctor', id, { areaCode: county.villages[1].code })).body).toMatchObject({
      code: 'device_no_post',
    });
    expect((await register('v1.doctor', id)).body).toEqual({ id, areaCode: county.villages[0].code });
    expect((await register('v1.doctor', id)).status).toBe(201);
    expect((await register('v1.nurse', id)).body).toMatchObject({ code: 'device_of_another' });
    expect((await register('v2.doctor', id)).body).toMatchObject({ code: 'device_of_another' });
    expect(await horizon()).toBe('2018-01-29');
    await hear('v1.doctor', id, '2018-01-20T10:00:00+08:00');
    expect(await horizon()).toBe('2018-01-19');
    await hear('v1.nurse', id); // another account's word about it is not heard
    expect(await horizon()).toBe('2018-01-19');
    await rows(
      api.db.systemKysely as unknown as Tx,
      sql`update team_member set to_on = '2018-02-15' where account_id = ${county.villages[0].doctor} returning id`,
    );
    expect(await horizon('2018-03-01')).toBe(null);
  });

  it('that is lost is retired by its account, its team’s lead or its supervisor, and by nobody else', async () => {
    const [id = ''] = await devices();
    const retire = (login: string) => as(login)('POST', `/api/v1/devices/${id}/retire`, {});
    expect((await retire('v1.nurse')).status).toBe(403);
    expect((await retire('v2.doctor')).status).toBe(404);
    expect((await retire('town2.supervisor')).status).toBe(404);
    const list = await as('town1.supervisor')('GET', `/api/v1/devices?area=${county.villages[0].code}`);
    expect(list.body).toMatchObject({ items: [{ id, speaks: true, retiredAt: null }], next: null });
    expect((await retire('town1.supervisor')).status).toBe(200);
    expect((await retire('town1.supervisor')).status).toBe(200);
    expect(await horizon()).toBe(null);
    expect((await register('v1.doctor', id)).status).toBe(201); // found again
    expect(await horizon()).toBe('2018-01-19');
    expect((await retire('v1.doctor')).status).toBe(200);
  });
});
