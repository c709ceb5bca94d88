// src/clinics/acts/desk.ts: what is done at the desk of an open session: people sign in, and what is found leads to a referral or an enrolment at once.
import { enrol } from '../../followups/acts.ts';
import { type Actor, accountOf } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { dateOf, type Instant, plusDays } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { Status } from '../../platform/errors.ts';
import { wake, workflowIds } from '../../platform/wake.ts';
import { advise } from '../../referrals/acts.ts';
import { followTaskKey } from '../../tasks/rules/keys.ts';
import { insertTasks } from '../../tasks/store.ts';
import type { CheckIn, Finding } from '../schema.ts';
import * as store from '../store.ts';
import { fault, locked } from './stages.ts';

const REFERRAL_CHECK_DAYS = 14; // calendar days: the national rule's time for asking whether a referred person went

async function opened(tx: Tx, actor: Actor, id: string): Promise<store.SessionRow> {
  const session = await locked(tx, actor, id);
  if (session.stage !== 'open')
    throw fault(Status.conflict, { code: 'clinic_not_open', params: { stage: session.stage } });
  return session;
}

/** Signs somebody in. A known person counts once, however often she comes to the desk. */
export async function checkIn(
  tx: Tx,
  actor: Actor,
  id: string,
  who: CheckIn,
  asOf: Instant,
): Promise<{ attendanceId: string; again: boolean }> {
  const session = await opened(tx, actor, id);
  const by = accountOf(actor);
  if (by === null) throw new Error('somebody signs people in');
  if (who.personId != null && (await store.homeOfPerson(tx, actor.countyCode, who.personId)) === null)
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

/**
 * Writes what was found, and opens what follows in the same transaction: a referral, with a task for her village to ask whether
 * she went, or an enrolment with its first follow-up. What it has led to is not taken back here.
 * @throws DomainError 422 `clinic_not_registered`, `clinic_programme_missing`, 409 `clinic_finding_followed`, `already_enrolled`.
 */
export async function recordFinding(tx: Tx, actor: Actor, id: string, found: Finding, asOf: Instant): Promise<void> {
  await opened(tx, actor, id);
  const turn = await store.turnOf(tx, actor.countyCode, id, found.attendanceId);
  if (!turn) throw fault(Status.missing, { code: 'clinic_attendance_unknown', field: '/attendanceId' });
  const disposition = found.disposition ?? null;
  if ((turn.referralId ?? turn.enrolmentId) !== null && turn.disposition !== disposition)
    throw fault(Status.conflict, { code: 'clinic_finding_followed', field: '/disposition' });
  const { referralId, enrolmentId } = turn;
  let led = { referralId, enrolmentId };
  if (disposition === 'enrolment' && enrolmentId === null)
    led = { referralId, enrolmentId: await enrolled(tx, actor, turn, found, asOf) };
  if (disposition === 'referral' && referralId === null)
    led = { referralId: await referred(tx, actor, turn, found, asOf), enrolmentId };
  await store.updateFinding(tx, actor.countyCode, found.attendanceId, {
    finding: found.finding,
    disposition,
    ...led,
  });
  await audit(tx, actor, asOf, 'clinic.finding', id, { attendanceId: found.attendanceId, disposition, ...led });
}

/** The person of the register whose turn it was. @throws DomainError 422 `clinic_not_registered` for somebody who is not on it. */
function registered(turn: store.Turn): string {
  if (turn.personId === null) throw fault(Status.invalid, { code: 'clinic_not_registered', field: '/disposition' });
  return turn.personId;
}

async function enrolled(tx: Tx, actor: Actor, turn: store.Turn, found: Finding, asOf: Instant): Promise<string> {
  const personId = registered(turn);
  if (found.programme == null) throw fault(Status.invalid, { code: 'clinic_programme_missing', field: '/programme' });
  return (await enrol(tx, actor, { personId, programme: found.programme }, asOf)).id;
}

async function referred(tx: Tx, actor: Actor, turn: store.Turn, found: Finding, asOf: Instant): Promise<string> {
  const personId = registered(turn);
  const home = await store.homeOfPerson(tx, actor.countyCode, personId);
  if (home === null) throw fault(Status.invalid, { code: 'clinic_person_unknown', field: '/attendanceId' });
  const { id, made } = await advise(
    tx,
    actor,
    {
      recordId: found.attendanceId,
      areaCode: home.village,
      personId,
      enrolmentId: null,
      kind: found.urgent ? 'urgent' : 'ordinary',
      advisedAt: asOf,
    },
    asOf,
  );
  if (!made) return id;
  const today = dateOf(asOf);
  await insertTasks(
    tx,
    actor.countyCode,
    [
      {
        sourceKey: followTaskKey(found.attendanceId, 'referral_check'),
        kind: 'referral_check',
        subject: 'referral',
        subjectId: id,
        personId,
        householdId: home.householdId,
        areaCode: home.village,
        side: 'medical',
        opensOn: today,
        dueOn: plusDays(today, REFERRAL_CHECK_DAYS),
      },
    ],
    asOf,
  );
  await wake(tx, [workflowIds.agenda(home.village)]);
  return id;
}
