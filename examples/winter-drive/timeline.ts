// examples/winter-drive/timeline.ts: what happens in the story, in the order of its clock: deeds beside each other, their commits one after another.
import type { Actor } from '../../src/platform/actor.ts';
import type { Instant } from '../../src/platform/civil.ts';
import type { Db, Tx } from '../../src/platform/db.ts';

/** Something done at an instant. What it leads to later is put on the timeline by itself, if nothing else is under way beside it. */
export interface Happening {
  readonly at: Instant;
  /** Deeds of one lane follow one another; null: nothing else is under way. */
  readonly lane: string | null;
  readonly actor: Actor;
  do(tx: Tx, asOf: Instant): Promise<readonly Happening[]>;
}

/** The county's workflows, as they are played here. */
export interface Minding {
  /** Lets everything that falls due up to `until` be done; what was woken is looked at at `from`. */
  pass(from: Instant, until: Instant): Promise<void>;
  /** When something next falls due by itself, where that is known. */
  due(): Instant | null;
  /** Whether nothing but the timeline writes while it plays: only then may deeds wait for each other's commits. */
  readonly alone: boolean;
}

const AT_ONCE = 5; // transactions under way: as many as keep two cores busy
const LOOK = 30 * 60_000; // ms of the story after which what was woken is looked at, even if nothing falls due

/** Plays what happens up to `until` in its order, and lets the county mind it. @returns what was put after `until`. */
export async function play(
  db: Db,
  happenings: readonly Happening[],
  minding: Minding,
  from: Instant,
  until: Instant,
): Promise<readonly Happening[]> {
  const waiting = happenings.toSorted(byTime);
  const later: Happening[] = [];
  const lanes = new Map<string, Promise<unknown>>();
  const underWay = new Set<Promise<void>>();
  let turn: Promise<unknown> = Promise.resolve();
  let now = from;
  let looked = from;

  const settle = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.race(underWay);
    lanes.clear();
  };
  const look = async (moment: Instant): Promise<void> => {
    await settle();
    await minding.pass(now, moment);
    looked = moment;
    if (moment > now) now = moment;
  };
  const put = (more: readonly Happening[]): void => {
    for (const one of more) {
      if (one.at > until) later.push(one);
      else waiting.splice(waiting.findIndex((other) => other.at > one.at) >>> 0, 0, one);
    }
  };
  const begin = (one: Happening): void => {
    const before = lanes.get(one.lane ?? '');
    const mine = turn;
    const done = (async () => {
      await before;
      const more = await db.tx(one.actor, one.at, async (tx) => {
        const led = await one.do(tx, one.at);
        if (minding.alone) await mine; // the commit, and with it the audit entry, comes after those before it
        return led;
      });
      put(more);
    })();
    turn = Promise.all([mine, done]);
    turn.catch(() => {}); // told by the deed itself
    if (one.lane !== null) lanes.set(one.lane, done);
    const watched = done.finally(() => underWay.delete(watched));
    underWay.add(watched);
  };

  for (;;) {
    const one = waiting.shift();
    if (one === undefined) {
      await settle();
      if (waiting.length === 0) break;
      continue;
    }
    const due = minding.due();
    const longAgo = Date.parse(one.at) - Date.parse(looked) >= LOOK;
    if (one.lane === null || longAgo || (due !== null && due <= one.at)) {
      await settle();
      const earlier = waiting[0];
      if (earlier && earlier.at < one.at) {
        waiting.unshift(one); // something under way led to it
        waiting.sort(byTime);
        continue;
      }
      await look(one.at);
    }
    while (underWay.size >= AT_ONCE) await Promise.race(underWay);
    if (one.at > now) now = one.at;
    begin(one);
    if (one.lane === null) await look(one.at);
  }
  await look(until);
  return later;
}

const byTime = (a: Happening, b: Happening): number => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
