// test/platform/embedded/ground.ts: what these tests share: a folder of their own, and a parent that can be killed.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A folder that the user who runs PostgreSQL can enter. */
export function folder(): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'doorstep-test-'));
  fs.chmodSync(dir, 0o755);
  return dir;
}

/** Lets another process start a server in `dir`, and kills that process as `kill -9` does. @returns the server's pid. */
export async function leaveBehind(server: 'postgres' | 'temporal', dir: string): Promise<number> {
  const parent = spawn(process.execPath, [path.join(import.meta.dirname, 'parent.ts'), server, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of parent.stdout) {
    parent.kill('SIGKILL');
    return (JSON.parse(String(chunk)) as { pid: number }).pid;
  }
  throw new Error(`the parent of ${server} ended before it had started it`);
}

/** Waits for a state, never for a time. */
export async function until(holds: () => boolean, bound = 100_000): Promise<void> {
  for (const end = performance.now() + bound; !holds(); await sleep(20))
    if (performance.now() > end) throw new Error(`not within ${bound} ms: ${holds}`);
}
