// test/proofs/outages.e2e.test.ts: proofs 1 and 2 of the durable loops, on real servers: `npm run chaos` does the same with more seeds and longer drives.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drive, type Run } from '../chaos/drive.ts';
import { type Ground, layGround } from '../chaos/ground.ts';
import { faultsOf } from '../chaos/judge.ts';
import { type Plan, planOf, storeLost, tellPlan, undisturbed } from '../chaos/plan.ts';
import { storyOf } from '../chaos/script.ts';
import { parts } from '../chaos/stack.ts';

const SEEDS = [1, 2, 3] as const;
const DAYS = 4; // working days: the first due tasks reach the top of the ladder
const BOUND = 540_000; // ms for all drives side by side: a minute and a half, unless sweeps die with their workers again and again

const story = storyOf(DAYS, 1);
const disturbed = SEEDS.map((seed) => planOf(seed, DAYS));
const runs = new Map<Plan, Run>();
let ground: Ground;

// Side by side: a drive waits most of the time, five seconds for each burst of wakes.
beforeAll(async () => {
  ground = await layGround(story);
  const plans = [undisturbed, storeLost, ...disturbed];
  await Promise.all(plans.map(async (plan) => runs.set(plan, await drive(ground, plan))));
}, BOUND);
afterAll(() => ground.remove());

function runOf(plan: Plan): Run {
  const run = runs.get(plan);
  if (!run) throw new Error(`${plan.name} did not come to its end`);
  return run;
}
const judged = (plan: Plan): string[] => faultsOf(runOf(plan), runOf(undisturbed), story.days);
const died = (run: Run): string[] => parts.filter((part) => run.log.some((line) => line.includes(`${part}: kill -9`)));

describe('a drive on real servers', () => {
  it('climbs every rung on the morning that earned it, and tells each line once', () => {
    const { facts, mails } = runOf(undisturbed);
    expect(judged(undisturbed)).toEqual([]);
    expect(new Set(facts.rungs.map(({ level }) => level))).toEqual(new Set([1, 2, 3]));
    expect(facts.notices.filter(({ kind }) => kind === 'urgent').length).toBeGreaterThan(0);
    expect(mails.length).toBe(facts.notices.filter(({ state }) => state === 'sent').length);
  });
});

describe('kill -9 of API, worker, PostgreSQL and Temporal (proof 1)', () => {
  it.each(disturbed.map((plan) => [tellPlan(plan), plan] as const))(
    'leaves the facts, steps and lines of the undisturbed drive, but for rungs that an outage delayed: %s',
    (_, plan) => {
      expect(died(runOf(plan)).length).toBeGreaterThanOrEqual(parts.length - 1); // one may have struck what was down already
      expect(judged(plan)).toEqual([]);
    },
  );
});

describe('the whole Temporal store deleted, twice (proof 2)', () => {
  it('is mended by a worker’s start alone: every expected workflow runs, and no routine mail leaves twice', () => {
    const { log, recovered } = runOf(storeLost);
    expect(log.filter((line) => line.includes('its store is deleted')).length).toBe(storeLost.losses.length);
    expect(recovered.length).toBe(storeLost.losses.length);
    for (const { expected, running, within } of recovered) {
      expect(running).toEqual(expected);
      expect(within).toBeLessThan(15 * 60_000);
    }
    expect(judged(storeLost)).toEqual([]);
  });
});
