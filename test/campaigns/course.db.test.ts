import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  beginClosing,
  cancelCampaign,
  closeCampaign,
  pauseCampaign,
  resumeCampaign,
} from '../../src/campaigns/acts/course.ts';
import { campaignFacts } from '../../src/campaigns/acts/facts.ts';
import { campaignOf, insertStage } from '../../src/campaigns/store/campaign.ts';
import { at, plusMinutes } from '../../src/platform/civil.ts';
import { canonicalHash } from '../../src/platform/crypto.ts';
import { type Db, openDb, rows, sql } from '../../src/platform/db.ts';
import { closeAndSeal } from '../../src/reports/acts.ts';
import { goals } from '../../src/reports/goals.ts';
import { progress } from '../../src/reports/progress.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';
import { as, doing, launched, NOTICE } from './drive.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let db: Db;
let county: SmallCounty;
let id: string;
beforeEach(async () => {
  database = await freshDatabase();
  db = openDb({ url: database.url });
  county = await smallCounty(db);
  ({ id } = await launched(db, county));
});
afterEach(async () => {
  await db.close();
  await database.drop();
});

const ask = <T>(question: ReturnType<typeof sql<T>>): Promise<T[]> =>
  db.tx(county.actor, NOTICE, (tx) => rows(tx, question));
const stageOf = () => db.tx(county.actor, NOTICE, async (tx) => (await campaignOf(tx, county.countyCode, id))?.stage);
const planner = () => as(county, county.planner);
const THU = at('2018-02-01', '09:00');
const open = () =>
  ask<{ kind: string; due_on: string; cycle: number; count: number }>(
    sql`select kind, due_on, cycle, count(*) from task where campaign_id = ${id} and closed_at is null and released_at is null group by 1, 2, 3 order by 1, 2`,
  );

describe('a pause', () => {
  it('is a hold on the campaign with an end, and changes nothing that its tasks reached', async () => {
    await doing(db, planner(), THU, (tx) => pauseCampaign(tx, planner(), id, '暴雪', '2018-02-09', THU));
    expect(await stageOf()).toBe('paused');
    expect(await ask(sql`select from_on, to_on, reason from hold where campaign_id = ${id}`)).toEqual([
      { from_on: '2018-02-01', to_on: '2018-02-09', reason: '暴雪' },
    ]);
    expect((await open()).every(({ cycle }) => cycle === 0)).toBe(true);
  });

  it('shows held tasks as held', async () => {
    await doing(db, planner(), THU, (tx) => pauseCampaign(tx, planner(), id, '暴雪', '2018-02-09', THU));
    const { duties } = await doing(db, planner(), THU, (tx) => progress(tx, county.countyCode, id, THU));
    expect(duties.find(({ key }) => key === 'verification')?.states).toEqual({ held: 24 });
  });

  it('ends with every open task it made planned over the days left, in one act with one audit entry', async () => {
    await doing(db, planner(), THU, (tx) => pauseCampaign(tx, planner(), id, '暴雪', '2018-02-09', THU));
    const back = at('2018-02-08', '08:00');
    const { moved } = await doing(db, planner(), back, (tx) => resumeCampaign(tx, planner(), id, '雪停', back));
    expect(await stageOf()).toBe('running');
    expect(await ask(sql`select lifted_on from hold where campaign_id = ${id}`)).toEqual([{ lifted_on: '2018-02-08' }]);
    const talks = (await open()).filter(({ kind }) => kind === 'policy_talk');
    expect(talks.map(({ due_on, count }) => [due_on, count])).toEqual([
      ['2018-02-11', 4],
      ['2018-02-22', 4],
      ['2018-02-27', 4],
    ]); // 12 working days from the 9th: the 2nd, 7th … are where 1, 2, 3 of 3 fall due
    const moves = await ask<{ count: number }>(sql`select count(*) from task_move where reason = 'resume'`);
    expect(moves[0]?.count).toBe(moved);
    expect(await ask(sql`select detail from audit_entry where act = 'campaign.resume'`)).toEqual([
      { detail: { moved } },
    ]);
    expect(
      (await open())
        .filter(({ kind }) => kind === 'htn' || kind === 't2dm')
        .every(({ due_on }) => due_on <= '2018-02-04'),
    ).toBe(true); // a claim never moves a date
  });
});

it('lets one of two people who move it at once win, and the other read again', async () => {
  const row = await db.tx(county.actor, THU, (tx) => campaignOf(tx, county.countyCode, id));
  const moves = await Promise.all(
    [1, 2].map(() =>
      db.tx(county.actor, THU, (tx) =>
        insertStage(tx, county.countyCode, id, row?.seq ?? 0, { stage: 'paused', accountId: null }, THU),
      ),
    ),
  );
  expect(moves.sort()).toEqual([false, true]);
});

it('is cancelled with its own tasks excused and the claimed ones back in routine', async () => {
  await doing(db, planner(), THU, (tx) => cancelCampaign(tx, planner(), id, '并入另一活动', THU));
  expect(await stageOf()).toBe('cancelled');
  expect(
    await ask(
      sql`select close_reason, close_detail, released_at is not null as released, count(*) from task where campaign_id = ${id} group by 1, 2, 3 order by 1`,
    ),
  ).toEqual([
    { close_reason: 'excused', close_detail: 'campaign_cancelled', released: false, count: 66 },
    { close_reason: null, close_detail: null, released: true, count: 16 },
  ]);
});

describe('the end', () => {
  const WINDOW_OVER = at('2018-03-01', '00:00');
  const GRACE_OVER = at('2018-03-08', '00:00');
  const close = async () => {
    await doing(db, county.actor, WINDOW_OVER, (tx) => beginClosing(tx, county.actor, id, WINDOW_OVER));
    return doing(db, county.actor, GRACE_OVER, (tx) => closeAndSeal(tx, county.actor, id, GRACE_OVER));
  };

  it('comes when its day is over and not a minute before, and nothing is done twice', async () => {
    const early = plusMinutes(WINDOW_OVER, -1);
    expect(await doing(db, county.actor, early, (tx) => beginClosing(tx, county.actor, id, early))).toBe(false);
    expect(await doing(db, county.actor, early, (tx) => campaignFacts(tx, county.actor, id, early))).toMatchObject({
      windowOver: false,
      next: WINDOW_OVER,
    });
    for (const _ of [1, 2])
      expect(await doing(db, county.actor, WINDOW_OVER, (tx) => beginClosing(tx, county.actor, id, WINDOW_OVER))).toBe(
        true,
      );
    const soon = plusMinutes(GRACE_OVER, -1);
    expect(await doing(db, county.actor, soon, (tx) => closeCampaign(tx, county.actor, id, soon))).toBe(false);
    for (const _ of [1, 2])
      expect(await doing(db, county.actor, GRACE_OVER, (tx) => closeAndSeal(tx, county.actor, id, GRACE_OVER))).toBe(
        true,
      );
    expect(
      await doing(db, county.actor, GRACE_OVER, (tx) => campaignFacts(tx, county.actor, id, GRACE_OVER)),
    ).toMatchObject({ ended: true });
    expect(
      await ask(
        sql`select stage, count(*) from campaign_stage where campaign_id = ${id} and stage in ('closing', 'closed') group by 1 order by 1`,
      ),
    ).toEqual([
      { stage: 'closed', count: 1 },
      { stage: 'closing', count: 1 },
    ]);
  });

  it('leaves nothing of the campaign open: not done, or back in routine; excused stays excused', async () => {
    await db.systemPool.query(
      `update task set closed_at = '2018-02-01', closed_on = '2018-02-01', close_reason = 'excused', close_detail = 'died'
      where id = (select id from task where campaign_id = $1 and kind = 'verification' limit 1)`,
      [id],
    );
    await close();
    expect(
      await ask(
        sql`select close_reason, closed_on, released_at is not null as released, count(*) from task where campaign_id = ${id} group by 1, 2, 3 order by 1`,
      ),
    ).toEqual([
      { close_reason: 'excused', closed_on: '2018-02-01', released: false, count: 1 },
      { close_reason: 'not_done', closed_on: '2018-03-07', released: false, count: 65 },
      { close_reason: null, closed_on: null, released: true, count: 16 },
    ]);
  });

  it('is sealed with a report that has no ids, and whose hash anybody can recompute', async () => {
    await close();
    const [seal] = await ask<{ report: Record<string, unknown>; hash: string }>(
      sql`select report, hash from seal where campaign_id = ${id}`,
    );
    expect(canonicalHash(seal?.report)).toBe(seal?.hash);
    expect(JSON.stringify(seal?.report)).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-|\d{2}:\d{2}:\d{2}/);
    expect(seal?.report).toMatchObject({
      campaign: { key: 'winter-2018' },
      days: { daysLost: 39, workdaysLost: 26 },
      waivers: [{ check: 'preparation_unfinished' }, { check: 'town_without_clinic' }],
      seen: { total: 12, seen: 0 },
    });
    await expect(db.systemPool.query('update seal set hash = $1', ['x'])).rejects.toThrow();
  });
});

describe('progress', () => {
  const DAY61 = at('2018-01-30', '08:00');
  const talk = (household: string, occurredAt: string, n: number, kind = 'policy_talk') =>
    db.systemPool
      .query(
        `insert into visit (county_code, id, area_code, household_id, account_id, arrived_at, recorded_at, filing, body_hash, receipt)
        select county_code, ('00000000-0000-7000-8000-' || lpad($1::text, 12, '0'))::uuid, village_code, id, $2, $3, $3, 'accepted', 'h', '{}' from household where id = $4`,
        [n, county.villages[0].doctor, occurredAt, household],
      )
      .then(() =>
        db.systemPool.query(
          `insert into record (county_code, id, visit_id, visit_hash, area_code, kind, clinical, household_id, side, body, occurred_at, recorded_at, account_id, filing)
          select county_code, id, id, 'h', area_code, $2, false, household_id, 'medical', '{}', arrived_at, recorded_at, account_id, 'accepted' from visit
          where id = ('00000000-0000-7000-8000-' || lpad($1::text, 12, '0'))::uuid`,
          [n, kind],
        ),
      );

  it('counts a door once, on the day it was first seen since the launch; earlier ones in a column of their own', async () => {
    const [a, b, c] = county.villages[0].households;
    await talk(a?.id ?? '', '2018-01-10T02:00:00Z', 1);
    await talk(a?.id ?? '', '2018-01-12T02:00:00Z', 2);
    await talk(b?.id ?? '', '2017-12-20T02:00:00Z', 3);
    await talk(c?.id ?? '', '2018-01-11T02:00:00Z', 4, 'not_met');
    await talk(county.villages[3].households[0]?.id ?? '', '2018-01-29T16:30:00Z', 5); // 00:30 on the 30th: today
    const found = await doing(db, planner(), DAY61, (tx) => progress(tx, county.countyCode, id, DAY61));
    expect(found).toMatchObject({
      total: 12,
      seen: 2,
      unchecked: 2,
      verified: 0,
      refuted: 0,
      credited: 1,
      planned: 5,
      pace: 1 / 15,
      launchedOn: '2018-01-09',
    });
    expect(found.clock).toMatchObject({ day: 61, days: 90, workdaysSince: 15, workdaysAhead: 19 });
    expect(found.towns.map(({ town, seen, total, credited }) => [town, seen, total, credited])).toEqual([
      ['450803001', 1, 6, 1],
      ['450803002', 1, 6, 0],
    ]);
    expect(found.days).toHaveLength(34);
    expect(found.days[14]).toEqual({ day: '2018-01-29', planned: 5, seen: 1 });
    expect(found.days[15]?.seen).toBeNull();
    // one by yesterday in 15 days leads to 2 more in 19; the slowest five days saw nobody, the fastest 0.2 a day
    expect([found.forecast, found.forecastLow, found.forecastHigh, found.shortfall]).toEqual([2, 2, 5, 10]);
    expect(found.finishLatest).toBeNull();
  });

  it('forecasts from what was seen by the end of yesterday on a day off as well', async () => {
    const saturday = at('2018-01-20', '18:00');
    const [a, b] = county.villages[0].households;
    await talk(a?.id ?? '', '2018-01-10T02:00:00Z', 1);
    await talk(b?.id ?? '', '2018-01-20T02:00:00Z', 2); // this morning
    const found = await doing(db, planner(), saturday, (tx) => progress(tx, county.countyCode, id, saturday));
    expect(found).toMatchObject({ seen: 2, pace: 1 / 9, forecast: 1 + Math.round(25 / 9) });
  });

  it('keeps verified, unchecked and refuted apart', async () => {
    const [a, b] = county.villages[0].households;
    await talk(a?.id ?? '', '2018-01-10T02:00:00Z', 1);
    await talk(b?.id ?? '', '2018-01-10T03:00:00Z', 2);
    await db.systemPool.query(
      `insert into check_result (county_code, kind, area_code, record_id, checked_by, occurred_at, recorded_at, verdict)
      select county_code, 'revisit', area_code, id, $1, recorded_at, recorded_at, case household_id when $2 then 'refuted' else 'confirmed' end from record`,
      [county.supervisor, a?.id],
    );
    expect(await doing(db, planner(), DAY61, (tx) => progress(tx, county.countyCode, id, DAY61))).toMatchObject({
      seen: 2,
      verified: 1,
      unchecked: 0,
      refuted: 1,
    });
    await db.systemPool.query(
      `insert into check_result (county_code, kind, area_code, record_id, checked_by, occurred_at, recorded_at, verdict)
      select county_code, 'revisit', area_code, id, $1, recorded_at + interval '1 hour', recorded_at + interval '1 hour', 'confirmed' from record
      where household_id = $2`,
      [county.supervisor, a?.id],
    );
    // Looked into a second time, by somebody who was told the contrary: the last word stands, in every figure.
    const { verified, refuted, duties } = await doing(db, planner(), DAY61, (tx) =>
      progress(tx, county.countyCode, id, DAY61),
    );
    expect({ verified, refuted }).toEqual({ verified: 2, refuted: 0 });
    expect(duties.find(({ key }) => key === 'policy_talk')).toMatchObject({ refuted: 0 });
  });

  it('says what is late and on which rung of its present cycle', async () => {
    await db.systemPool.query(
      `insert into escalation (county_code, task_id, cycle, level, area_code, kind, decided_on, due_at, at)
      select county_code, id, 0, 2, area_code, 'told', '2018-01-20', '2018-01-20', '2018-01-20' from task where campaign_id = $1 and kind = 'policy_talk' and area_code = $2
      order by due_on limit 1`,
      [id, county.villages[0].code],
    );
    const { late, duties } = await doing(db, planner(), DAY61, (tx) => progress(tx, county.countyCode, id, DAY61));
    // one door a village was due on 16 January (talk and verification of two people on both sides), one broadcast each on the 19th, 8 trainings
    expect(late).toEqual([
      { level: 0, tasks: 4 * (1 + 4) + 4 + 8 - 1, late: 0, overdue: 4 * (1 + 4) + 4 + 8 - 1 },
      { level: 2, tasks: 1, late: 0, overdue: 1 },
    ]);
    expect(duties.find(({ key }) => key === 'policy_talk')?.states).toEqual({ overdue: 4, due: 8 });
  });

  it('computes every goal: counted ones as fractions, surveyed ones 未测', async () => {
    const found = await doing(db, planner(), DAY61, (tx) => goals(tx, county.countyCode, id, DAY61));
    expect(found.map(({ key, numerator, denominator, state }) => [key, numerator, denominator, state])).toEqual([
      ['aware_cadres', null, null, 'not_surveyed'],
      ['aware_residents', null, null, 'not_surveyed'],
      ['contracts', 8, 12, 'open'],
      ['health_records', null, 20, 'not_measured'],
      ['clinics', 0, 2, 'open'],
      ['policy_talk', 0, 12, 'open'],
    ]);
  });
});
