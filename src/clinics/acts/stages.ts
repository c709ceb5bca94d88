// src/clinics/acts/stages.ts: a session is locked, then moved on: what every act on one begins and ends with.
import { type Actor, accountOf } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import type { Instant } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { DomainError, type Fault, Status } from '../../platform/errors.ts';
import { wake, workflowIds } from '../../platform/wake.ts';
import { mayFollow, type Stage } from '../rules.ts';
import * as store from '../store.ts';

export const fault = (status: (typeof Status)[keyof typeof Status], found: Fault): DomainError =>
  new DomainError(status, found);

/** The session, locked. @throws DomainError 404 `clinic_unknown`. */
export async function locked(tx: Tx, actor: Actor, id: string): Promise<store.SessionRow> {
  const session = await store.lockSession(tx, actor.countyCode, id);
  if (!session) throw fault(Status.missing, { code: 'clinic_unknown', field: '/id' });
  return session;
}

/** Moves a session on. @throws DomainError 409 `clinic_stage` where the stages do not follow, `clinic_moved_on` where somebody was faster. */
export async function moveTo(
  tx: Tx,
  actor: Actor,
  session: store.SessionRow,
  stage: Stage,
  asOf: Instant,
  more: { reason?: string; detail?: Readonly<Record<string, unknown>> } = {},
): Promise<void> {
  if (!mayFollow(session.stage, stage))
    throw fault(Status.conflict, { code: 'clinic_stage', params: { from: session.stage, to: stage } });
  const moved = await store.insertStage(
    tx,
    actor.countyCode,
    session,
    { stage, byAccount: accountOf(actor), ...more },
    asOf,
  );
  if (!moved) throw fault(Status.conflict, { code: 'clinic_moved_on' });
  await audit(tx, actor, asOf, `clinic.${stage}`, session.id, { areaCode: session.areaCode, heldOn: session.heldOn });
  await wake(tx, [workflowIds.clinic(session.id)]);
}
