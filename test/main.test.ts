import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startChild } from '../src/platform/embedded/child.ts';
import { freePort } from '../src/platform/embedded/ports.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const key = Buffer.alloc(32, 1).toString('base64');

describe('a process of the county', () => {
  it.each(['api', 'worker'])('ends when the %s cannot start, so that a supervisor starts it again', async (command) => {
    const nobody = `127.0.0.1:${await freePort()}`;
    const env = {
      NODE_ENV: 'test',
      DATABASE_URL: `postgres://nobody@${nobody}/nothing`,
      TEMPORAL_ADDRESS: nobody,
      SMTP_URL: `smtp://${nobody}`,
      PORT: String(await freePort()),
      SESSION_SECRET: 'a secret of the tests, long enough',
      FIELD_KEYS: `test:${key}`,
      INDEX_KEY: key,
      STORY: 'on',
      LOG_LEVEL: 'silent',
    };
    const started = startChild('/bin/sh', {
      args: ['-c', 'exec "$0" "$@" 2>/dev/null', process.execPath, MAIN, command],
      env,
      ready: async () => false,
    });
    await expect(started).rejects.toThrow('ended with code 1');
  });
});
