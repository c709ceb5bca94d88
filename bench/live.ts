// bench/live.ts: a county as it runs: Temporal, mail, the API and the worker as processes of their own, on one database.
import fs from 'node:fs';
import path from 'node:path';
import { startPart } from '../src/commands/part.ts';
import { openMailbox } from '../src/notices/mailbox.ts';
import { systemActor } from '../src/platform/actor.ts';
import type { Instant } from '../src/platform/civil.ts';
import { setStory } from '../src/platform/clock.ts';
import type { Keys } from '../src/platform/crypto.ts';
import { type Db, openDb } from '../src/platform/db.ts';
import { freePort } from '../src/platform/embedded/ports.ts';
import { startTemporal } from '../src/platform/embedded/temporal.ts';
import { expectedWorkflows } from '../src/platform/reconcile.ts';
import { COUNTY } from './county.ts';

const KEY = Buffer.alloc(32, 1);
const WORKER_CONNECTIONS = '8';

export interface Resident {
  readonly now: number;
  readonly peak: number;
}

export interface Live {
  readonly db: Db;
  /** `http://127.0.0.1:port` */
  readonly base: string;
  readonly temporalAddress: string;
  readonly keys: Keys;
  /** MiB resident, now and at the highest. */
  memory(): { readonly api: Resident; readonly worker: Resident };
  stop(): Promise<void>;
}

/** Starts everything on the database `url`, whose story opens at `asOf`. */
export async function startLive(url: string, dir: string, asOf: Instant): Promise<Live> {
  const db = openDb({ url, appConnections: 1, systemConnections: 4 });
  await setStory(db, asOf, Date.now());
  const mailbox = await openMailbox(db);
  const temporal = await startTemporal({ dir: path.join(dir, 'temporal') });
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const env = {
    NODE_ENV: 'development',
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: 'default',
    COUNTY_CODE: COUNTY,
    PORT: String(port),
    HOST: '127.0.0.1',
    SMTP_URL: mailbox.url,
    SESSION_SECRET: 'the secret of a bench, long enough',
    FIELD_KEYS: `bench:${KEY.toString('base64')}`,
    INDEX_KEY: KEY.toString('base64'),
    STORY: 'on',
    LOG_LEVEL: 'error',
    SYSTEM_CONNECTIONS: WORKER_CONNECTIONS,
  };
  const ready = async () => (await fetch(`${base}/healthz`)).ok;
  const api = await startPart('api', env, ready);
  const worker = await startPart('worker', env);
  return {
    db,
    base,
    temporalAddress: temporal.address,
    keys: { current: 'bench', byId: { bench: KEY }, index: KEY },
    memory: () => ({ api: resident(api.pid), worker: resident(worker.pid) }),
    async stop() {
      await worker.stop();
      await api.stop();
      await temporal.stop();
      await mailbox.close();
      await db.close();
    },
  };
}

/** Every workflow that the facts call for. */
export async function expected(db: Db, asOf: Instant): Promise<string[]> {
  const all: string[] = [];
  for (;;) {
    const page = await db.tx(systemActor(COUNTY), asOf, (tx) => expectedWorkflows(tx, COUNTY, all.at(-1) ?? ''));
    if (page.length === 0) return all;
    all.push(...page);
  }
}

/** As Linux counts it; NaN elsewhere. */
function resident(pid: number): Resident {
  if (process.platform !== 'linux') return { now: Number.NaN, peak: Number.NaN };
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  const mib = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { now: mib('VmRSS'), peak: mib('VmHWM') };
}
