// bench/executions.ts: what Temporal has to keep: minders and lifecycles, against a workflow for each visit owed.
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { systemActor } from '../src/platform/actor.ts';
import type { Instant } from '../src/platform/civil.ts';
import { setStory } from '../src/platform/clock.ts';
import { wakeAll } from '../src/platform/reconcile.ts';
import { openTemporal } from '../src/platform/temporal.ts';
import { COUNTY } from './county.ts';
import { expected, type Live } from './live.ts';

const AGENDAS = 20; // sampled
const VISITS = 200; // sampled
const ASLEEP = 1_000; // ms
const PATIENCE = 120_000; // ms for a state to come about
const KNOCK = 250; // ms between two looks
const AT_ONCE = 10;
const MAY_REST = /^courier\//; // it ends when there is nothing to send, and a wake begins it again

export interface Executions {
  /** Open at the peak: asked of the facts, and counted by Temporal. */
  readonly expected: number;
  readonly running: number;
  /** Events of an agenda's run up to its first sleep, and of each waking after it. */
  readonly begin: number;
  readonly wake: number;
  /** Events of one workflow per visit, from start to end. */
  readonly perVisit: number;
}

/** Waits until everything that should run does, and has gone to sleep. */
export async function settled(live: Live, asOf: Instant): Promise<{ expected: number; running: number }> {
  const client = openTemporal({ address: live.temporalAddress, namespace: 'default', keys: live.keys });
  try {
    const ids = await expected(live.db, asOf);
    let running = new Set<string>();
    let missing: string[] = [];
    await until(
      () => `workflows that do not run: ${missing.join(' ')}`,
      async () => {
        running = await runningIds(client);
        missing = ids.filter((id) => !running.has(id) && !MAY_REST.test(id));
        return missing.length === 0;
      },
    );
    await asleep(client, [...running]);
    return { expected: ids.length, running: running.size };
  } finally {
    await client.connection.close();
  }
}

/** @param morning moves the story there: every agenda then has work at its second waking. */
export async function measureExecutions(live: Live, asOf: Instant, morning: Instant): Promise<Executions> {
  const { expected: asked, running } = await settled(live, asOf);
  const client = openTemporal({ address: live.temporalAddress, namespace: 'default', keys: live.keys });
  try {
    const sample = (await expected(live.db, asOf)).filter((id) => id.startsWith('agenda/')).slice(0, AGENDAS);
    const begun = await events(client, sample);
    await setStory(live.db, morning, Date.now());
    const wakings = 2;
    for (let n = 1; n <= wakings; n++) {
      const before = await sweeps(client, sample);
      await live.db.tx(systemActor(COUNTY), morning, (tx) => wakeAll(tx, COUNTY));
      await until(
        () => 'every sampled agenda sweeps again',
        async () => {
          const now = await sweeps(client, sample);
          return now.every((count, index) => count > (before[index] ?? 0));
        },
      );
      await asleep(client, sample);
    }
    const woken = await events(client, sample);
    const [begin, after] = [mean(begun.lengths), mean(woken.lengths)];
    const wakes = mean(woken.sweeps) - mean(begun.sweeps);
    return {
      expected: asked,
      running,
      begin,
      wake: (after - begin) / wakes,
      perVisit: await onePerVisit(live.temporalAddress),
    };
  } finally {
    await client.connection.close();
  }
}

async function runningIds(client: Client): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query: `ExecutionStatus = 'Running'` }))
    ids.add(workflowId);
  return ids;
}

/** No activity under way, no workflow task waiting: what is left is timers. */
async function asleep(client: Client, ids: readonly string[]): Promise<void> {
  await until(
    () => 'the workflows sleep',
    async () => {
      for (let from = 0; from < ids.length; from += AT_ONCE) {
        const states = await Promise.all(
          ids.slice(from, from + AT_ONCE).map(async (id) => (await client.workflow.getHandle(id).describe()).raw),
        );
        if (
          states.some(
            ({ pendingActivities, pendingWorkflowTask }) => (pendingActivities?.length ?? 0) > 0 || pendingWorkflowTask,
          )
        )
          return false;
      }
      return true;
    },
  );
}

async function events(client: Client, ids: readonly string[]): Promise<{ lengths: number[]; sweeps: number[] }> {
  const histories = await historiesOf(client, ids);
  return {
    lengths: histories.map((history) => history.length),
    sweeps: histories.map((history) => history.filter((event) => event.activityTaskCompletedEventAttributes).length),
  };
}

const sweeps = async (client: Client, ids: readonly string[]): Promise<number[]> => (await events(client, ids)).sweeps;

async function historiesOf(client: Client, ids: readonly string[]) {
  return Promise.all(ids.map(async (id) => (await client.workflow.getHandle(id).fetchHistory()).events ?? []));
}

/** A sample of the other design, on the same server by a worker of its own. @returns events of one, start to end. */
async function onePerVisit(address: string): Promise<number> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const taskQueue = 'one-per-visit';
  const connection = await NativeConnection.connect({ address });
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./workflows/one-per-visit.ts', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle,
    activities: { escalate: async () => {} },
  });
  const client = new Client({ connection: await Connection.connect({ address }) });
  try {
    return await worker.runUntil(async () => {
      const ids = Array.from({ length: VISITS }, (_, n) => `one-per-visit/${n}`);
      for (let from = 0; from < ids.length; from += AT_ONCE) {
        await Promise.all(
          ids
            .slice(from, from + AT_ONCE)
            .map((workflowId) => client.workflow.start('onePerVisit', { workflowId, taskQueue, args: [ASLEEP] })),
        );
      }
      await Promise.all(ids.map((id) => client.workflow.getHandle(id).result()));
      return mean((await events(client, ids)).lengths);
    });
  } finally {
    await client.connection.close();
    await connection.close();
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

async function until(what: () => string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + PATIENCE; !(await holds()); await sleep(KNOCK))
    if (performance.now() > end) throw new Error(`not within ${PATIENCE / 1000} s: ${what()}`);
}
