import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepareCampaign } from '../../src/campaigns/acts/draft.ts';
import { launchCampaign } from '../../src/campaigns/acts/launch.ts';
import { at } from '../../src/platform/civil.ts';
import { setStory } from '../../src/platform/clock.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { type Caller, type TestApi, testApi } from '../setup/api.ts';
import { NOTICE } from './drive.ts';
import { WINTER, winter } from './file.ts';

let api: TestApi;
let county: SmallCounty;
let planner: Caller;
beforeAll(async () => {
  api = await testApi(
    async (db) => {
      county = await smallCounty(db);
      await setStory(db, NOTICE, Date.now());
    },
    { STORY: 'on' },
  );
  planner = await api.as('planner');
});
afterAll(() => api.close());

it('answers an impossible file with the line, the field, the reason and the remedy, and writes nothing', async () => {
  const yaml = winter(['{ from: 2017-12-01, to: 2018-02-28 }', '{ from: 2018-03-01, to: 2018-02-28 }']);
  const answer = await planner('POST', '/api/v1/campaigns', { yaml });
  expect(answer.status).toBe(422);
  expect(JSON.stringify(answer.body)).toContain('campaign_window_reversed');
  expect(JSON.stringify(answer.body)).toContain('活动结束日');
  expect((await planner('GET', '/api/v1/campaigns')).body).toEqual({ items: [], next: null });
});

it('carries a campaign from its file to its figures', async () => {
  const drafted = await planner('POST', '/api/v1/campaigns', { yaml: WINTER });
  expect(drafted.status).toBe(201);
  const path = `/api/v1/campaigns/${drafted.body.id}`;
  expect((await planner('GET', `${path}/export`)).body.yaml).toContain('key: winter-2018');
  expect((await planner('POST', `${path}/submit`, {})).status).toBe(200);
  expect((await planner('POST', `${path}/approve`, {})).status).toBe(403);
  for (const bureau of ['bureau.health', 'bureau.poverty'])
    expect((await (await api.as(bureau))('POST', `${path}/approve`, {})).status).toBe(200);
  await api.db.tx(county.actor, NOTICE, (tx) => prepareCampaign(tx, county.actor, drafted.body.id as string, NOTICE));
  expect((await planner('POST', `${path}/launch`, {})).status).toBe(409);
  const { body: gate } = await planner('GET', `${path}/readiness`);
  for (const { code, severity, subject } of gate.checks as { code: string; severity: string; subject: string }[])
    if (severity === 'warning')
      expect((await planner('POST', `${path}/waive`, { check: code, subject, reason: '启动后补上' })).status).toBe(200);
  expect((await planner('GET', `${path}/progress`)).status).toBe(409);
  expect((await planner('POST', `${path}/launch`, {})).status).toBe(200);
  await api.db.tx(county.actor, NOTICE, (tx) => launchCampaign(tx, county.actor, drafted.body.id as string, NOTICE));

  const { body: progress } = await planner('GET', `${path}/progress`);
  expect(progress).toMatchObject({ total: 12, seen: 0, stage: 'running' });
  expect((await planner('GET', `${path}/goals`)).body.goals).toHaveLength(6);
  expect((await planner('GET', `${path}/report`)).body).toMatchObject({ sealed: false, hash: null });
  expect((await planner('GET', `${path}/late`)).body).toEqual({ items: [], next: null });
  expect((await planner('GET', path)).body).toMatchObject({ stage: 'running', approvals: { missing: [] } });

  await setStory(api.db, at('2018-01-30', '08:00'), Date.now());
  const late = (await planner('GET', `${path}/progress`)).body.late as { tasks: number }[];
  const found: { id: string; householdId: string | null; registerNo: string | null; lateDays: number }[] = [];
  for (let after = ''; ; ) {
    const page = (await planner('GET', `${path}/late?limit=7${after}`)).body;
    found.push(...(page.items as typeof found));
    if (page.next === null) break;
    after = `&after=${page.next}`;
  }
  expect(new Set(found.map((task) => task.id)).size).toBe(late.reduce((sum, { tasks }) => sum + tasks, 0));
  const howLate = found.map(({ lateDays }) => lateDays);
  expect(howLate).toEqual(howLate.toSorted((a, b) => b - a)); // the longest late first, over pages
  expect(new Set(howLate).size).toBeGreaterThan(1);
  expect(found.every((task) => (task.householdId === null) === (task.registerNo === null))).toBe(true);
  expect((await planner('GET', `${path}/late?after=nonsense`)).status).toBe(422);
});
