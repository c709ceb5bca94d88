// test/chaos/stack.ts: a whole county of real servers; every part can be killed as `kill -9` does, and comes back as under a supervisor.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { startChild } from '../../src/platform/embedded/child.ts';
import { freePort } from '../../src/platform/embedded/ports.ts';
import { startPostgres } from '../../src/platform/embedded/postgres.ts';
import { gone, isAlive } from '../../src/platform/embedded/processes.ts';
import { type Running, type Supervised, supervisor } from '../../src/platform/embedded/supervise.ts';
import { startTemporal } from '../../src/platform/embedded/temporal.ts';
import { openTemporal } from '../../src/platform/temporal.ts';
import { COUNTY, testKeys } from '../fixtures/county.ts';
import { type Ask, openAsk } from './ask.ts';
import { type Ground, OWNER_PASSWORD } from './ground.ts';
import { openPost, type Post } from './post.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const GONE_BOUND = 5_000; // ms for a killed process to leave
const LONGEST_PAUSE = 1_000; // ms between two starts: here deaths in a row are our own doing

/** The relay lives in the API's process. */
export const parts = ['postgres', 'temporal', 'api', 'worker'] as const;
export type Part = (typeof parts)[number];

export interface Stack {
  readonly dir: string;
  readonly databaseUrl: string;
  /** Asks the database, as often as it takes. */
  readonly ask: Ask;
  /** The API. */
  readonly base: string;
  readonly client: Client;
  readonly post: Post;
  /** Deaths and restarts, a line each. */
  readonly log: readonly string[];
  /** `kill -9`; the supervisor starts it again. @returns false when it was down already. */
  kill(part: Part): boolean;
  /** Kills a part and keeps it down until `release`. */
  hold(part: Part): void;
  release(part: Part): void;
  /** Kills worker and Temporal, deletes everything Temporal has stored, and starts the two again. Nobody is woken. */
  loseStore(): Promise<void>;
  stop(): Promise<void>;
}

type Mortal = Running & { readonly pid: number };

/** Starts a county named `name` on a copy of the ground. */
export async function startStack(ground: Ground, name: string): Promise<Stack> {
  const dir = path.join(ground.home, name);
  const log: string[] = [];
  const began = performance.now();
  const say = (line: string): void => {
    log.push(`${((performance.now() - began) / 1000).toFixed(1)} s ${line}`);
  };
  const county = supervisor({ say, longestPause: LONGEST_PAUSE });
  const held = new Map<Part, PromiseWithResolvers<void>>();
  const keep = <T extends Mortal>(part: Part, start: () => Promise<T>): Promise<Supervised<T>> =>
    county.supervise(part, async () => {
      await held.get(part)?.promise;
      return start();
    });

  const post = await openPost();
  ground.copyTo(path.join(dir, 'postgres'));
  const postgres = await keep('postgres', () =>
    startPostgres({ dir: path.join(dir, 'postgres'), password: OWNER_PASSWORD }),
  );
  const store = path.join(dir, 'temporal');
  const temporal = await keep('temporal', () => startTemporal({ dir: store }));
  const port = await freePort();
  const databaseUrl = postgres.current.url;
  const { address } = temporal.current;
  const env = {
    ...environment({ databaseUrl, address, port, smtp: post.url }),
    WORKFLOW_BUNDLE: ground.bundle,
    NODE_COMPILE_CACHE: path.join(ground.home, 'compiled'), // its processes start again and again
  };
  const base = `http://127.0.0.1:${port}`;
  const ready = async () => (await fetch(`${base}/healthz`)).ok;
  const api = await keep('api', () => ours('api', dir, env, ready));
  const worker = await keep('worker', () => ours('worker', dir, env));
  const client = openTemporal({ address, namespace: 'default', keys: testKeys });
  const questions = openAsk(databaseUrl);
  const running: Readonly<Record<Part, Supervised<Mortal>>> = { postgres, temporal, api, worker };

  const kill = (part: Part): boolean => {
    const { pid } = running[part].current;
    if (!isAlive(pid)) return false;
    say(`${part}: kill -9`);
    process.kill(pid, 'SIGKILL');
    return true;
  };
  const hold = (part: Part): void => {
    held.set(part, held.get(part) ?? Promise.withResolvers());
    kill(part);
  };
  const release = (part: Part): void => {
    held.get(part)?.resolve();
    held.delete(part);
  };
  return {
    dir,
    databaseUrl,
    ask: questions.ask,
    base,
    client,
    post,
    log,
    kill,
    hold,
    release,
    async loseStore() {
      hold('worker');
      hold('temporal');
      await gone(temporal.current.pid, GONE_BOUND);
      for (const file of fs.readdirSync(store))
        if (file.startsWith('temporal.db')) fs.rmSync(path.join(store, file), { force: true });
      say('temporal: its store is deleted');
      release('temporal');
      release('worker');
    },
    async stop() {
      for (const part of parts) release(part);
      await questions.close();
      await client.connection.close();
      await county.stop();
      await post.close();
    },
  };
}

/** A process of the product; its output goes to a file beside the servers'. `exec` keeps pid and channel. */
function ours(command: 'api' | 'worker', dir: string, env: Record<string, string>, ready?: () => Promise<boolean>) {
  const output = path.join(dir, `${command}.log`);
  return startChild('/bin/sh', {
    args: ['-c', 'exec "$0" "$@" >>"$OUTPUT" 2>&1', process.execPath, MAIN, command],
    env: { ...env, OUTPUT: output },
    ...(ready ? { ready } : {}),
  });
}

function environment(to: { databaseUrl: string; address: string; port: number; smtp: string }): Record<string, string> {
  const key = Object.entries(testKeys.byId).map(([id, bytes]) => `${id}:${bytes.toString('base64')}`);
  return {
    NODE_ENV: 'test',
    DATABASE_URL: to.databaseUrl,
    TEMPORAL_ADDRESS: to.address,
    TEMPORAL_NAMESPACE: 'default',
    COUNTY_CODE: COUNTY,
    PORT: String(to.port),
    HOST: '127.0.0.1',
    PUBLIC_URL: `http://localhost:${to.port}`,
    SMTP_URL: to.smtp,
    SESSION_SECRET: 'a secret of the chaos, long enough',
    FIELD_KEYS: key.join(','),
    FIELD_KEY_CURRENT: testKeys.current,
    INDEX_KEY: testKeys.index.toString('base64'),
    STORY: 'on',
    LOG_LEVEL: 'info',
  };
}
