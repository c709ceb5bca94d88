// examples/winter-drive/events/deed.ts: somebody's single deed at a moment, as a happening that nothing else is under way beside.
import type { AccountActor } from '../../../src/platform/actor.ts';
import type { Instant } from '../../../src/platform/civil.ts';
import type { Tx } from '../../../src/platform/db.ts';
import type { Happening } from '../timeline.ts';

export function deed(
  moment: Instant,
  actor: AccountActor,
  work: (tx: Tx, asOf: Instant) => Promise<unknown>,
): Happening {
  return {
    at: moment,
    lane: null,
    actor,
    async do(tx, asOf) {
      await work(tx, asOf);
      return [];
    },
  };
}
