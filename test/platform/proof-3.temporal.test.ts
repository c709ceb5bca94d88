import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, instant } from '../../src/platform/civil.ts';
import { setStory } from '../../src/platform/clock.ts';
import { type Db, openDb } from '../../src/platform/db.ts';
import { type EmbeddedTemporal, startTemporal } from '../../src/platform/embedded/temporal.ts';
import { expectedWorkflows, reconcile } from '../../src/platform/reconcile.ts';
import { relayPage } from '../../src/platform/relay.ts';
import { openTemporal, signal } from '../../src/platform/temporal.ts';
import { type RunningWorker, runWorker } from '../../worker.ts';
import { launched } from '../campaigns/drive.ts';
import { COUNTY, type SmallCounty, smallCounty, testKeys } from '../fixtures/county.ts';
import { testConfig } from '../setup/api.ts';
import { freshDatabase } from '../setup/database.ts';

let db: Db;
let drop: () => Promise<void>;
let county: SmallCounty;
let temporal: EmbeddedTemporal;
let client: Client;
let worker: RunningWorker;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'doorstep-proof-3-'));

beforeAll(async () => {
  const database = await freshDatabase();
  drop = database.drop;
  db = openDb({ url: database.url });
  county = await smallCounty(db);
  await launched(db, county);
  await setStory(db, at('2018-02-05', '09:00'), Date.now());
  await db.systemPool.query('delete from wake'); // every wake so far is lost
  temporal = await startTemporal({ dir: folder });
  client = openTemporal({ address: temporal.address, namespace: 'default', keys: testKeys });
  worker = await runWorker(testConfig(database.url, { TEMPORAL_ADDRESS: temporal.address, STORY: 'on' }));
});
afterAll(async () => {
  await worker?.stop();
  await client?.connection.close();
  await temporal?.stop();
  await db?.close();
  await drop?.();
  fs.rmSync(folder, { recursive: true, force: true });
});

const expected = () => db.tx(county.actor, at('2018-02-05', '09:00'), (tx) => expectedWorkflows(tx, COUNTY));
const agendas = async () => (await expected()).filter((id) => id.startsWith('agenda/'));

/** How many activities a workflow's present run has finished: an agenda's are sweeps. */
async function swept(id: string): Promise<number> {
  try {
    const { events } = await client.workflow.getHandle(id).fetchHistory();
    return (events ?? []).filter((event) => event.activityTaskCompletedEventAttributes).length;
  } catch {
    return 0; // not there yet
  }
}

/** Those of `ids` that run now. */
async function running(ids: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    ids.map((id) =>
      client.workflow
        .getHandle(id)
        .describe()
        .then(
          ({ status }) => status.name === 'RUNNING',
          () => false, // not there yet
        ),
    ),
  );
  return ids.filter((_, n) => found[n]);
}

const sweeps = async () =>
  new Map(await Promise.all((await agendas()).map(async (id) => [id, await swept(id)] as const)));

describe('proof 3', () => {
  it('with every wake lost, a worker’s start sweeps every agenda and runs every expected workflow', async () => {
    expect((await agendas()).length).toBeGreaterThan(4);
    await expect.poll(async () => [...(await sweeps()).values()].every((count) => count > 0)).toBe(true);
    // The sweeps wrote digests and woke the courier, which may have found nothing and ended before: the relay carries that.
    const ids = await expected();
    const settled = async () => {
      await relayPage(db, COUNTY, (id) => signal(client, id));
      return running(ids);
    };
    await expect.poll(settled).toEqual(ids);
  });

  it('with the wakes of a running county lost, the next tick sweeps every agenda again', async () => {
    const before = await sweeps();
    await db.systemPool.query('delete from wake');
    await reconcile(db, COUNTY, instant(Date.now()), (id) => signal(client, id), 1_000);
    const again = async () => [...(await sweeps())].every(([id, count]) => count > (before.get(id) ?? 0));
    await expect.poll(again).toBe(true);
  });

  it('a wake signalled twice, its relay killed in between, writes nothing twice', async () => {
    const lines = async () => (await db.systemPool.query('select count(*)::int as n from notice_line')).rows[0].n;
    const [id = ''] = await agendas();
    const [count, sweptBefore] = [await lines(), await swept(id)];
    for (const _ of [1, 2]) {
      await db.systemPool.query('insert into wake (workflow_id) values ($1)', [id]);
      await relayPage(db, COUNTY, (workflowId) => signal(client, workflowId));
    }
    await expect.poll(() => swept(id)).toBeGreaterThan(sweptBefore);
    expect(await lines()).toBe(count);
  });

  it('keeps what it says of people unreadable in Temporal: payloads are sealed', async () => {
    const [id = ''] = await agendas();
    const history = JSON.stringify(await client.workflow.getHandle(id).fetchHistory());
    const { input } =
      (await client.workflow.getHandle(id).fetchHistory()).events?.[0]?.workflowExecutionStartedEventAttributes ?? {};
    const encodings = (input?.payloads ?? []).map(({ metadata }) => Buffer.from(metadata?.encoding ?? []).toString());
    expect(encodings).toEqual(['binary/encrypted']);
    expect(history).not.toContain(Buffer.from(JSON.stringify(id.split('/')[1])).toString('base64'));
  });
});
