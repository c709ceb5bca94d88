// src/commands/ground.ts: what a command stands on when nobody set anything: the embedded county's folder, secrets and servers.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Config, loadConfig } from '../config.ts';
import { type Db, openDb } from '../platform/db.ts';
import { startPostgres } from '../platform/embedded/postgres.ts';
import { commandOf, isAlive } from '../platform/embedded/processes.ts';
import { secret } from '../platform/embedded/secrets.ts';
import { migrate, OtherSchemaError } from '../platform/migrate.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const STATE = path.join(ROOT, '.doorstep');
export const POSTGRES_DIR = path.join(STATE, 'postgres');
export const TEMPORAL_DIR = path.join(STATE, 'temporal');
const SECRETS = path.join(STATE, 'secrets.json');
const RUNNING = path.join(STATE, 'running.json');

/** What the example's people sign in with; made once, printed at every start. */
export const demoPassword = (): string => secret(SECRETS, 'demoPassword').slice(0, 12);

export type Environment = Record<string, string | undefined>;

/** Adds the secrets that nobody set: made once, kept in `.doorstep/secrets.json`. In production they must be set. */
export function withSecrets(env: Environment): Environment {
  if (env.NODE_ENV === 'production') return { ...env };
  const key = (name: string) => createHash('sha256').update(secret(SECRETS, name)).digest('base64');
  return {
    ...env,
    SESSION_SECRET: env.SESSION_SECRET || secret(SECRETS, 'session'),
    FIELD_KEYS: env.FIELD_KEYS || `local:${key('field')}`,
    INDEX_KEY: env.INDEX_KEY || key('index'),
  };
}

/** What `doorstep start` tells the commands beside it. */
export interface RunningCounty {
  readonly pid: number;
  readonly environment: Environment;
  readonly url: string;
}

const SHARED = ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'SMTP_URL', 'PORT', 'PUBLIC_URL', 'STORY', 'COUNTY_CODE'];

export function writeRunning(environment: Environment, url: string): void {
  const told = Object.fromEntries(SHARED.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
  fs.writeFileSync(RUNNING, `${JSON.stringify({ pid: process.pid, environment: told, url })}\n`, { mode: 0o600 });
}

export function removeRunning(): void {
  fs.rmSync(RUNNING, { force: true });
}

/** The county that `doorstep start` keeps up on this machine, if one does. */
export function readRunning(): RunningCounty | null {
  if (!fs.existsSync(RUNNING)) return null;
  const running = JSON.parse(fs.readFileSync(RUNNING, 'utf8')) as RunningCounty;
  return running.pid !== process.pid && isAlive(running.pid) && commandOf(running.pid).includes('main.ts')
    ? running
    : null;
}

/** What to do about an embedded county that another version made: nothing in it is anybody's, so it is made anew. */
export function ofOlderVersion(error: unknown): unknown {
  if (!(error instanceof OtherSchemaError)) return error;
  return new Error(`.doorstep 由另一版本建立,须重新建立;其中的演示数据会被删除:
    npm run doorstep -- demo --reset && npm start
  .doorstep was made by another version and must be made anew; what is in it is deleted. Run the line above.
  (${error.migrations.join(', ')})`);
}

/**
 * Runs a command on the county's database: the one of DATABASE_URL, or the embedded one, started for the moment when it does not run.
 * The schema is brought up to date first.
 */
export async function onCounty<T>(work: (county: { db: Db; config: Config }) => Promise<T>): Promise<T> {
  const running = readRunning();
  const embedded = process.env.DATABASE_URL ? null : await startPostgres({ dir: POSTGRES_DIR });
  const config = loadConfig({
    TEMPORAL_ADDRESS: 'localhost:7233', // of no use to most commands; `rebuild` says when nobody answers there
    SMTP_URL: 'smtp://localhost:25',
    STORY: process.env.NODE_ENV === 'production' || process.env.DATABASE_URL ? 'off' : 'on',
    ...running?.environment,
    ...withSecrets(process.env),
    ...(embedded ? { DATABASE_URL: embedded.url } : {}),
  });
  try {
    await migrate(config.databaseUrl).catch((error: unknown) => {
      throw embedded ? ofOlderVersion(error) : error;
    });
    const db = openDb({ url: config.databaseUrl });
    try {
      return await work({ db, config });
    } finally {
      await db.close();
    }
  } finally {
    if (embedded && !embedded.adopted) await embedded.stop();
  }
}
