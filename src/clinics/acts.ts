// src/clinics/acts.ts: what is done to a clinic session: planned, staffed, announced, opened, signed in to, closed, reported, moved, called off.
import { coversArea } from '../access/store.ts';
import { quietHoursOf, windowOf } from '../campaigns/store/campaign.ts';
import { leavesAt } from '../notices/rules.ts';
import { insertNotices } from '../notices/store.ts';
import { divisionOf, loadCalendar } from '../places/store.ts';
import { type Actor, accountOf } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { at, dateOf, type Instant, plusDays, plusMinutes } from '../platform/civil.ts';
import type { Tx } from '../platform/db.ts';
import { DomainError, type Fault, Status } from '../platform/errors.ts';
import { wake, workflowIds } from '../platform/wake.ts';
import { followTaskKey } from '../tasks/rules/keys.ts';
import { closeTasks, insertTasks, lockTasks } from '../tasks/store.ts';
import {
  type ClinicStep,
  clinicNoticeKey,
  dueStep,
  hasEnded,
  mayFollow,
  nextLook,
  type Stage,
  type StoryStep,
  sessionTimes,
  takesStaff,
  wantsSignInEvidence,
} from './rules.ts';
import type { CheckIn, Finding, NewSession, Rescheduling, Staffing } from './schema.ts';
import * as store from './store.ts';

const REMINDER_KEEPS = 7; // days: after that the board has shown it for a week
const REFERRAL_CHECK_DAYS = 14; // calendar days: the national rule's time for asking whether a referred person went

const fault = (status: (typeof Status)[keyof typeof Status], found: Fault): DomainError =>
  new DomainError(status, found);

/** The session, locked. @throws DomainError 404 `clinic_unknown`. */
async function locked(tx: Tx, actor: Actor, id: string): Promise<store.SessionRow> {
  const session = await store.lockSession(tx, actor.countyCode, id);
  if (!session) throw fault(Status.missing, { code: 'clinic_unknown', field: '/id' });
  return session;
}

/** Moves a session on. @throws DomainError 409 `clinic_stage` where the stages do not follow, `clinic_moved_on` where somebody was faster. */
async function moveTo(
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

/** Times in order, in the town's own villages, within the drive. @throws DomainError 422. */
async function checkPlan(tx: Tx, actor: Actor, session: NewSession): Promise<void> {
  const faults: Fault[] = [];
  if (session.toTime <= session.fromTime) faults.push({ code: 'clinic_times', field: '/toTime' });
  const town = await divisionOf(tx, actor.countyCode, session.areaCode);
  if (town?.level !== 'town') faults.push({ code: 'clinic_town', field: '/areaCode' });
  if (session.villageCode != null) {
    const village = await divisionOf(tx, actor.countyCode, session.villageCode);
    if (village?.parentCode !== session.areaCode) faults.push({ code: 'clinic_village', field: '/villageCode' });
  }
  if (session.campaignId != null) {
    const window = await windowOf(tx, actor.countyCode, session.campaignId);
    if (!window) faults.push({ code: 'clinic_campaign', field: '/campaignId' });
    else if (session.heldOn < window.from || session.heldOn > window.to)
      faults.push({ code: 'clinic_outside_window', field: '/heldOn', params: { from: window.from, to: window.to } });
  }
  if (faults.length > 0) throw new DomainError(Status.invalid, faults);
  if (!(await coversArea(tx, actor, session.areaCode)))
    throw fault(Status.forbidden, { code: 'clinic_other_area', field: '/areaCode' });
}

/** A notice each, outside quiet hours, its drive's where it has one. The town is named, people are not. */
async function tell(
  tx: Tx,
  actor: Actor,
  session: store.SessionRow,
  step: ClinicStep,
  accounts: readonly string[],
  asOf: Instant,
): Promise<void> {
  const ends = at(session.heldOn, session.toTime);
  const town = await divisionOf(tx, actor.countyCode, session.areaCode);
  const quiet = session.campaignId === null ? undefined : await quietHoursOf(tx, actor.countyCode, session.campaignId);
  await insertNotices(
    tx,
    actor.countyCode,
    accounts.map((accountId) => ({
      key: clinicNoticeKey(session.id, step, session.heldOn, accountId),
      kind: 'clinic' as const,
      accountId,
      urgent: false,
      subjectId: session.id,
      params: {
        words: `clinics.notice.${step}`,
        path: `/clinics/${session.id}`,
        step,
        town: town?.name ?? session.areaCode,
        heldOn: session.heldOn,
        fromTime: session.fromTime,
        toTime: session.toTime,
      },
      availableAt: leavesAt(false, asOf, quiet),
      quiet,
      usefulUntil: ends > asOf ? ends : plusMinutes(asOf, REMINDER_KEEPS * 24 * 60),
    })),
    asOf,
  );
  await wake(tx, [workflowIds.courier(actor.countyCode)]);
}

async function tellStaff(
  tx: Tx,
  actor: Actor,
  session: store.SessionRow,
  step: ClinicStep,
  asOf: Instant,
): Promise<void> {
  await tell(tx, actor, session, step, await store.staffOf(tx, actor.countyCode, session.id), asOf);
}

/** Plans a session in a town. @param plannedBy who answers for it; the actor, or for a series the one who set it up. */
export async function planSession(
  tx: Tx,
  actor: Actor,
  session: NewSession,
  asOf: Instant,
  plannedBy: string | null = accountOf(actor),
): Promise<string> {
  await checkPlan(tx, actor, session);
  if (plannedBy === null) throw new Error('a session is planned by somebody');
  const id = await store.insertSession(tx, actor.countyCode, session, plannedBy, asOf);
  if (id === null) throw fault(Status.conflict, { code: 'clinic_planned_twice', field: '/heldOn' });
  await store.insertStage(
    tx,
    actor.countyCode,
    { id, areaCode: session.areaCode, seq: 0 },
    { stage: 'planned', byAccount: accountOf(actor) },
    asOf,
  );
  await audit(tx, actor, asOf, 'clinic.planned', id, { areaCode: session.areaCode, heldOn: session.heldOn });
  await wake(tx, [workflowIds.clinic(id)]);
  return id;
}

/** Names staff. Those named after the announcement are told at once. @throws DomainError 422 `clinic_staff_unknown`. */
export async function staffSession(
  tx: Tx,
  actor: Actor,
  id: string,
  { staff }: Staffing,
  asOf: Instant,
): Promise<void> {
  const session = await locked(tx, actor, id);
  if (!takesStaff(session.stage))
    throw fault(Status.conflict, { code: 'clinic_stage', params: { from: session.stage, to: 'staffed' } });
  const unknown = await store.insertStaff(tx, actor.countyCode, session, staff);
  if (unknown.length > 0)
    throw new DomainError(
      Status.invalid,
      unknown.map((accountId) => ({
        code: 'clinic_staff_unknown',
        field: `/staff/${staff.findIndex((one) => one.accountId === accountId)}/accountId`,
      })),
    );
  if (mayFollow(session.stage, 'staffed')) await moveTo(tx, actor, session, 'staffed', asOf);
  else await audit(tx, actor, asOf, 'clinic.staff_added', id, { named: staff.length });
  if (session.stage === 'announced') await tellStaff(tx, actor, session, 'announced', asOf);
}

/** Tells everybody named. */
export async function announce(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<void> {
  const session = await locked(tx, actor, id);
  if (session.staff === 0) throw fault(Status.conflict, { code: 'clinic_unstaffed' });
  await moveTo(tx, actor, session, 'announced', asOf);
  await tellStaff(tx, actor, session, 'announced', asOf);
}

/** Opens the doors, on the day or (a list entered late) after it. */
export async function openSession(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<void> {
  const session = await locked(tx, actor, id);
  if (dateOf(asOf) < session.heldOn)
    throw fault(Status.conflict, { code: 'clinic_too_early', params: { heldOn: session.heldOn } });
  await moveTo(tx, actor, session, 'open', asOf);
}

/** Signs somebody in. A known person counts once, however often she comes to the desk. */
export async function checkIn(
  tx: Tx,
  actor: Actor,
  id: string,
  who: CheckIn,
  asOf: Instant,
): Promise<{ attendanceId: string; again: boolean }> {
  const session = await locked(tx, actor, id);
  const by = accountOf(actor);
  if (by === null) throw new Error('somebody signs people in');
  if (session.stage !== 'open')
    throw fault(Status.conflict, { code: 'clinic_not_open', params: { stage: session.stage } });
  if (who.personId != null && (await store.villageOfPerson(tx, actor.countyCode, who.personId)) === null)
    throw fault(Status.invalid, { code: 'clinic_person_unknown', field: '/personId' });
  const signed = await store.insertAttendance(
    tx,
    actor.countyCode,
    session,
    { personId: who.personId ?? null, name: who.name ?? null, services: who.services },
    by,
    asOf,
  );
  if (!signed.again) await audit(tx, actor, asOf, 'clinic.signed_in', id, { attendanceId: signed.attendanceId });
  return signed;
}

/** Writes what was found, and what follows. A referral of somebody on the register becomes her village's task to ask whether she went. */
export async function recordFinding(tx: Tx, actor: Actor, id: string, found: Finding, asOf: Instant): Promise<void> {
  const session = await locked(tx, actor, id);
  if (session.stage !== 'open')
    throw fault(Status.conflict, { code: 'clinic_not_open', params: { stage: session.stage } });
  const turn = await store.updateFinding(tx, actor.countyCode, id, {
    attendanceId: found.attendanceId,
    finding: found.finding,
    disposition: found.disposition ?? null,
  });
  if (!turn) throw fault(Status.missing, { code: 'clinic_attendance_unknown', field: '/attendanceId' });
  const village = turn.personId && (await store.villageOfPerson(tx, actor.countyCode, turn.personId));
  if (found.disposition === 'referral' && turn.personId && village) {
    const today = dateOf(asOf);
    const made = await insertTasks(
      tx,
      actor.countyCode,
      [
        {
          sourceKey: followTaskKey(found.attendanceId, 'referral_check'),
          kind: 'referral_check',
          subject: 'person',
          subjectId: turn.personId,
          personId: turn.personId,
          areaCode: village,
          side: 'medical',
          opensOn: today,
          dueOn: plusDays(today, REFERRAL_CHECK_DAYS),
        },
      ],
      asOf,
    );
    if (made.length > 0) await wake(tx, [workflowIds.agenda(village)]);
  }
  await audit(tx, actor, asOf, 'clinic.finding', id, {
    attendanceId: found.attendanceId,
    disposition: found.disposition ?? null,
  });
}

/** Closes the doors. @throws DomainError 409 `clinic_finding_open`, one fault a finding without a disposition. */
export async function closeSession(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<void> {
  const session = await locked(tx, actor, id);
  const open = await store.openFindings(tx, actor.countyCode, id);
  if (open.length > 0 && mayFollow(session.stage, 'closed'))
    throw new DomainError(
      Status.conflict,
      open.map((attendanceId) => ({ code: 'clinic_finding_open', field: `/attendance/${attendanceId}` })),
    );
  await moveTo(tx, actor, session, 'closed', asOf);
}

/** Writes the session's three numbers down and discharges what the town owed. */
export async function reportSession(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<void> {
  const session = await locked(tx, actor, id);
  const owed = await store.openClinicTask(tx, actor.countyCode, session);
  const { persons, personTimes, professionals } = session;
  const detail = { persons, personTimes, professionals, signInEvidence: wantsSignInEvidence(personTimes) };
  await moveTo(tx, actor, session, 'reported', asOf, { detail });
  if (owed === null) return;
  await lockTasks(tx, actor.countyCode, [owed]);
  await closeTasks(tx, actor.countyCode, [{ id: owed, reason: 'done', closedOn: session.heldOn, closedBy: id }], asOf);
}

/** Moves a session to another day, time or place; its staff stand and are told anew. */
export async function reschedule(tx: Tx, actor: Actor, id: string, to: Rescheduling, asOf: Instant): Promise<void> {
  const session = await locked(tx, actor, id);
  const { reason, ...when } = to;
  await checkPlan(tx, actor, {
    campaignId: session.campaignId,
    areaCode: session.areaCode,
    villageCode: session.villageCode,
    ...when,
  });
  const was = { heldOn: session.heldOn, fromTime: session.fromTime, toTime: session.toTime, place: session.place };
  await moveTo(tx, actor, session, 'rescheduled', asOf, { reason, detail: { was } });
  if (!(await store.moveSession(tx, actor.countyCode, id, when)))
    throw fault(Status.conflict, { code: 'clinic_planned_twice', field: '/heldOn' });
}

/** Calls a session off, and says so to whoever had been told to come. */
export async function cancel(tx: Tx, actor: Actor, id: string, reason: string, asOf: Instant): Promise<void> {
  const session = await locked(tx, actor, id);
  await moveTo(tx, actor, session, 'cancelled', asOf, { reason });
  await tellStaff(tx, actor, session, 'cancelled', asOf);
}

/** Reminds whoever planned the session that it waits for staff, for its end or for its report. Said once for each day it is held on. */
async function remindPlanner(
  tx: Tx,
  actor: Actor,
  id: string,
  step: 'unstaffed' | 'close' | 'report',
  asOf: Instant,
): Promise<void> {
  const session = await locked(tx, actor, id);
  await tell(tx, actor, session, step, [session.createdBy], asOf);
}

export interface SessionLook {
  readonly ended: boolean;
  /** The one thing due now. */
  readonly due: StoryStep | null;
  /** When something may next fall due. */
  readonly next: Instant | null;
}

/** What the session's story sees. A session that does not exist has ended. */
export async function lookAtSession(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<SessionLook> {
  const session = await store.sessionOf(tx, actor.countyCode, id);
  if (!session || hasEnded(session.stage)) return { ended: true, due: null, next: null };
  const times = sessionTimes(session, await loadCalendar(tx, actor.countyCode));
  const told = await store.toldSteps(tx, actor.countyCode, session);
  return { ended: false, due: dueStep(session, times, told, asOf), next: nextLook(times, asOf) };
}

/** Does what is due, if it still is. */
export async function takeSessionStep(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<void> {
  await store.lockSession(tx, actor.countyCode, id);
  const { due } = await lookAtSession(tx, actor, id, asOf);
  switch (due) {
    case null:
      return;
    case 'announce':
      return announce(tx, actor, id, asOf);
    case 'open':
      return openSession(tx, actor, id, asOf);
    case 'unstaffed':
    case 'close':
    case 'report':
      return remindPlanner(tx, actor, id, due, asOf);
  }
}
