// src/platform/apart.ts: reads a stranger's file in a thread of its own, which is ended when it takes too much memory or time.
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { DomainError, type Fault, Status } from './errors.ts';

const AT_ONCE = 2; // threads of a process: two cores, and twice the memory that one may take
const WAITING = 16; // files that may wait for a thread; whoever comes later is asked to try again
const YOUNG_MB = 16;
const STACK_MB = 4;

export interface Bounds {
  /** MB of JavaScript heap; the process's own memory grows by no more than this and the file. */
  readonly heap: number;
  /** ms of wall time, the thread's start of some 300 ms included. */
  readonly time: number;
  /** What a file is refused with that breaks a bound. */
  readonly refusal: Fault;
}

type Told =
  | { readonly page: unknown }
  | { readonly done: unknown }
  | { readonly refused: { status: Status; faults: readonly Fault[] } }
  | { readonly failed: string };

let running = 0;
const queue: (() => void)[] = [];

/**
 * Runs `script`, which calls `serve`, over `input`.
 * @param onPage takes what the script sends before it ends.
 * @throws DomainError the script's own, `bounds.refusal`, or 503 `too_many_files` when too many wait already.
 */
export async function apart<O>(
  script: URL,
  input: unknown,
  bounds: Bounds,
  onPage: (page: unknown) => void = () => {},
): Promise<O> {
  if (running >= AT_ONCE) {
    if (queue.length >= WAITING) throw new DomainError(Status.later, { code: 'too_many_files' });
    await new Promise<void>((resolve) => queue.push(resolve)); // whoever leaves hands the place on
  } else running++;
  try {
    return (await inThread(script, input, bounds, onPage)) as O;
  } finally {
    const next = queue.shift();
    if (next) next();
    else running--;
  }
}

function inThread(script: URL, input: unknown, bounds: Bounds, onPage: (page: unknown) => void): Promise<unknown> {
  const thread = new Worker(script, {
    workerData: input,
    resourceLimits: {
      maxOldGenerationSizeMb: bounds.heap,
      maxYoungGenerationSizeMb: YOUNG_MB,
      stackSizeMb: STACK_MB,
    },
  });
  return new Promise<unknown>((resolve, reject) => {
    const beyond = () => reject(new DomainError(Status.invalid, bounds.refusal));
    const clock = setTimeout(beyond, bounds.time);
    thread.on('message', (told: Told) => {
      if ('page' in told) onPage(told.page);
      else if ('done' in told) resolve(told.done);
      else if ('refused' in told) reject(new DomainError(told.refused.status, told.refused.faults));
      else reject(new Error(told.failed));
    });
    thread.on('error', (error: { code?: string }) =>
      error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? beyond() : reject(error),
    );
    thread.on('exit', () => {
      clearTimeout(clock);
      beyond(); // it went without a word; after a word this is nothing
    });
  }).finally(() => thread.terminate());
}

/** The thread's side: does `work` over the input and tells how it ended. */
export async function serve<I, O>(work: (input: I, send: (page: unknown) => void) => O | Promise<O>): Promise<void> {
  const tell = (told: Told) => parentPort?.postMessage(told);
  try {
    tell({ done: await work(workerData as I, (page) => tell({ page })) });
  } catch (error) {
    if (error instanceof DomainError) tell({ refused: { status: error.status, faults: error.faults } });
    else tell({ failed: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
  }
}
