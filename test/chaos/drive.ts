// test/chaos/drive.ts: one drive on real servers, day by day by a clock that is moved by hand, while parts of it are struck down.
import { setTimeout as sleep } from 'node:timers/promises';
import { at, type Instant, instant, plusMinutes } from '../../src/platform/civil.ts';
import { openDb } from '../../src/platform/db.ts';
import { reconcile } from '../../src/platform/reconcile.ts';
import { signal } from '../../src/platform/temporal.ts';
import { COUNTY } from '../fixtures/county.ts';
import { insist } from './ask.ts';
import { type Facts, factsOf } from './facts.ts';
import { openField } from './field.ts';
import type { Ground } from './ground.ts';
import { type Plan, steps } from './plan.ts';
import type { Mail } from './post.ts';
import { visitsOn } from './script.ts';
import { called, settled, standingOf } from './settle.ts';
import { type Stack, startStack } from './stack.ts';

const LOOK = 5; // ms between two looks at the post: mails leave 50 ms apart
const LEASES_END = 10; // min: longer than a lease and than a step may take

/** A drive that has come to its end. */
export interface Run {
  readonly plan: Plan;
  readonly facts: Facts;
  readonly mails: readonly Mail[];
  /** Days whose agendas swept in the morning. */
  readonly mornings: readonly string[];
  readonly retries: number;
  /** Each loss of Temporal's store, and who ran again by the worker's start alone. */
  readonly recovered: readonly Recovery[];
  readonly log: readonly string[];
  /** Milliseconds, the servers' start included. */
  readonly took: number;
}

export interface Recovery {
  readonly expected: readonly string[];
  /** Open in the new store and at rest; a courier with nothing to send has looked and returned. */
  readonly running: readonly string[];
  /** Milliseconds. */
  readonly within: number;
}

export async function drive(ground: Ground, plan: Plan): Promise<Run> {
  const began = performance.now();
  const { story, county } = ground;
  const stack = await startStack(ground, plan.name);
  try {
    const field = openField(stack.base);
    const mornings: string[] = [];
    const recovered: Recovery[] = [];
    for (const [n, day] of story.days.entries()) {
      const down = plan.missed?.day === n;
      if (down) stack.hold(plan.missed.part);
      for (const step of [0, 1] as const) {
        await moveClock(stack, at(day, steps[step]));
        if (plan.missed && plan.missed.day === n - 1) stack.release(plan.missed.part);
        const loss = plan.losses.find((one) => one.day === n && one.step === step);
        await Promise.all([
          strike(stack, plan, n, step),
          down || loss?.mails === 0 ? null : tick(stack),
          step === 1 ? field.send(visitsOn(story, county, n)) : null,
        ]);
        if (down) continue;
        const struck = performance.now();
        await settled(stack, step === 0 && !loss ? (id) => !id.startsWith('courier/') : undefined);
        if (loss) recovered.push({ ...(await whoRuns(stack)), within: performance.now() - struck });
        if (step === 0) mornings.push(day);
      }
    }
    await endLeases(stack, at(story.windowTo, steps[1]));
    const facts = await factsOf(stack.ask);
    const { retries } = field;
    const mails = [...stack.post.mails];
    return { plan, facts, mails, mornings, retries, recovered, log: stack.log, took: performance.now() - began };
  } finally {
    await stack.stop();
  }
}

async function whoRuns(stack: Stack): Promise<Omit<Recovery, 'within'>> {
  const expected = await called(stack.ask);
  const standings = await Promise.all(expected.map((id) => standingOf(stack, id)));
  const runs = (id: string, n: number): boolean =>
    Boolean(standings[n]?.rests && (standings[n].open || id.startsWith('courier/')));
  return { expected, running: expected.filter(runs) };
}

/** Story time is a row: from here on it is `moment`, and goes on at the wall's pace. */
async function moveClock(stack: Stack, moment: Instant): Promise<void> {
  await stack.ask(
    `insert into story (offset_ms) values ($1) on conflict (only_one) do update set offset_ms = excluded.offset_ms`,
    [Date.parse(moment) - Date.now()],
  );
}

/** The tick that comes every 15 minutes, by hand: it lists what should run and wakes each; what it could not do it begins again. */
async function tick(stack: Stack): Promise<void> {
  await insist(async () => {
    const db = openDb({ url: stack.databaseUrl, appConnections: 1, systemConnections: 2 });
    try {
      const woken = await reconcile(db, COUNTY, instant(Date.now()), (id) => signal(stack.client, id));
      if (woken === null) throw new Error('another process is at it');
    } finally {
      await db.close();
    }
  });
}

async function strike(stack: Stack, { blows, losses }: Plan, day: number, step: 0 | 1): Promise<void> {
  const now = (one: { readonly day: number; readonly step: 0 | 1 }): boolean => one.day === day && one.step === step;
  await Promise.all([
    ...blows.filter(now).map(async ({ part, after }) => {
      await sleep(after);
      stack.kill(part);
    }),
    ...losses.filter(now).map(async ({ mails }) => {
      for (const before = stack.post.mails.length; stack.post.mails.length < before + mails; ) await sleep(LOOK);
      await stack.loseStore();
    }),
  ]);
}

/** A mail whose courier died stays his until his lease ends: then it is unknown, or goes again where it is urgent. */
async function endLeases(stack: Stack, last: Instant): Promise<void> {
  for (let moment = plusMinutes(last, LEASES_END); ; moment = plusMinutes(moment, LEASES_END)) {
    const leased = await stack.ask(`select from notice where state = 'sending'`);
    if (leased.length === 0) return;
    await moveClock(stack, moment);
    await tick(stack);
    await settled(stack);
  }
}
