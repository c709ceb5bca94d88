// test/commands/doorstep.ts: the `doorstep` command as a person runs it, on a database of the test's own.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export function doorstep(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Said> {
  const key = Buffer.alloc(32, 1).toString('base64');
  const set = { SESSION_SECRET: 'a secret of the tests, long enough', FIELD_KEYS: `test:${key}`, INDEX_KEY: key };
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, NODE_ENV: 'test', STORY: 'on', ...set, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const read = (stream: NodeJS.ReadableStream): (() => string) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    return () => Buffer.concat(chunks).toString();
  };
  const [out, err] = [read(child.stdout), read(child.stderr)];
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out: out(), err: err() }));
  });
}
