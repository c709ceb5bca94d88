// src/platform/embedded/supervise.ts: keeps the parts of a running county up, in an order, until it is asked to stop.
import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_PAUSE = 250; // ms before the first restart: one death is soon mended
const LONGEST_PAUSE = 30_000; // ms: a part that cannot start tries twice a minute, and fills no log
const STEADY = 60_000; // ms: a part that ran this long has its slate wiped clean

/** A part that runs: a server, a child process. */
export interface Running {
  /** Resolves with a sentence when it has ended, asked or not. */
  readonly exited: Promise<string>;
  stop(): Promise<void>;
}

export interface SuperviseOptions {
  /** Told in a sentence about every death and every restart. Default: standard error. */
  readonly say?: (line: string) => void;
  /** Milliseconds before the first restart; doubles with each death in a row. Default 250. */
  readonly firstPause?: number;
  /** Milliseconds at most between two restarts. Default 30,000. */
  readonly longestPause?: number;
  /** Milliseconds after which a run counts as sound, and the pause is `firstPause` again. Default 60,000. */
  readonly steady?: number;
}

/** A part that is started again whenever it dies unasked. */
export interface Supervised<T extends Running> {
  readonly name: string;
  /** The present run; the last one while the next is being started. */
  readonly current: T;
  /** Deaths so far that were answered by a new start. */
  readonly restarts: number;
  /** Ends the part for good, a restart under way included. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts a part and keeps it running.
 * @throws what the first start throws: a county that cannot start says so instead of trying for ever.
 */
export async function supervise<T extends Running>(
  name: string,
  start: () => Promise<T>,
  options: SuperviseOptions = {},
): Promise<Supervised<T>> {
  const { firstPause = FIRST_PAUSE, longestPause = LONGEST_PAUSE, steady = STEADY } = options;
  const say = options.say ?? ((line: string) => console.error(line));
  const stopping = new AbortController();
  let current = await start();
  let restarts = 0;
  let ended: Promise<void> | undefined;

  async function keep(): Promise<void> {
    let pause = firstPause;
    while (!stopping.signal.aborted) {
      const since = performance.now();
      const how = await current.exited;
      if (stopping.signal.aborted) return;
      if (performance.now() - since > steady) pause = firstPause;
      say(`${name}: ${how}`);
      for (let up = false; !up; pause = Math.min(pause * 2, longestPause)) {
        await sleep(pause, undefined, { signal: stopping.signal }).catch(() => {});
        if (stopping.signal.aborted) return;
        try {
          current = await start();
          restarts++;
          up = true;
          say(`${name}: running again`);
        } catch (error) {
          say(`${name}: did not start: ${error instanceof Error ? error.message : error}`);
        }
      }
    }
  }
  const kept = keep();

  return {
    name,
    get current() {
      return current;
    },
    get restarts() {
      return restarts;
    },
    stop() {
      stopping.abort();
      ended ??= current.stop().then(async () => {
        await kept; // a start that was under way has made another run by now
        await current.stop();
      });
      return ended;
    },
  };
}

/** Parts that lean on each other: started one after the other, stopped in the reverse order. */
export interface Supervisor {
  supervise<T extends Running>(
    name: string,
    start: () => Promise<T>,
    options?: SuperviseOptions,
  ): Promise<Supervised<T>>;
  /** Stops every part, the last one first. One that does not stop is told of and keeps none of the others. */
  stop(): Promise<void>;
}

export function supervisor(common: SuperviseOptions = {}): Supervisor {
  const say = common.say ?? ((line: string) => console.error(line));
  const parts: { readonly name: string; stop(): Promise<void> }[] = [];
  return {
    async supervise(name, start, options) {
      const part = await supervise(name, start, { ...common, ...options });
      parts.push(part);
      return part;
    },
    async stop() {
      for (let part = parts.pop(); part; part = parts.pop()) {
        await part.stop().catch((error: unknown) => say(`${part?.name}: did not stop: ${error}`));
      }
    },
  };
}
