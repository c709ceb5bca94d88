// src/platform/embedded/processes.ts: what the operating system knows of a process that may not be our child.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL = 50; // ms: an end is noticed before a person would
const WATCH = 500; // ms: a restart takes about as long, so polling faster gains nothing
const TAIL = 2_000; // bytes: the last dozen lines

/** Whether a process runs. A zombie does not: in a container nobody may ever reap it. */
export function isAlive(pid: number): boolean {
  if (process.platform === 'linux') {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
      return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
    } catch {
      return false;
    }
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The command line of a process, words joined by spaces; empty when it does not run. Tells ours from one that got its pid. */
export function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux') return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/** Resolves with true when the process has gone, with false when `bound` milliseconds have passed. */
export async function gone(pid: number, bound: number): Promise<boolean> {
  for (const until = performance.now() + bound; isAlive(pid); await sleep(POLL))
    if (performance.now() > until) return false;
  return true;
}

/** Asks a process to end by `signal`, and kills it when it has not within `bound` milliseconds. */
export async function endProcess(pid: number, signal: NodeJS.Signals, bound: number): Promise<void> {
  send(pid, signal);
  if (await gone(pid, bound)) return;
  send(pid, 'SIGKILL');
  await gone(pid, bound);
}

/** Resolves when a process that is not our child has gone. Does not keep the program alive. */
export function watch(pid: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (isAlive(pid)) return;
      clearInterval(timer);
      resolve();
    }, WATCH).unref();
  });
}

/** The end of a log, for an error to quote; nothing from before byte `from`. */
export function tailOf(file: string, from = 0): string {
  try {
    return fs.readFileSync(file).subarray(from).subarray(-TAIL).toString().trim();
  } catch {
    return '';
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // gone already
  }
}
