// src/api.ts: the API's composition root: the rooms' doors, the relay and the pages in one process.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { whoIs } from './access/acts.ts';
import { openRouter, openSpecs } from './access/sign-in.ts';
import type { Config } from './config.ts';
import { openClock } from './platform/clock.ts';
import { type Db, openDb, sql } from './platform/db.ts';
import { openAttempts } from './platform/http/attempts.ts';
import { operatorServer } from './platform/http/operator.ts';
import { buildServer } from './platform/http/server.ts';
import { openSessions } from './platform/http/sessions.ts';
import { type Log, openLog } from './platform/log.ts';
import { openMetrics } from './platform/metrics.ts';
import { type Relay, startRelay } from './platform/relay.ts';
import { openTemporal, signal } from './platform/temporal.ts';
import { roomRoutes } from './rooms.ts';
import { storyRoutes } from './story/routes.ts';

const DRAIN = 10_000; // ms for answers under way when we stop
const READY_BOUND = 2_000; // ms for Temporal to answer a readiness question
const LAG_BOUND = 60_000; // ms: wakes that wait a minute are stuck; reconciliation will do without them

export interface Api {
  readonly port: number;
  /** Of `/readyz` and `/metrics`. */
  readonly operatorPort: number;
  /** No new request, answers under way, the relay's page, then the connections. */
  stop(): Promise<void>;
}

/** @throws Error when a story's offset stands in the database of a county that runs on the wall's clock. */
export async function startApi(config: Config): Promise<Api> {
  const log = openLog(config.logLevel, 'api');
  const { countyCode, keys, databaseUrl: url } = config;
  const db = openDb({ url, appConnections: config.appConnections, systemConnections: config.systemConnections });
  const now = await clockOf(db, config.story);
  const client = openTemporal({ address: config.temporalAddress, namespace: config.temporalNamespace, keys });
  const relay = startRelay({ db, databaseUrl: url, countyCode, signal: (id) => signal(client, id), log });
  const sessions = openSessions(db.systemPool, config.sessionSecret, config.publicUrl);
  const metrics = openMetrics(db, countyCode, relay.lag);
  const app = buildServer({
    db,
    keys,
    now,
    who: whoIs,
    routes: config.story ? [...roomRoutes, ...storyRoutes] : roomRoutes,
    open: { router: openRouter({ db, countyCode, now, attempts: openAttempts(db.systemPool) }), specs: openSpecs },
    sessions,
    publicUrl: config.publicUrl,
    trustedProxies: config.trustedProxies,
    info: {
      title: '到户 Doorstep',
      version: '0.1.0',
      description:
        '县级入户行动的任务、催办、记录与督导。 Outreach drives of a county: tasks, reminders, records, checks.',
    },
    log,
    metrics,
  });
  const operator = operatorServer({
    metrics,
    log,
    readiness: async () => ({
      database: await holds(sql`select 1`.execute(db.systemKysely)),
      temporal: await holds(
        client.withDeadline(Date.now() + READY_BOUND, () => client.workflowService.getSystemInfo({})),
      ),
      relay: relay.lag() < LAG_BOUND,
    }),
  });
  const server = app.listen(config.port, config.host);
  await listening(server);
  operator.listen(config.operatorPort, config.operatorHost);
  await listening(operator);
  const { port } = server.address() as AddressInfo;
  const { port: operatorPort } = operator.address() as AddressInfo;
  log.info({ port, operatorPort }, 'the API listens');
  return {
    port,
    operatorPort,
    stop: () =>
      stop(server, relay, log, async () => {
        operator.close();
        operator.closeAllConnections();
        await client.connection.close();
        sessions.close();
        await db.close();
      }),
  };
}

async function clockOf(db: Db, story: boolean) {
  const clock = await openClock(db);
  if (!story && clock.offsetMs !== 0)
    throw new Error('this database runs on story time: set STORY=on, or use another database');
  return async () => {
    if (story) await clock.refresh(); // 过一天 may have been pressed in another process
    return clock.now();
  };
}

async function stop(server: Server, relay: Relay, log: Log, disconnect: () => Promise<void>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await Promise.race([closed, sleep(DRAIN, undefined, { ref: false })]);
  server.closeAllConnections();
  await relay.stop();
  await disconnect();
  log.info('the API has stopped');
}

const listening = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });

const holds = (question: Promise<unknown>): Promise<boolean> =>
  question.then(
    () => true,
    () => false,
  );
