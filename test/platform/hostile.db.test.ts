// test/platform/hostile.db.test.ts: the API as a process of its own under sixty files and bodies that are meant to hurt.
import fs from 'node:fs';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashPassword } from '../../src/access/passwords.ts';
import { startPart } from '../../src/commands/part.ts';
import { openDb, sql } from '../../src/platform/db.ts';
import type { Child } from '../../src/platform/embedded/child.ts';
import { freePort } from '../../src/platform/embedded/ports.ts';
import { COUNTY, smallCounty, testKeys } from '../fixtures/county.ts';
import { type Hostile, hostile } from '../fixtures/hostile.ts';
import { freshDatabase } from '../setup/database.ts';

const PASSWORD = 'a password of the tests';
const MINUTES = 300_000; // ms: seventy threads, one after another, on a loaded machine
const MOST = 700 * 1024; // KiB resident at the highest: two threads at their bounds beside the API; 345 MiB were seen

let drop: () => Promise<void>;
let api: Child;
let base: string;
let cookie: string;

beforeAll(async () => {
  const database = await freshDatabase();
  drop = database.drop;
  const db = openDb({ url: database.url });
  await smallCounty(db);
  await sql`update account set password_hash = ${await hashPassword(PASSWORD)}`.execute(db.systemKysely);
  await db.close();
  const port = await freePort();
  base = `http://127.0.0.1:${port}`;
  const keys = Object.entries(testKeys.byId).map(([id, bytes]) => `${id}:${bytes.toString('base64')}`);
  const env = {
    NODE_ENV: 'development',
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: 'localhost:1', // nobody answers: people are served without
    SMTP_URL: 'smtp://localhost:1',
    COUNTY_CODE: COUNTY,
    PORT: String(port),
    SESSION_SECRET: 'a secret of the tests, long enough',
    FIELD_KEYS: keys.join(','),
    INDEX_KEY: testKeys.index.toString('base64'),
    STORY: 'off',
    LOG_LEVEL: 'silent',
  };
  api = await startPart('api', env, async () => (await fetch(`${base}/healthz`)).ok);
  const answer = await fetch(`${base}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: 'planner', password: PASSWORD }),
  });
  cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
});
afterAll(async () => {
  await api?.stop();
  await drop?.();
});

/** On a connection of its own: a kept one may be closed just as it is used. */
function ask(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: Buffer,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.request(`${base}${path}`, { method, headers, agent: false }, (response) =>
      resolve(response.resume().statusCode ?? 0),
    );
    request.on('error', reject);
    request.end(body);
  });
}

const send = ({ path, body, headers }: Hostile): Promise<number> =>
  ask('POST', `/api/v1${path}`, { ...headers, cookie, 'content-length': String(body.length) }, body);

/** KiB, as Linux counts it; 0 elsewhere. */
const peak = (): number =>
  process.platform === 'linux'
    ? Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${api.pid}/status`, 'utf8'))?.[1] ?? 0)
    : 0;

it(
  'refuses every one, keeps its memory, and goes on answering',
  async () => {
    const all = hostile(); // made before anybody knocks: our own work would be measured
    expect(all).toHaveLength(60);
    let ended = false;
    const waits: number[] = [];
    const knocking = (async () => {
      while (!ended) {
        const began = performance.now();
        expect(await ask('GET', '/healthz')).toBe(200);
        waits.push(performance.now() - began);
        await sleep(20);
      }
    })();

    const answered: [says: string, status: number][] = [];
    for (const one of all) answered.push([one.says, await send(one)]);
    const together = await Promise.all(all.slice(0, 12).map(send)); // more than there are threads

    ended = true;
    await knocking;
    const sorted = waits.toSorted((a, b) => a - b);
    const ms = (part: number) => Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? 0);
    console.log(
      `/healthz meanwhile: p50 ${ms(0.5)} ms, p99 ${ms(0.99)} ms, most ${ms(1)} ms; memory ${Math.round(peak() / 1024)} MiB`,
    );

    expect(answered.filter(([, status]) => status < 400 || status >= 500)).toEqual([]);
    expect(together.filter((status) => status >= 500 && status !== 503)).toEqual([]);
    expect(peak()).toBeLessThan(MOST);
    expect(await ask('GET', '/api/v1/me', { cookie })).toBe(200);
  },
  MINUTES,
);
