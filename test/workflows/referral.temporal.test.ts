import { afterAll, beforeAll, expect, it } from 'vitest';
import { at, epochMs, type Instant, plusMinutes } from '../../src/platform/civil.ts';
import { rows, sql } from '../../src/platform/db.ts';
import * as acts from '../../src/referrals/acts.ts';
import { doorsOf, pressure, record, send, someone, stop } from '../visits/stop.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
const EVENING = at('2018-01-30', '20:50');

beforeAll(async () => {
  stage = await openStage(EVENING);
});
afterAll(() => stage.close());

/** A reading recorded at `asOf` in the n-th village, and its referral's story begun. */
async function referred(n: 0 | 1 | 2 | 3, sbp: number, asOf: Instant): Promise<string> {
  const village = stage.county.villages[n];
  const doors = doorsOf(village);
  const visit = stop(village, asOf, [pressure(doors.old.id, sbp, 84)], { householdId: doors.first.id });
  const id = String((await send(stage.db, village.doctor, visit, asOf)).records[0]?.judgement?.referralId);
  await stage.start(`referral/${id}`);
  return id;
}
const told = (id: string): Promise<{ step: string; at: Instant }[]> =>
  stage.db.tx(stage.county.actor, EVENING, (tx) =>
    rows(
      tx,
      sql<{
        step: string;
        at: Instant;
      }>`select params->>'step' as step, available_at as at from notice where subject_id = ${id} order by available_at`,
    ),
  );
const steps = async (id: string) => (await told(id)).map(({ step }) => step);
const say = (id: string, act: typeof acts.own, asOf: Instant, note?: string) => {
  const desk = someone(stage.county.supervisor);
  return stage.db.tx(desk, asOf, (tx) => act(tx, desk, id, { note }, asOf));
};

it('tells everybody in turn while nobody takes it in hand, at the very instants and through the night', async () => {
  const ignored = await referred(0, 186, EVENING);
  const owned = await referred(1, 190, EVENING);
  const corrected = await referred(2, 195, EVENING);
  for (const id of [ignored, owned, corrected]) await expect.poll(() => steps(id)).toEqual(['first']);

  await say(owned, acts.own, plusMinutes(EVENING, 5));
  await say(corrected, acts.standDown, plusMinutes(EVENING, 6), '复测正常');
  await stage.until('2018-01-30', '21:04');
  expect(await steps(ignored)).toEqual(['first']);
  await stage.until('2018-01-30', '21:06');
  await expect.poll(() => steps(ignored)).toEqual(['first', 'second']);
  await stage.until('2018-01-30', '21:21');
  await expect.poll(() => steps(ignored)).toEqual(['first', 'second', 'county']);
  expect(await steps(owned)).toEqual(['first']);

  await stage.until('2018-01-31', '20:49');
  expect(await steps(ignored)).toHaveLength(3);
  await stage.until('2018-01-31', '20:51');
  for (const id of [ignored, owned]) await expect.poll(() => steps(id)).toContain('arrival');
  await say(owned, acts.arrive, at('2018-01-31', '21:30'));
  await stage.until('2018-02-01', '20:51');
  await expect.poll(() => steps(ignored)).toEqual(['first', 'second', 'county', 'arrival', 'arrival_county']);
  expect(await steps(owned)).toEqual(['first', 'arrival']);
  expect(await steps(corrected)).toEqual(['first']);

  const plan = [
    EVENING,
    at('2018-01-30', '21:05'),
    at('2018-01-30', '21:20'),
    at('2018-01-31', '20:50'),
    at('2018-02-01', '20:50'),
  ];
  for (const [n, { at: moment }] of (await told(ignored)).entries()) {
    const late = epochMs(moment) - epochMs(plan[n] ?? EVENING);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(30_000); // ms: the test server's own pace
  }
});

it('of an ordinary referral waits for the outcome alone, and ends with it', async () => {
  const village = stage.county.villages[3];
  const doors = doorsOf(village);
  const asOf = at('2018-02-01', '21:00');
  const refer = record('htn', { sbp: 128, dbp: 80, complication: 'new' }, { personId: doors.young.id });
  const visit = stop(village, asOf, [refer], { householdId: doors.second.id });
  const id = String((await send(stage.db, village.doctor, visit, asOf)).records[0]?.judgement?.referralId);
  const handle = await stage.start(`referral/${id}`);
  await stage.until('2018-02-04', '08:00');
  expect(await steps(id)).toEqual([]);
  expect((await handle.describe()).status.name).toBe('RUNNING');
  await say(id, acts.outcome, at('2018-02-04', '08:00'), '调整用药');
  await stage.changed(`referral/${id}`);
  await expect.poll(async () => (await handle.describe()).status.name).toBe('COMPLETED');
});
