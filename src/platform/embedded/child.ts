// src/platform/embedded/child.ts: a program of ours as a child that a supervisor can keep.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess } from './processes.ts';
import type { Running } from './supervise.ts';

const STOP_BOUND = 20_000; // ms: a worker finishes its activities in 15 s
const START_BOUND = 60_000; // ms
const KNOCK = 100; // ms between two questions whether it is ready

export interface ChildOptions {
  /** Words after the program. */
  readonly args?: readonly string[];
  /** Added to our own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it is ready to serve; asked until it says so, within a minute. Default: as soon as it runs. */
  readonly ready?: () => Promise<boolean>;
  /** Milliseconds between SIGTERM and SIGKILL. Default 20,000. */
  readonly stopBound?: number;
}

export interface Child extends Running {
  readonly pid: number;
}

/**
 * Starts `program` with our own output, and waits until it is ready.
 * @throws Error when it ends before that, or is not ready in time.
 */
export async function startChild(program: string, options: ChildOptions = {}): Promise<Child> {
  // A group of its own: Ctrl-C in the terminal is for us, who stop the parts in order.
  const child = spawn(program, options.args ?? [], {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'], // the channel closes when we are killed: see endWithParent
    detached: true,
  });
  let how: string | undefined;
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`ended with ${signal ?? `code ${code}`}`));
  }).then((text) => {
    how = text;
    return text;
  });
  const pid = child.pid ?? 0;
  let ended: Promise<void> | undefined;
  const stop = () => {
    ended ??= (async () => {
      if (pid && how === undefined) await endProcess(pid, 'SIGTERM', options.stopBound ?? STOP_BOUND);
      await exited;
    })();
    return ended;
  };
  for (const until = performance.now() + START_BOUND; ; await sleep(KNOCK)) {
    if (how !== undefined || (!pid && (await exited))) throw new Error(`${program} ${how}`);
    if ((await options.ready?.().catch(() => false)) ?? true) return { pid, exited, stop };
    if (performance.now() < until) continue;
    await stop();
    throw new Error(`${program} was not ready within ${START_BOUND / 1000} s`);
  }
}

/** Called by such a child: asks itself to end when the parent is killed, so that no orphan keeps a port. */
export function endWithParent(): void {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}
