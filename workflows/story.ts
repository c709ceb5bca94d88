// workflows/story.ts: how a lifecycle waits: until a fact holds or an instant comes. Every line of a story can be its first.
import { condition, continueAsNew, isCancellation, setHandler, workflowInfo } from '@temporalio/workflow';
import type { Instant } from '../src/platform/civil.ts';
import { changed } from './changed.ts';

const DAY = 24 * 3_600_000; // ms: the longest wait without another look at the facts
const BURST = 1_000; // ms: signals that come together are read together; nobody's alarm is finer than this
const FIRST_RETRY = 5_000; // ms: doubles with each failure
const LAST_RETRY = 15 * 60_000; // ms: the tick of reconcile, so a repaired store is noticed as fast as a lost wake

export interface Facts {
  /** When the facts next change by themselves, after the moment they were read: a window ends, a wave begins. */
  readonly next?: Instant | null;
}

export interface Story {
  /** Reads until the facts hold: at once, on `changed`, at `next`, and every day. */
  until<F extends Facts>(read: (asOf: Instant) => Promise<F>, holds: (facts: F) => boolean): Promise<F>;
  /** Waits for an instant; facts do not matter to it. */
  at(moment: Instant): Promise<void>;
  /** Does one idempotent deed, again with a new `asOf` where it failed: a story never fails. */
  act<O>(deed: (asOf: Instant) => Promise<O>): Promise<O>;
}

/** The workflow's own clock, the wall's, replayed; or so many milliseconds later. */
export const now = (later = 0): Instant => new Date(Date.now() + later).toISOString() as Instant;

/**
 * Begins a story. A run ends with continue-as-new after a day's wait or when its history is long; the next one begins at
 * the first line and runs to where the facts are.
 * @param key the workflow's only argument.
 */
export function story(key: string): Story {
  let dirty = true;
  let aged = false;
  setHandler(changed, () => {
    dirty = true;
  });

  /** @returns after `ms`, or sooner when something changed. */
  const rest = async (ms: number): Promise<void> => {
    const woken = await condition(() => dirty, Math.min(ms, DAY));
    if (woken) await condition(() => false, BURST);
    else if (ms >= DAY) aged = true;
  };

  const act: Story['act'] = async (deed) => {
    for (let fails = 0; ; fails++) {
      try {
        return await deed(now());
      } catch (error) {
        if (isCancellation(error)) throw error;
        dirty = false;
        await rest(Math.min(FIRST_RETRY * 2 ** fails, LAST_RETRY));
      }
    }
  };

  return {
    act,
    async until(read, holds) {
      for (;;) {
        if (aged || workflowInfo().continueAsNewSuggested) await continueAsNew(key);
        dirty = false;
        const facts = await act(read);
        if (holds(facts)) return facts;
        if (!dirty) await rest(facts.next ? Math.max(BURST, Date.parse(facts.next) - Date.now()) : DAY);
      }
    },
    async at(moment) {
      for (let left = Date.parse(moment) - Date.now(); left > 0; left = Date.parse(moment) - Date.now()) {
        await condition(() => false, Math.min(left, DAY));
        if (left > DAY) await continueAsNew(key);
      }
    },
  };
}
