// test/chaos/ask.ts: questions to a database that may be dying: asked again until it answers.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const BOUND = 60_000; // ms: a killed PostgreSQL is back within a second or two
const MISTAKE = /^(22|23|42)...$/; // SQLSTATEs of a statement that will never do
const PAUSE = 100; // ms between two tries
const ANSWER_BOUND = 20_000; // ms

/** Does `work` until it succeeds. @throws what it threw last, when a minute has passed. */
export async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (const until = performance.now() + BOUND; ; await sleep(PAUSE)) {
    try {
      return await work();
    } catch (error) {
      const { code = '' } = error as { code?: string };
      if (MISTAKE.test(code) || performance.now() > until) throw error;
    }
  }
}

export type Ask = <Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

/** Asks as the owner, who sees every row; only what may be said twice. One connection, made again when it is lost: signing in costs more than a question. */
export function openAsk(url: string): { readonly ask: Ask; close(): Promise<void> } {
  let kept: Promise<pg.Client> | undefined;
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 5_000,
      query_timeout: ANSWER_BOUND,
    });
    client.on('error', () => {}); // told by the next question
    await client.connect();
    return client;
  };
  return {
    ask: <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
      insist(async () => {
        kept ??= connect();
        const asked = kept;
        try {
          return (await (await asked).query<Row>(text, [...values])).rows;
        } catch (error) {
          if (kept === asked) kept = undefined;
          asked.then((client) => client.end()).catch(() => {});
          throw error;
        }
      }),
    async close() {
      await kept?.then((client) => client.end()).catch(() => {});
    },
  };
}
