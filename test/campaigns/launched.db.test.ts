import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Launched, launchCampaign } from '../../src/campaigns/acts/launch.ts';
import { nthDay } from '../../src/campaigns/store/plan.ts';
import { spreadDates } from '../../src/places/rules.ts';
import { loadCalendar } from '../../src/places/store.ts';
import { type CivilDate, plusDays } from '../../src/platform/civil.ts';
import { type Db, oneRow, openDb, rows, sql } from '../../src/platform/db.ts';
import { dutyTaskKey } from '../../src/tasks/rules/keys.ts';
import { awayPastWindow } from '../../src/tasks/store/absences.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';
import { random } from '../tasks/random.ts';
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

it('spreads any number of doors over any days as the rule does', async () => {
  const next = random(20180109);
  const cases = Array.from({ length: 60 }, () => {
    const from = plusDays('2018-01-01', Math.floor(next() * 60));
    return { count: 1 + Math.floor(next() * 90), from, to: plusDays(from, 7 + Math.floor(next() * 60)) };
  });
  await db.tx(county.actor, NOTICE, async (tx) => {
    const calendar = await loadCalendar(tx, county.countyCode);
    for (const { count, from, to } of cases) {
      const workdays = calendar.workdays(from, to);
      if (workdays.length === 0) continue;
      const spread = await rows(
        tx,
        sql<{
          day: CivilDate;
        }>`select ${nthDay({ workdays }, 'o.rank', 'o.count', '0', String(workdays.length), sql`${to}::date`)} as day
          from (select rank, ${count}::integer as count from generate_series(1, ${count}::integer) as rank) o order by o.rank`,
      );
      expect({ count, from, to, days: spread.map(({ day }) => day) }).toEqual({
        count,
        from,
        to,
        days: spreadDates(count, from, to, calendar),
      });
    }
  });
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

it('lists for the planner whose people come back only after the window’s end', async () => {
  const [village] = county.villages;
  const household = village.households[2]?.id ?? '';
  await ask(sql`insert into presence (county_code, village_code, household_id, place, from_on, to_on, recorded_at)
    values (${county.countyCode}, ${village.code}, ${household}, 'away', '2018-02-20', '2018-03-10', ${NOTICE}),
      (${county.countyCode}, ${village.code}, ${village.households[0]?.id ?? ''}, 'away', '2018-02-01', '2018-02-10', ${NOTICE}) returning id`);
  const gone = await db.tx(county.actor, NOTICE, (tx) => awayPastWindow(tx, county.countyCode, '2018-02-20', null, 50));
  expect(gone.length).toBeGreaterThan(0);
  for (const task of gone)
    expect(task).toMatchObject({ householdId: household, windowTo: '2018-02-28', backOn: '2018-03-11' });
});
