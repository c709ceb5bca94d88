import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Launched, launchCampaign } from '../../src/campaigns/acts/launch.ts';
import { spreadDates } from '../../src/places/rules.ts';
import { loadCalendar } from '../../src/places/store.ts';
import { type Db, oneRow, openDb, rows, sql } from '../../src/platform/db.ts';
import { dutyTaskKey } from '../../src/tasks/rules/keys.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';
import { doing, launched, NOTICE } from './drive.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let db: Db;
let county: SmallCounty;
let id: string;
let made: Launched;
beforeAll(async () => {
  database = await freshDatabase();
  db = openDb({ url: database.url });
  county = await smallCounty(db);
  ({ id, made } = await launched(db, county));
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const ask = <T>(question: ReturnType<typeof sql<T>>): Promise<T[]> =>
  db.tx(county.actor, NOTICE, (tx) => rows(tx, question));

it('makes every duty’s tasks and claims the follow-ups, once', async () => {
  expect(made).toEqual({
    launched: true,
    // 12 households; 3 people with a plan a village, both sides; 4 unsigned, both sides; 4 villages three times; 2 towns
    made: { policy_talk: 12, verification: 24, contract: 8, htn: 0, t2dm: 0, broadcast: 12, clinic: 2 },
    claimed: { htn: 8, t2dm: 8 },
  });
  const again = await doing(db, county.actor, NOTICE, (tx) => launchCampaign(tx, county.actor, id, NOTICE));
  expect(again).toEqual({ launched: true, made: {}, claimed: {} });
  const detail = (
    await ask<{ detail: unknown }>(
      sql`select detail from campaign_stage where campaign_id = ${id} and stage = 'running'`,
    )
  )[0]?.detail;
  expect(detail).toMatchObject({
    launchedOn: '2018-01-09',
    daysLost: 39,
    workdaysLost: 26,
    daysLeft: 51,
    workdaysLeft: 34,
  });
});

it('dates nothing back, and spreads each village’s doors over the 34 working days left', async () => {
  const calendar = await db.tx(county.actor, NOTICE, (tx) => loadCalendar(tx, county.countyCode));
  const days = spreadDates(3, '2018-01-09', '2018-02-28', calendar);
  for (const village of county.villages) {
    const talks = await ask<{ due_on: string }>(
      sql`select t.due_on from task t join household h on h.id = t.household_id where t.campaign_id = ${id} and t.kind = 'policy_talk'
        and t.area_code = ${village.code} order by h.group_no`,
    );
    expect(talks.map(({ due_on }) => due_on)).toEqual(days);
  }
  const { early } = await db.tx(county.actor, NOTICE, (tx) =>
    oneRow(
      tx,
      sql<{
        early: number;
      }>`select count(*) as early from task where campaign_id = ${id} and (due_on < '2018-01-09' or opens_on > due_on)`,
    ),
  );
  expect(early).toBe(0);
});

it('gives all tasks of a door one day: its talk, its people’s verification, its contract', async () => {
  const doors = await ask<{ days: number }>(
    sql`select count(distinct due_on) as days from task where campaign_id = ${id} and duty_key in ('policy_talk', 'verification', 'contract')
      and bounded_until is null group by household_id`,
  );
  expect(doors).toHaveLength(12);
  expect(doors.every(({ days }) => days === 1)).toBe(true);
});

it('uses the tasks room’s keys', async () => {
  const tasks = await ask<{
    source_key: string;
    duty_key: string;
    subject_id: string;
    side: 'medical' | 'cadre';
    due_on: `${number}-${number}-${number}`;
  }>(
    sql`select source_key, duty_key, subject_id, side, due_on from task where campaign_id = ${id} and starts_with(source_key, 'duty/')`,
  );
  for (const { source_key, duty_key, subject_id, side, due_on } of tasks) {
    const joint = duty_key === 'verification' || duty_key === 'contract';
    const dated = ['broadcast', 'clinic', 'training'].includes(duty_key);
    expect(source_key).toBe(dutyTaskKey(id, duty_key, subject_id, joint ? side : null, dated ? due_on : null));
  }
});

it('wakes every agenda of its area, the county’s among them, the courier and its own workflow', async () => {
  const woken = await ask<{ workflow_id: string }>(sql`select distinct workflow_id from wake order by 1`);
  expect(woken.map((row) => row.workflow_id)).toEqual([
    'agenda/450803',
    'agenda/450803001',
    'agenda/450803001001',
    'agenda/450803001002',
    'agenda/450803002',
    'agenda/450803002001',
    'agenda/450803002002',
    `campaign/${id}`,
    'courier/450803/email',
  ]);
});
