// src/clinics/acts/report.ts: how a session ends: closed, reported, and proved by its signed sheets where it was entered late.
import { type Actor, accountOf } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { dateOf, type Instant } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { DomainError, Status } from '../../platform/errors.ts';
import { closeTasks, lockTasks } from '../../tasks/store.ts';
import { countsForGoal, isLateEntry, mayFollow, wantsSignInEvidence } from '../rules.ts';
import type { Sheets } from '../schema.ts';
import * as store from '../store.ts';
import { fault, locked, moveTo } from './stages.ts';

/**
 * Closes the doors. Long after its day it is a late entry, and says why.
 * @throws DomainError 409 `clinic_finding_open`, one fault a finding without a disposition; 422 `clinic_late_reason`.
 */
export async function closeSession(
  tx: Tx,
  actor: Actor,
  id: string,
  asOf: Instant,
  lateReason?: string | null,
): Promise<void> {
  const session = await locked(tx, actor, id);
  const open = await store.openFindings(tx, actor.countyCode, id);
  if (open.length > 0 && mayFollow(session.stage, 'closed'))
    throw new DomainError(
      Status.conflict,
      open.map((attendanceId) => ({ code: 'clinic_finding_open', field: `/attendance/${attendanceId}` })),
    );
  const late = session.lateReason === null && isLateEntry('close', session.heldOn, dateOf(asOf));
  if (late && lateReason == null && mayFollow(session.stage, 'closed'))
    throw fault(Status.invalid, { code: 'clinic_late_reason', field: '/lateReason' });
  await moveTo(tx, actor, session, 'closed', asOf);
  if (late && lateReason != null) await store.setLateReason(tx, actor.countyCode, id, lateReason);
}

/** Writes the session's three numbers down and discharges what the town owed; a late entry does that only with its sheets. */
export async function reportSession(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<void> {
  const session = await locked(tx, actor, id);
  const { persons, personTimes, professionals, lateReason, sheetLines } = session;
  const signInEvidence = wantsSignInEvidence(personTimes, lateReason !== null);
  const detail = { persons, personTimes, professionals, signInEvidence, sheetLines };
  await moveTo(tx, actor, session, 'reported', asOf, { detail });
  await dischargeTown(tx, actor, session, asOf);
}

/** Files signed sheets of a session that has been held. Of a late entry already reported they discharge what the town owed. */
export async function fileSheets(tx: Tx, actor: Actor, id: string, { sheets }: Sheets, asOf: Instant): Promise<void> {
  const session = await locked(tx, actor, id);
  const by = accountOf(actor);
  if (by === null) throw new Error('somebody files sheets');
  if (!['open', 'closed', 'reported'].includes(session.stage))
    throw fault(Status.conflict, { code: 'clinic_not_held', params: { stage: session.stage } });
  const again = await store.insertSheets(tx, actor.countyCode, session, sheets, by, asOf);
  if (again.length > 0)
    throw new DomainError(
      Status.conflict,
      again.map((sha256) => ({
        code: 'clinic_sheet_filed',
        field: `/sheets/${sheets.findIndex((one) => one.sha256 === sha256)}/sha256`,
      })),
    );
  const lines = sheets.reduce((sum, sheet) => sum + sheet.lines, 0);
  await audit(tx, actor, asOf, 'clinic.sheets', id, { sheets: sheets.length, lines });
  if (session.stage === 'reported')
    await dischargeTown(tx, actor, { ...session, sheetLines: session.sheetLines + lines }, asOf);
}

async function dischargeTown(tx: Tx, actor: Actor, session: store.SessionRow, asOf: Instant): Promise<void> {
  if (!countsForGoal(session.lateReason !== null, session.personTimes, session.sheetLines)) return;
  const owed = await store.openClinicTask(tx, actor.countyCode, session);
  if (owed === null || (await store.hasDischarged(tx, actor.countyCode, session.id))) return;
  await lockTasks(tx, actor.countyCode, [owed]);
  const closing = { id: owed, reason: 'done' as const, closedOn: session.heldOn, closedBy: session.id };
  await closeTasks(tx, actor.countyCode, [closing], asOf);
}
