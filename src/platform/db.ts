// src/platform/db.ts: the two ways into PostgreSQL, as a person (row-level security) and as the system, one transaction at a time.
import { createHash } from 'node:crypto';
import { Kysely, PostgresDialect, type RawBuilder, sql, type Transaction } from 'kysely';
import pg from 'pg';
import type { Actor } from './actor.ts';
import { dateOf, type Instant, instant } from './civil.ts';

export { sql };

/** An open transaction. SQL is written with the `sql` tag; nothing is assembled. */
export type Tx = Transaction<unknown>;

// Dates stay civil strings, instants become canonical ISO strings, counts become numbers: no Date object ever crosses this border.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);
pg.types.setTypeParser(1182 as never, (text) => text.slice(1, -1).split(',').filter(Boolean)); // date[]
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => instant(new Date(text)));
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number);

export interface DbOptions {
  readonly url: string;
  /** Connections for people; the system has a pool of its own, so a sweep never starves a phone. */
  readonly appConnections?: number;
  readonly systemConnections?: number;
  /** A commit waits until it is on the disk. False only for what is begun again from nothing when it is cut off: the example's history. */
  readonly waitForDisk?: boolean;
}

export interface Db {
  /**
   * Runs `work` in one READ COMMITTED transaction as `actor`, on the civil day of `asOf`. A throw rolls everything back.
   * @param roles what a person acts as: rows are hers by grants of these roles alone; left out, by any.
   */
  tx<T>(actor: Actor, asOf: Instant, work: (tx: Tx) => Promise<T>, roles?: readonly string[]): Promise<T>;
  /** The system's own pool, for what speaks to `pg` directly (the session store, LISTEN). */
  readonly systemPool: pg.Pool;
  readonly systemKysely: Kysely<unknown>;
  close(): Promise<void>;
}

const APP_LIMITS =
  '-c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=15s -c transaction_timeout=30s';
const SYSTEM_LIMITS =
  '-c statement_timeout=120s -c lock_timeout=20s -c idle_in_transaction_session_timeout=60s -c transaction_timeout=300s';

function pool(url: string, role: string, limits: string, max: number, planned: 'once' | 'each time'): pg.Pool {
  // TimeZone and DateStyle fix the text that the parsers above read.
  const made = new pg.Pool({
    connectionString: url,
    max,
    options: `-c role=${role} -c TimeZone=UTC -c DateStyle=ISO ${limits}`,
  });
  // A connection lost with its server, idle or in use, is told by its next query; unheard, the event would end the process.
  made.on('error', () => {});
  made.on('connect', (client) => {
    client.on('error', () => {});
    if (planned === 'once') planOnce(client);
  });
  return made;
}

/**
 * Names every statement that takes parameters, so that a connection plans it once and not each time: of a visit's 9 ms, 6 were
 * planning. Only for people's short statements: a plan made for any area made a sweep's write three times slower.
 */
function planOnce(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...given: unknown[]) => unknown;
  const named = (text: unknown, values: unknown, ...rest: unknown[]): unknown =>
    typeof text === 'string' && Array.isArray(values) && values.length > 0
      ? query({ name: createHash('sha1').update(text).digest('base64'), text, values }, ...rest)
      : query(text, values, ...rest);
  Object.assign(client, { query: named });
}

export function openDb(options: DbOptions): Db {
  const disk = options.waitForDisk === false ? ' -c synchronous_commit=off' : '';
  const appPool = pool(options.url, 'doorstep_app', APP_LIMITS + disk, options.appConnections ?? 8, 'once');
  const systemPool = pool(
    options.url,
    'doorstep_system',
    SYSTEM_LIMITS + disk,
    options.systemConnections ?? 8,
    'each time',
  );
  const app = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: appPool }) });
  const system = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: systemPool }) });
  return {
    systemPool,
    systemKysely: system,
    async tx(actor, asOf, work, roles = []) {
      if (actor.kind === 'system') return system.transaction().execute(work);
      return app.transaction().execute(async (tx) => {
        await sql`select set_config('app.account', ${actor.accountId}, true), set_config('app.day', ${dateOf(asOf)}, true),
          set_config('app.roles', ${roles.join(' ')}, true)`.execute(tx);
        return work(tx);
      });
    },
    async close() {
      await app.destroy();
      await system.destroy();
    },
  };
}

/** Every row of a statement. */
export async function rows<T>(tx: Tx, statement: RawBuilder<T>): Promise<T[]> {
  return (await statement.execute(tx)).rows;
}

/** The only row of a statement, or null when there is none. @throws Error when there are two. */
export async function maybeRow<T>(tx: Tx, statement: RawBuilder<T>): Promise<T | null> {
  const found = await rows(tx, statement);
  if (found.length > 1) throw new Error(`one row expected, ${found.length} came`);
  return found[0] ?? null;
}

/** The only row of a statement. @throws Error when there is none, or two. */
export async function oneRow<T>(tx: Tx, statement: RawBuilder<T>): Promise<T> {
  const found = await maybeRow(tx, statement);
  if (found === null) throw new Error('one row expected, none came');
  return found;
}

/** How many rows a statement wrote. */
export async function written(tx: Tx, statement: RawBuilder<unknown>): Promise<number> {
  return Number((await statement.execute(tx)).numAffectedRows ?? 0n);
}
