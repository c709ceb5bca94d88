// workflows/minder.ts: watches the rows of one owner: sweeps, sleeps until something is due or `changed`, and sweeps again.
import { condition, continueAsNew, isCancellation, log, setHandler, sleep, workflowInfo } from '@temporalio/workflow';
import type { Instant } from '../src/platform/civil.ts';
import { fnv1a } from '../src/platform/fnv.ts';
import { changed } from './changed.ts';
import { now } from './story.ts';

export interface Swept {
  /** When to look again, strictly after the sweep's `asOf`; null when only a signal can bring work. */
  readonly next: Instant | null;
  /** Nothing is left to mind: the workflow returns, and a wake begins it again. */
  readonly ended: boolean;
  /** A full page was done: go on at once. */
  readonly more: boolean;
}

const HOUR = 3_600_000; // ms: over which the runs of many minders end
const DAY = 24 * HOUR; // no history is older than yesterday's code
const OLD = 6 * HOUR; // the next sweep begins a new run: one begun at midnight is in step with its mornings on the first, and none is woken only to end
const MERGE = 5_000; // ms: a burst of signals is one sweep
const LEAST_SLEEP = 60_000; // ms
const LONGEST_PAUSE = 15 * 60_000; // ms between two tries of a sweep that fails
const MOST_EVENTS = 2_000; // of a history: the server suggests an end at 4,096, and a burst goes on while a sweep runs

/**
 * Minds `key` until it has nothing left. No state crosses runs, and a run may end anywhere between two sweeps, because
 * the next one sweeps first. @param kind the workflow's type.
 */
export async function mind(kind: string, key: string, sweep: (asOf: Instant) => Promise<Swept>): Promise<void> {
  let dirty = true;
  let fails = 0;
  const old = Date.now() + OLD;
  const ends = Date.now() + DAY + (fnv1a(`${kind}/${key}`) % HOUR);
  setHandler(changed, () => {
    dirty = true;
  });
  const isFull = () => workflowInfo().continueAsNewSuggested || workflowInfo().historyLength >= MOST_EVENTS;

  for (;;) {
    if (Date.now() >= old || isFull()) await continueAsNew<(key: string) => Promise<void>>(key);
    dirty = false; // before the sweep: a signal during it counts
    let swept: Swept;
    try {
      swept = await sweep(now());
    } catch (error) {
      if (isCancellation(error)) throw error;
      fails++;
      const pause = Math.min(2 ** fails * MERGE, LONGEST_PAUSE);
      log.warn('a sweep failed', { kind, fails, pause });
      await sleep(MERGE);
      await condition(() => dirty || isFull(), Math.max(1, pause - MERGE));
      continue;
    }
    fails = 0;
    if (swept.ended && !dirty) return;
    if (swept.more) continue;
    if (!dirty) await condition(() => dirty, sleepFor(swept.next, ends));
    if (dirty) await condition(isFull, MERGE);
  }
}

function sleepFor(next: Instant | null, ends: number): number {
  const most = Math.max(LEAST_SLEEP, ends - Date.now());
  return next === null ? most : Math.min(most, Math.max(LEAST_SLEEP, Date.parse(next) - Date.now()));
}
