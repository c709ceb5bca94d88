// src/story/acts.ts: 过一天: the example's clock moves on by a day, and everything that waits looks again.
import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import type { Instant } from '../platform/civil.ts';
import { sql, type Tx, written } from '../platform/db.ts';
import { DomainError, Status } from '../platform/errors.ts';
import { wakeAll } from '../platform/reconcile.ts';

const DAY = 86_400_000; // ms: exactly 24 hours, so that the time of day stays

/** Runs as the system: the story's row is nobody's own. @throws DomainError 409 `no_story` where the county runs on the wall's clock. */
export async function nextDay(tx: Tx, actor: Actor, asOf: Instant): Promise<void> {
  const moved = await written(tx, sql`update story set offset_ms = offset_ms + ${DAY}`);
  if (moved === 0) throw new DomainError(Status.conflict, { code: 'no_story' });
  await audit(tx, actor, asOf, 'story.next_day', actor.countyCode);
  await wakeAll(tx, actor.countyCode);
}
