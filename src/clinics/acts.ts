// src/clinics/acts.ts: what is done to a clinic session until its doors open: planned, staffed, announced, moved, called off; and the steps of its story.
import { coversArea } from '../access/store.ts';
import { quietHoursOf, windowOf } from '../campaigns/store/campaign.ts';
import { leavesAt } from '../notices/rules.ts';
import { insertNotices } from '../notices/store.ts';
import { divisionOf, loadCalendar } from '../places/store.ts';
import { type Actor, accountOf } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { at, dateOf, type Instant, plusMinutes } from '../platform/civil.ts';
import type { Tx } from '../platform/db.ts';
import { DomainError, type Fault, Status } from '../platform/errors.ts';
import { wake, workflowIds } from '../platform/wake.ts';
import { fault, locked, moveTo } from './acts/stages.ts';
import {
  type ClinicStep,
  clinicNoticeKey,
  dueStep,
  hasEnded,
  isLateEntry,
  mayFollow,
  nextLook,
  type StoryStep,
  sessionTimes,
  takesStaff,
} from './rules.ts';
import type { NewSession, Rescheduling, Staffing } from './schema.ts';
import * as store from './store.ts';

const REMINDER_KEEPS = 7; // days: after that the board has shown it for a week

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
  if (session.lateReason !== null) return; // it has been held: nobody is to come
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
  const late = isLateEntry('plan', session.heldOn, dateOf(asOf));
  if (late && session.lateReason == null)
    throw fault(Status.invalid, { code: 'clinic_late_reason', field: '/lateReason' });
  const planned = { ...session, lateReason: late ? session.lateReason : null };
  const id = await store.insertSession(tx, actor.countyCode, planned, plannedBy, asOf);
  if (id === null) throw fault(Status.conflict, { code: 'clinic_planned_twice', field: '/heldOn' });
  await store.insertStage(
    tx,
    actor.countyCode,
    { id, areaCode: session.areaCode, seq: 0 },
    { stage: 'planned', byAccount: accountOf(actor) },
    asOf,
  );
  await audit(tx, actor, asOf, 'clinic.planned', id, { areaCode: session.areaCode, heldOn: session.heldOn, late });
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

/** Moves a session to another day, time or place; its staff stand and are told anew. */
export async function reschedule(tx: Tx, actor: Actor, id: string, to: Rescheduling, asOf: Instant): Promise<void> {
  const session = await locked(tx, actor, id);
  const { reason, ...when } = to;
  if (isLateEntry('plan', when.heldOn, dateOf(asOf)))
    throw fault(Status.invalid, { code: 'clinic_day_passed', field: '/heldOn' });
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
