// test/setup/api.ts: the real API on a free port over a database of the test's own, and people signed in to it.
import { hashPassword } from '../../src/access/passwords.ts';
import { type Api, startApi } from '../../src/api.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { type Db, openDb, sql } from '../../src/platform/db.ts';
import { COUNTY, testKeys } from '../fixtures/county.ts';
import { freshDatabase } from './database.ts';

export const PASSWORD = 'a password of the tests';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export type Caller = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

export interface TestApi {
  readonly db: Db;
  readonly api: Api;
  readonly config: Config;
  readonly base: string;
  /** Somebody not signed in. */
  readonly anybody: Caller;
  /** Signs in; every account of the database has PASSWORD once `passwords` has run. */
  as(login: string): Promise<Caller>;
  passwords(): Promise<void>;
  close(): Promise<void>;
}

export function testConfig(url: string, more: Record<string, string> = {}): Config {
  const key = Object.entries(testKeys.byId).map(([id, bytes]) => `${id}:${bytes.toString('base64')}`);
  return loadConfig({
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: 'localhost:1', // nobody answers: the relay waits, people are served
    SMTP_URL: 'smtp://localhost:1',
    COUNTY_CODE: COUNTY,
    PORT: '0',
    SESSION_SECRET: 'a secret of the tests, long enough',
    FIELD_KEYS: key.join(','),
    INDEX_KEY: testKeys.index.toString('base64'),
    LOG_LEVEL: 'silent',
    ...more,
  });
}

/** @param fill writes the county before anybody comes. */
export async function testApi(fill: (db: Db) => Promise<unknown>, more: Record<string, string> = {}): Promise<TestApi> {
  const database = await freshDatabase();
  const db = openDb({ url: database.url });
  await fill(db);
  const config = testConfig(database.url, more);
  const api = await startApi(config);
  const base = `http://127.0.0.1:${api.port}`;
  const passwords = async () => {
    const hash = await hashPassword(PASSWORD);
    await sql`update account set password_hash = ${hash}`.execute(db.systemKysely);
  };
  await passwords();
  const anybody = caller(base);
  return {
    db,
    api,
    config,
    base,
    anybody,
    passwords,
    async as(login) {
      const answer = await anybody('POST', '/api/v1/session', { login, password: PASSWORD });
      if (answer.status !== 200) throw new Error(`${login} cannot sign in: ${JSON.stringify(answer.body)}`);
      return caller(base, (answer.headers.get('set-cookie') ?? '').split(';')[0]);
    },
    async close() {
      await api.stop();
      await db.close();
      await database.drop();
    },
  };
}

function caller(base: string, cookie?: string): Caller {
  return async (method, path, body, headers = {}) => {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${base}${path}`, {
      method,
      ...(text === undefined ? {} : { body: text }),
      headers: {
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...(cookie ? { cookie } : {}),
        ...headers,
      },
    });
    const answered = await response.text();
    const json = (response.headers.get('content-type') ?? '').includes('json');
    return {
      status: response.status,
      headers: response.headers,
      body: json ? JSON.parse(answered) : { text: answered },
    };
  };
}
