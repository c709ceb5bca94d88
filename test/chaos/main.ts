// test/chaos/main.ts: `npm run chaos -- --seeds 20`: drives on real servers that are killed at seeded moments, each beside the drive that nothing disturbed.
import { parseArgs } from 'node:util';
import { drive, type Run } from './drive.ts';
import { layGround } from './ground.ts';
import { faultsOf } from './judge.ts';
import { type Plan, planOf, storeLost, tellPlan, undisturbed } from './plan.ts';
import { storyOf } from './script.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    from: { type: 'string', default: '1' }, // the first seed: `--from 17 --seeds 1` replays number 17
    days: { type: 'string', default: '8' },
    field: { type: 'string', default: '1' },
    stacks: { type: 'string', default: '3' }, // side by side: each waits most of the time
  },
});
const first = Number(values.from);
const seeds = Array.from({ length: Number(values.seeds) }, (_, n) => first + n);
const story = storyOf(Number(values.days), Number(values.field));
const plans: Plan[] = [undisturbed, storeLost, ...seeds.map((seed) => planOf(seed, story.days.length))];

console.log(`${story.days.length} days, field ${story.field}, seeds ${seeds.join(' ')}`);
const ground = await layGround(story);
const calm = Promise.withResolvers<Run>();
calm.promise.catch(() => {});
let failed = 0;

async function run(plan: Plan): Promise<void> {
  console.log(tellPlan(plan));
  try {
    const done = await drive(ground, plan);
    if (plan === undisturbed) calm.resolve(done);
    const faults = faultsOf(done, await calm.promise, story.days);
    if (faults.length > 0) failed++;
    const unknown = done.facts.notices.filter(({ state }) => state === 'unknown').length;
    console.log(
      `${faults.length === 0 ? '✓' : '✗'} ${plan.name}: ${(done.took / 1000).toFixed(0)} s, ${done.facts.told.length} facts, ${done.facts.rungs.length} rungs, ` +
        `${done.facts.lines.length} lines, ${done.mails.length} mails, ${unknown} unknown, ${done.retries} retries`,
    );
    for (const fault of faults) console.log(`    ${fault}`);
    if (faults.length > 0) console.log(done.log.map((line) => `    | ${line}`).join('\n'));
  } catch (error) {
    failed++;
    if (plan === undisturbed) calm.reject(error);
    console.log(`✗ ${plan.name}: ${error instanceof Error ? error.stack : error}`);
  }
}

const waiting = plans.values();
await Promise.all(
  Array.from({ length: Number(values.stacks) }, async () => {
    for (const plan of waiting) await run(plan);
  }),
);
if (failed === 0) await ground.remove();
else console.log(`what they left is in ${ground.home}`);
console.log(failed === 0 ? 'all right' : `${failed} of ${plans.length} failed`);
process.exitCode = failed === 0 ? 0 : 1;
