// test/scenarios/winter-drive/drive.ts: the whole drive on the time-skipping server, with the real activities, PostgreSQL, relay and SMTP.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { activities } from '../../../activities/index.ts';
import { LAUNCH } from '../../../examples/winter-drive/field-work.ts';
import type { Office } from '../../../examples/winter-drive/minders.ts';
import { openExampleCounty } from '../../../examples/winter-drive/open.ts';
import {
  approveDrive,
  askForLaunch,
  planClinics,
  recordTraining,
  trainedEarly,
} from '../../../examples/winter-drive/plan.ts';
import { openStory, type Schedule, scheduleOf } from '../../../examples/winter-drive/play.ts';
import { openMail } from '../../../src/notices/channels/email.ts';
import { openMailbox } from '../../../src/notices/mailbox.ts';
import { systemActor } from '../../../src/platform/actor.ts';
import {
  at,
  type CivilDate,
  epochMs,
  type Instant,
  plusDays,
  plusMinutes,
  weekday,
} from '../../../src/platform/civil.ts';
import { setStory, toWall } from '../../../src/platform/clock.ts';
import { openDb, sql } from '../../../src/platform/db.ts';
import { openLog } from '../../../src/platform/log.ts';
import { wakeAll } from '../../../src/platform/reconcile.ts';
import { startRelay } from '../../../src/platform/relay.ts';
import { dataConverter, TASK_QUEUE } from '../../../src/platform/temporal.ts';
import { wake, workflowIds } from '../../../src/platform/wake.ts';
import { testKeys as keys } from '../../fixtures/county.ts';

const COUNTY = '450803';
const CURTAIN: Instant = at(LAUNCH, '07:55');
/** A day after the grace: everything has ended. */
const LAST_DAY: CivilDate = '2018-03-08';

const SATURDAY = 6;
const MAILS_A_SECOND = 1_000; // to a mailbox of our own

export interface DriveOptions {
  readonly databaseUrl: string;
  readonly testServer: string;
  readonly workflowBundle: string;
  readonly towns?: number;
  readonly tell?: (line: string) => void;
  /** Told at the end of each day. */
  readonly onDay?: (day: CivilDate, drive: Underway) => Promise<void>;
}

export interface Underway {
  readonly office: Office;
  readonly campaignId: string;
  /** What Temporal holds of a workflow's latest run. */
  readonly historyOf: (workflowId: string) => Promise<History>;
}

export interface Driven extends Underway {
  readonly schedule: Schedule;
  /** Receipts that were put to review: the story expects none. */
  readonly odd: readonly unknown[];
  close(): Promise<void>;
}

/** A time-skipping server with the county's worker, on story time. */
interface Server {
  readonly client: Client;
  /** What the relay does. */
  signal(workflowId: string): Promise<void>;
  /** Lets time pass until a moment of the story. */
  passUntil(moment: Instant): Promise<void>;
  stop(): Promise<void>;
}

async function startServer(options: DriveOptions, office: Office, from: Instant): Promise<Server> {
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: options.testServer } },
    client: { dataConverter: dataConverter(keys) },
  });
  const startedAt = await env.currentTimeMs();
  await setStory(office.db, from, startedAt);
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: options.workflowBundle },
    activities: activities(office),
    dataConverter: dataConverter(keys),
    maxCachedWorkflows: 400,
  });
  const running = worker.run();
  return {
    client: env.client,
    async signal(id) {
      const [type = '', ...key] = id.split('/');
      await env.client.workflow.signalWithStart(type, {
        taskQueue: TASK_QUEUE,
        workflowId: id,
        args: [key.join('/')],
        signal: 'changed',
        signalArgs: [],
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
    },
    async passUntil(moment) {
      const left = epochMs(toWall(moment, epochMs(from) - startedAt)) - (await env.currentTimeMs());
      if (left > 0) await env.sleep(left);
    },
    async stop() {
      worker.shutdown();
      await running;
      await env.teardown();
    },
  };
}

/**
 * The whole drive. Each weekend (each month, where it is some towns only) finds an empty Temporal: the time-skipping server
 * keeps a note of every lock it ever took and slows with them, and the county does not notice, because what runs follows
 * from the facts.
 */
export async function runDrive(options: DriveOptions): Promise<Driven> {
  const towns = options.towns === undefined ? {} : { towns: options.towns };
  const db = openDb({ url: options.databaseUrl });
  const mailbox = await openMailbox(db);
  const office: Office = {
    db,
    keys,
    countyCode: COUNTY,
    mail: openMail(mailbox.url, MAILS_A_SECOND),
    mailFrom: 'Doorstep <doorstep@doorstep.example>',
    publicUrl: 'https://doorstep.example',
  };
  const folder = await mkdtemp(path.join(os.tmpdir(), 'doorstep-registers-'));
  await openExampleCounty(db, keys, folder, towns).finally(() => rm(folder, { recursive: true, force: true }));

  let server = await startServer(options, office, CURTAIN);
  const relay = startRelay({
    db,
    databaseUrl: options.databaseUrl,
    countyCode: COUNTY,
    signal: (id) => server.signal(id),
    log: openLog('silent', 'relay'),
  });

  /** Everything woken has been signalled; then the county's clock goes on to `until`. */
  const minded = async (_from: Instant, until: Instant): Promise<void> => {
    await carried();
    await server.passUntil(until);
    await carried();
  };
  const carried = async (): Promise<void> => {
    const waiting = 'select exists (select from wake) as waiting';
    while ((await db.systemPool.query<{ waiting: boolean }>(waiting)).rows[0]?.waiting) await new Promise(setImmediate);
  };
  const system = systemActor(COUNTY);
  const changeServer = async (midnight: Instant): Promise<void> => {
    await server.stop();
    server = await startServer(options, office, midnight);
    await db.tx(system, midnight, (tx) => wakeAll(tx, COUNTY));
  };

  const schedule = await scheduleOf(office, towns);
  const story = await openStory(office, schedule);
  const campaignId = await approveDrive(office, story.cast);
  await minded(CURTAIN, at(LAUNCH, '08:15')); // both bureaus have approved: the campaign's workflow prepares
  await recordTraining(office, story.cast, trainedEarly, at(LAUNCH, '08:15'));
  await planClinics(office, story.cast, campaignId, schedule.calendar);
  await askForLaunch(office, story.cast, campaignId);
  await db.tx(system, CURTAIN, (tx) => wake(tx, [workflowIds.register(COUNTY)]));
  await minded(CURTAIN, at(LAUNCH, '08:35')); // and launches
  await sql`analyze task`.execute(db.systemKysely);
  const underway: Underway = {
    office,
    campaignId,
    historyOf: (workflowId) => server.client.workflow.getHandle(workflowId).fetchHistory(),
  };
  const odd: unknown[] = [];
  for (let day: CivilDate = LAUNCH; day <= LAST_DAY; day = plusDays(day, 1)) {
    if (options.towns ? day.endsWith('-01') : weekday(day) === SATURDAY) await changeServer(at(day, '00:00'));
    odd.push(...(await story.playDay(day, { pass: minded, due: () => null, alone: false })));
    await options.onDay?.(day, underway);
  }
  await minded(CURTAIN, plusMinutes(at(LAST_DAY, '23:59'), 30));

  return {
    ...underway,
    schedule,
    odd,
    async close() {
      await relay.stop();
      await server.stop();
      office.mail.close();
      await mailbox.close();
      await db.close();
    },
  };
}

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] }); // Ctrl-C ends the process, not only its worker
