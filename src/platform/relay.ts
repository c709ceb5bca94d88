// src/platform/relay.ts: carries wakes from PostgreSQL to Temporal. It keeps no attempts and no state: nothing depends on one wake arriving.
import pg from 'pg';
import { systemActor } from './actor.ts';
import { instant } from './civil.ts';
import { type Db, rows, sql } from './db.ts';
import type { Log } from './log.ts';
import { signalEach } from './temporal.ts';

const PAGE = 100; // rows: their signals take a second at most, so the locks are short
const AT_ONCE = 10; // signals on the wire together; the dev server is busy with 140 starts a second
const TICK = 1_000; // ms: a notification lost with its connection is made up for within a second
const RECONNECT = 1_000; // ms

export interface RelayOptions {
  readonly db: Db;
  /** For LISTEN: a connection of its own. */
  readonly databaseUrl: string;
  readonly countyCode: string;
  readonly signal: (workflowId: string) => Promise<void>;
  readonly log: Log;
}

export interface Relay {
  /** Milliseconds since the table was last seen empty, by this process. */
  lag(): number;
  /** Ends the present page and stops. */
  stop(): Promise<void>;
}

/**
 * Signals one page of wakes and deletes it, in one transaction.
 * Killed between the two, the rows stay and are signalled again: a signal doubled harms nothing.
 * @returns how many rows were taken.
 */
export async function relayPage(
  db: Db,
  countyCode: string,
  signal: (workflowId: string) => Promise<void>,
): Promise<number> {
  return db.tx(systemActor(countyCode), instant(Date.now()), async (tx) => {
    const page = await rows(
      tx,
      sql<{
        id: number;
        workflowId: string;
      }>`select id, workflow_id as "workflowId" from wake order by id limit ${PAGE} for update skip locked`,
    );
    const ids = [...new Set(page.map((row) => row.workflowId))];
    for (let from = 0; from < ids.length; from += AT_ONCE) await signalEach(ids.slice(from, from + AT_ONCE), signal);
    if (page.length > 0) await sql`delete from wake where id = any(${page.map((row) => row.id)}::bigint[])`.execute(tx);
    return page.length;
  });
}

export function startRelay(options: RelayOptions): Relay {
  const { db, countyCode, signal, log } = options;
  let stopped = false;
  let asked = true; // look once at the start
  let ring = () => {};
  let emptyAt = performance.now();
  const wakeUp = () => {
    asked = true;
    ring();
  };
  const tick = setInterval(wakeUp, TICK);
  const listener = listen(options.databaseUrl, wakeUp, log);

  async function run(): Promise<void> {
    let down = false;
    while (!stopped) {
      if (!asked) await new Promise<void>((resolve) => (ring = resolve));
      asked = false;
      try {
        while (!stopped && (await relayPage(db, countyCode, signal)) > 0);
        emptyAt = performance.now();
        if (down) log.info('the relay reaches Temporal again');
        down = false;
      } catch (error) {
        if (!down) log.warn({ err: error }, 'the relay waits for Temporal or PostgreSQL');
        down = true;
      }
    }
  }
  const ended = run();

  return {
    lag: () => performance.now() - emptyAt,
    async stop() {
      stopped = true;
      clearInterval(tick);
      wakeUp();
      await ended;
      await listener.stop();
    },
  };
}

/** Keeps a connection that LISTENs; `heard` is called on every notification and after every reconnection. */
function listen(url: string, heard: () => void, log: Log): { stop(): Promise<void> } {
  let stopped = false;
  let client: pg.Client | undefined;
  let again: NodeJS.Timeout | undefined;
  const connect = async (): Promise<void> => {
    if (stopped) return;
    const made = new pg.Client({ connectionString: url, options: '-c role=doorstep_system', keepAlive: true });
    client = made;
    let lost = false;
    const lose = () => {
      if (lost || stopped) return;
      lost = true;
      made.end().catch(() => {});
      again = setTimeout(() => void connect(), RECONNECT);
    };
    made.on('notification', heard);
    made.on('error', lose);
    made.on('end', lose);
    try {
      await made.connect();
      await made.query('listen wake');
      heard();
    } catch (error) {
      log.debug({ err: error }, 'LISTEN failed; the tick goes on');
      lose();
    }
  };
  void connect();
  return {
    async stop() {
      stopped = true;
      clearTimeout(again);
      await client?.end().catch(() => {});
    },
  };
}
