// src/commands/part.ts: the API or the worker as a process beside this one, kept small: one machine of 4 GB runs everything.
import { type Child, startChild } from '../platform/embedded/child.ts';
import { ROOT } from './ground.ts';

// MB: the garbage of a busy moment is collected in small steps. With the arenas below it takes the API from 240 MB to 195 MB
// and the worker from 570 MB to 360 MB at most, and no answer longer; by default each of three heaps first grows by 48 MB.
const LEAN = ['--max-semi-space-size=4'];
const ARENAS = { MALLOC_ARENA_MAX: '2' }; // glibc's default is 8 a core, each with what it once needed

/** Resolves when the part runs, and serves if it can be asked. */
export function startPart(
  name: 'api' | 'worker',
  env: Readonly<Record<string, string>>,
  ready?: () => Promise<boolean>,
): Promise<Child> {
  const args = [...LEAN, `${ROOT}src/main.ts`, name];
  return startChild(process.execPath, { args, env: { ...ARENAS, ...env }, ...(ready ? { ready } : {}) });
}
