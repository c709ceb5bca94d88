// src/population/acts.ts: a change of the register that was found at a door is decided by a supervisor who did not ask for it.
import { coversArea } from '../access/store.ts';
import type { AccountActor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import type { Instant } from '../platform/civil.ts';
import type { Tx } from '../platform/db.ts';
import { DomainError, Status } from '../platform/errors.ts';
import { wake, workflowIds } from '../platform/wake.ts';
import { closeTasks } from '../tasks/store.ts';
import * as store from './store/changes.ts';

export interface Decision {
  readonly decision: 'approved' | 'rejected';
  readonly reason?: string | undefined;
}

/**
 * Approved, it is written into the register, and what is owed is excused on the day of the event; rejected, what is owed comes back.
 * @returns how many tasks it excused.
 * @throws DomainError 404 `change_unknown`, 403 `change_other_area` or `change_own`, 409 `change_decided`, 422 `change_without_reason`.
 */
export async function decideChange(
  tx: Tx,
  actor: AccountActor,
  id: string,
  { decision, reason }: Decision,
  asOf: Instant,
): Promise<{ readonly excused: number }> {
  const { countyCode, accountId } = actor;
  const change = await store.lockChange(tx, countyCode, id);
  if (!change) throw new DomainError(Status.missing, { code: 'change_unknown' });
  if (!(await coversArea(tx, actor, change.villageCode, ['supervisor'])))
    throw new DomainError(Status.forbidden, { code: 'change_other_area' });
  if (change.requestedBy === accountId) throw new DomainError(Status.forbidden, { code: 'change_own' });
  if (change.decidedAt !== null) throw new DomainError(Status.conflict, { code: 'change_decided' });
  if (decision === 'rejected' && !reason)
    throw new DomainError(Status.invalid, { code: 'change_without_reason', field: '/reason' });

  const owed = decision === 'approved' ? await store.lockTasksAbout(tx, countyCode, id) : [];
  await store.decide(tx, countyCode, id, { decision, reason: reason ?? null, accountId }, asOf);
  const excused = await closeTasks(
    tx,
    countyCode,
    owed.map((taskId) => ({ id: taskId, reason: 'excused', closedOn: change.occurredOn, detail: change.kind })),
    asOf,
  );
  if (decision === 'approved') await store.applyChange(tx, countyCode, change);
  await audit(tx, actor, asOf, `change.${decision}`, `change/${id}`, { kind: change.kind, excused });
  await wake(tx, [workflowIds.agenda(change.villageCode)]);
  return { excused };
}
