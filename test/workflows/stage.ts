// test/workflows/stage.ts: a county on the time-skipping server with the real activities, on story time.
import type { WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { createTransport } from 'nodemailer';
import { inject } from 'vitest';
import { activities } from '../../activities/index.ts';
import { at, type CivilDate, epochMs, type Instant, type TimeOfDay } from '../../src/platform/civil.ts';
import { setStory, toStory } from '../../src/platform/clock.ts';
import { type Db, openDb } from '../../src/platform/db.ts';
import { dataConverter } from '../../src/platform/temporal.ts';
import { COUNTY, type SmallCounty, smallCounty, testKeys } from '../fixtures/county.ts';
import { keep } from '../histories/keep.ts';
import { freshDatabase } from '../setup/database.ts';

export interface Stage {
  readonly db: Db;
  readonly county: SmallCounty;
  /** Starts the workflow of this id, as the relay would. */
  start(id: string): Promise<WorkflowHandle>;
  /** Tells it that the facts have changed. */
  changed(id: string): Promise<void>;
  /** Lets story time pass until this moment. */
  until(day: CivilDate, time: TimeOfDay): Promise<void>;
  close(): Promise<void>;
}

/** @param opens story time as the curtain rises. */
export async function openStage(opens: Instant): Promise<Stage> {
  const database = await freshDatabase();
  const db = openDb({ url: database.url });
  const county = await smallCounty(db);
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: inject('testServer') } },
    client: { dataConverter: dataConverter(testKeys) },
  });
  const startedAt = await env.currentTimeMs();
  await setStory(db, opens, startedAt);
  const offsetMs = epochMs(opens) - startedAt;
  const taskQueue = 'doorstep';
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    workflowBundle: { codePath: inject('workflowBundle') },
    dataConverter: dataConverter(testKeys),
    activities: activities({
      db,
      countyCode: COUNTY,
      keys: testKeys,
      mail: createTransport({ jsonTransport: true }),
      publicUrl: 'http://localhost',
      mailFrom: 'doorstep@county.example',
    }),
  });
  const running = worker.run();
  const started = new Set<string>();
  const signalWithStart = (id: string) => {
    const [type = '', ...rest] = id.split('/');
    started.add(id);
    return env.client.workflow.signalWithStart(type, {
      taskQueue,
      workflowId: id,
      args: [rest.join('/')],
      signal: 'changed',
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
  };
  return {
    db,
    county,
    start: signalWithStart,
    changed: async (id) => {
      await signalWithStart(id);
    },
    async until(day, time) {
      const storyMs = epochMs(toStory(new Date(await env.currentTimeMs()).toISOString() as Instant, offsetMs));
      const left = epochMs(at(day, time)) - storyMs;
      if (left > 0) await env.sleep(left);
    },
    async close() {
      const folder = process.env.KEEP_HISTORIES;
      for (const id of folder ? started : [])
        await keep(folder ?? '', `${id.split('/')[0]}-staged`, await env.client.workflow.getHandle(id).fetchHistory());
      worker.shutdown();
      await running;
      await env.teardown();
      await db.close();
      await database.drop();
    },
  };
}

Runtime.install({ logger: new DefaultLogger('WARN') });
