// test/platform/embedded/outage.test.ts: the API while PostgreSQL restarts, and what PostgreSQL's log then holds.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashPassword } from '../../../src/access/passwords.ts';
import { type Api, startApi } from '../../../src/api.ts';
import { openDb, sql } from '../../../src/platform/db.ts';
import { type EmbeddedPostgres, startPostgres } from '../../../src/platform/embedded/postgres.ts';
import { migrate } from '../../../src/platform/migrate.ts';
import { smallCounty } from '../../fixtures/county.ts';
import { testConfig } from '../../setup/api.ts';
import { folder } from './ground.ts';

const PASSWORD = 'a password of the tests';
const dir = path.join(folder(), 'postgres');
const server = () => startPostgres({ dir, password: 'doorstep-tests', durable: false });
let postgres: EmbeddedPostgres;
let api: Api;
let cookie: string;

beforeAll(async () => {
  postgres = await server();
  await migrate(postgres.url);
  const db = openDb({ url: postgres.url });
  await smallCounty(db);
  await sql`update account set password_hash = ${await hashPassword(PASSWORD)}`.execute(db.systemKysely);
  await db.close();
  api = await startApi(testConfig(postgres.url));
  const answer = await ask('POST', '/session', { login: 'planner', password: PASSWORD });
  cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
});
afterAll(async () => {
  await api?.stop();
  await postgres?.stop();
  fs.rmSync(path.dirname(dir), { recursive: true, force: true });
});

const ask = (method: string, address: string, body?: unknown) =>
  fetch(`http://127.0.0.1:${api.port}/api/v1${address}`, {
    method,
    headers: { 'content-type': 'application/json', ...(cookie ? { cookie } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

it('answers 503 and when to come again while PostgreSQL is away, and serves when it is back', async () => {
  expect((await ask('GET', '/me')).status).toBe(200);
  await postgres.stop();
  for (const [method, address, body] of [
    ['GET', '/me', undefined],
    ['POST', '/session', { login: 'planner', password: PASSWORD }],
  ] as const) {
    const answer = await ask(method, address, body);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([503, 'database_away']);
    expect(answer.headers.get('retry-after')).toBe('5');
  }
  expect((await fetch(`http://127.0.0.1:${api.port}/healthz`)).status).toBe(200);
  postgres = await server();
  await expect.poll(async () => (await ask('GET', '/me')).status).toBe(200);
});

it('leaves nothing that people wrote in PostgreSQL’s log', async () => {
  const db = openDb({ url: postgres.url });
  const secret = 'Zhang-San-450803199001011234';
  await expect(sql`select ${secret}::uuid`.execute(db.systemKysely)).rejects.toThrow();
  await expect(sql.raw(`select '${secret}'::uuid`).execute(db.systemKysely)).rejects.toThrow();
  await db.close();
  const written = fs.readdirSync(path.dirname(dir), { recursive: true, encoding: 'utf8' });
  const logs = written.filter((name) => name.endsWith('.log'));
  expect(logs.length).toBeGreaterThan(0);
  for (const name of logs) expect(fs.readFileSync(path.join(path.dirname(dir), name), 'utf8')).not.toContain(secret);
});
