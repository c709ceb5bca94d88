// worker.ts: the worker's composition root: workflows, the activities they ask for, and the chores that keep them all alive.
import { pathToFileURL } from 'node:url';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import cron from 'node-cron';
import { activities } from './activities/index.ts';
import type { Platform } from './activities/run.ts';
import { withSecrets } from './src/commands/ground.ts';
import { type Config, loadConfig } from './src/config.ts';
import { openMail } from './src/notices/channels/email.ts';
import { instant } from './src/platform/civil.ts';
import { readOffset } from './src/platform/clock.ts';
import { openDb } from './src/platform/db.ts';
import { endWithParent } from './src/platform/embedded/child.ts';
import { type Log, openLog } from './src/platform/log.ts';
import { reconcile } from './src/platform/reconcile.ts';
import { dataConverter, openTemporal, signal, TASK_QUEUE } from './src/platform/temporal.ts';
import { workflowBundle } from './src/platform/workflow-bundle.ts';

const GRACE = '15s'; // for activities under way; the courier gives back what it has not sent
const FORCE = '18s'; // below the 20 s that a supervisor waits
const CACHED = 300; // workflows: a county has some 180 open; about 1 MB each at most
const EVERY_QUARTER = '*/15 * * * *'; // reconciliation: what a lost wake can cost at most

export interface RunningWorker {
  /** Settles when the worker has ended, asked or not. */
  readonly ended: Promise<void>;
  /** No new work, activities under way, then mail and the connections. */
  stop(): Promise<void>;
}

/** @throws Error when Temporal or PostgreSQL cannot be reached: a supervisor starts us again. */
export async function runWorker(config: Config): Promise<RunningWorker> {
  const log = openLog(config.logLevel, 'worker');
  const { countyCode, keys, temporalNamespace: namespace, temporalAddress: address } = config;
  const db = openDb({ url: config.databaseUrl, appConnections: 1, systemConnections: config.systemConnections });
  if (!config.story && (await readOffset(db)) !== 0)
    throw new Error('this database runs on story time: set STORY=on, or use another database');
  const mail = openMail(config.smtpUrl);
  const platform: Platform = { db, countyCode, keys, mail, publicUrl: config.publicUrl, mailFrom: config.mailFrom };
  const connection = await NativeConnection.connect({ address });
  const client = openTemporal({ address, namespace, keys });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: TASK_QUEUE,
    workflowBundle: config.workflowBundle ? { codePath: config.workflowBundle } : await workflowBundle(),
    activities: activities(platform),
    dataConverter: dataConverter(keys),
    maxCachedWorkflows: CACHED,
    maxConcurrentActivityTaskExecutions: config.systemConnections, // more would wait for a connection
    maxEagerActivityReservationsPerWorkflowTask: 0,
    shutdownGraceTime: GRACE,
    shutdownForceTime: FORCE,
  });
  const ended = worker.run();

  const wakeEverything = async () => {
    try {
      const woken = await reconcile(db, countyCode, instant(Date.now()), (id) => signal(client, id));
      if (woken !== null) log.info({ woken }, 'reconciled');
    } catch (error) {
      log.warn({ err: error }, 'reconciliation failed; the next one begins again');
    }
  };
  const first = wakeEverything();
  const chore = cron.schedule(EVERY_QUARTER, wakeEverything, { noOverlap: true, name: 'reconcile' });

  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      await chore.destroy();
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended.catch(() => {});
      await first;
      mail.close();
      await client.connection.close();
      await connection.close();
      await db.close();
      log.info('the worker has stopped');
    })();
    return stopping;
  };
  log.info('the worker runs');
  return { ended, stop };
}

/** Temporal's own lines go where ours go, and signals are ours to answer. */
function installRuntime(log: Log): void {
  Runtime.install({
    shutdownSignals: [],
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) },
    },
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      const { error, workflowId, activityType } = (meta ?? {}) as {
        error?: unknown;
        workflowId?: unknown;
        activityType?: unknown;
      };
      log[level === 'ERROR' ? 'error' : 'warn']({ err: error, workflowId, activityType }, message);
    }),
  });
}

/** `doorstep worker`: until it is told to stop, or dies for a supervisor to see. */
export async function main(): Promise<void> {
  const config = loadConfig(withSecrets(process.env));
  endWithParent();
  installRuntime(openLog(config.logLevel, 'worker'));
  const running = await runWorker(config);
  const stop = () => void running.stop().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  process.send?.('ready');
  await running.ended.catch(async (error: unknown) => {
    openLog(config.logLevel, 'worker').error({ err: error }, 'the worker failed');
    process.exitCode = 1;
  });
  await running.stop();
  process.exit();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
