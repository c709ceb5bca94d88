// test/workflows/minder.temporal.test.ts: a minder under a storm of signals, on the dev server: the time-skipping one lets a timer fire after it was cancelled.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../../src/platform/civil.ts';
import { setStory } from '../../src/platform/clock.ts';
import { type Db, openDb, rows, sql, type Tx } from '../../src/platform/db.ts';
import { type EmbeddedTemporal, startTemporal } from '../../src/platform/embedded/temporal.ts';
import { openLog } from '../../src/platform/log.ts';
import { type Relay, startRelay } from '../../src/platform/relay.ts';
import { openTemporal, signal, signalEach } from '../../src/platform/temporal.ts';
import { wake } from '../../src/platform/wake.ts';
import { insertTasks } from '../../src/tasks/store.ts';
import { type RunningWorker, runWorker } from '../../worker.ts';
import { type SmallCounty, smallCounty, testKeys } from '../fixtures/county.ts';
import { testConfig } from '../setup/api.ts';
import { freshDatabase } from '../setup/database.ts';
import { random } from '../tasks/random.ts';

const SIGNALS = 10_000;
const FACTS = 200; // tasks that are late when they come, so that a sweep says so at once
const AT_ONCE = 20; // signals of one wake, as if so many relays carried it: many come during a sweep, some at the end of a run
const OPENS = at('2018-02-27', '09:00');

let db: Db;
let drop: () => Promise<void>;
let county: SmallCounty;
let temporal: EmbeddedTemporal;
let client: Client;
let worker: RunningWorker;
let relay: Relay;
let carried = 0; // signals that Temporal took
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'doorstep-minder-'));

beforeAll(async () => {
  const database = await freshDatabase();
  drop = database.drop;
  db = openDb({ url: database.url });
  county = await smallCounty(db);
  await setStory(db, OPENS, Date.now());
  temporal = await startTemporal({ dir: folder });
  client = openTemporal({ address: temporal.address, namespace: 'default', keys: testKeys });
  worker = await runWorker(testConfig(database.url, { TEMPORAL_ADDRESS: temporal.address, STORY: 'on' }));
  relay = startRelay({
    db,
    databaseUrl: database.url,
    countyCode: county.countyCode,
    log: openLog('silent', 'test'),
    async signal(id) {
      await signalEach(Array(AT_ONCE).fill(id), (one) => signal(client, one));
      carried += AT_ONCE; // otherwise the row stays, and all of them go again
    },
  });
});
afterAll(async () => {
  await relay?.stop();
  await worker?.stop();
  await client?.connection.close();
  await temporal?.stop();
  await db?.close();
  await drop?.();
  fs.rmSync(folder, { recursive: true, force: true });
});

const ask = <T>(query: ReturnType<typeof sql<T>>) => rows(db.systemKysely as unknown as Tx, query);

async function insertLateTask(tx: Tx, area: string, sourceKey: string): Promise<void> {
  const dates = { opensOn: '2018-01-09', dueOn: '2018-02-14' } as const;
  const task = { kind: 'broadcast', subject: 'village', subjectId: area, areaCode: area, side: 'cadre' } as const;
  await insertTasks(tx, county.countyCode, [{ sourceKey, ...task, ...dates }], OPENS);
}
const waiting = async () => (await ask(sql<{ count: number }>`select count(*) as count from wake`))[0]?.count;
/** As every deed does: the fact, if there is one, and the wake in one transaction. */
async function changed(area: string, fact?: string): Promise<void> {
  await db.tx(county.actor, OPENS, async (tx) => {
    if (fact) await insertLateTask(tx, area, fact);
    await wake(tx, [`agenda/${area}`]);
  });
  await expect.poll(waiting, { interval: 5 }).toBe(0);
}
const unsaid = async () =>
  (
    await ask(
      sql<{
        count: number;
      }>`select count(*) as count from task t where t.kind = 'broadcast' and not exists (select from escalation e where e.task_id = t.id)`,
    )
  )[0]?.count;

/** The number of events of every run of a workflow, the first one first. */
async function histories(handle: WorkflowHandle, firstRun: string): Promise<number[]> {
  const counts: number[] = [];
  for (let run: string | null | undefined = firstRun; run; ) {
    const { events } = await handle.client.getHandle(handle.workflowId, run).fetchHistory();
    counts.push(events?.length ?? 0);
    run = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return counts;
}

describe('a minder', () => {
  it('of ten thousand signals sweeps the last fact, and no history grows past 4,096 events', async () => {
    const areas = county.villages.slice(0, 2).map(({ code }) => code);
    const handles = areas.map((area) => client.workflow.getHandle(`agenda/${area}`));
    for (const area of areas) await changed(area);
    const firstRuns = await Promise.all(handles.map(async (handle) => (await handle.describe()).runId));

    const next = random(20180227);
    const wakes = SIGNALS / AT_ONCE;
    for (let n = 0; n < wakes; n++) {
      const area = areas[Math.floor(next() * areas.length)] ?? '';
      await changed(area, n % Math.round(wakes / FACTS) === 0 ? `late${n}` : undefined);
    }
    expect(carried).toBeGreaterThanOrEqual(SIGNALS);
    await expect.poll(unsaid).toBe(0);

    const counts = await Promise.all(handles.map((handle, n) => histories(handle, firstRuns[n] ?? '')));
    expect(Math.max(...counts.flat())).toBeLessThan(4_096);
    expect(Math.min(...counts.map((runs) => runs.length))).toBeGreaterThan(1);
  });
});
