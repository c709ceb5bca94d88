// test/chaos/ask.ts: questions to a database that may be dying: asked again until it answers.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const BOUND = 60_000; // ms: a killed PostgreSQL is back within a second or two
const MISTAKE = /^(22|23|42)...$/; // SQLSTATEs of a statement that will never do
const PAUSE = 100; // ms between two tries

/** Does `work` until it succeeds. @throws what it threw last, when `bound` milliseconds have passed. */
export async function insist<T>(work: () => Promise<T>, bound = BOUND): Promise<T> {
  for (const until = performance.now() + bound; ; await sleep(PAUSE)) {
    try {
      return await work();
    } catch (error) {
      const { code = '' } = error as { code?: string };
      if (MISTAKE.test(code) || performance.now() > until) throw error;
    }
  }
}

/** Asks as the owner, who sees every row, on a connection of its own. Only what may be said twice. */
export function ask<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return insist(async () => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 20_000 });
    client.on('error', () => {}); // told by the query
    try {
      await client.connect();
      return (await client.query<Row>(text, [...values])).rows;
    } finally {
      client.end().catch(() => {});
    }
  });
}
