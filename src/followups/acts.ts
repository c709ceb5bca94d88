// src/followups/acts.ts: who is followed in which programme, and the nightly look that nobody in one is left without a date.

import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { type CivilDate, dateOf, type Instant, plusMonths } from '../platform/civil.ts';
import type { Tx } from '../platform/db.ts';
import { DomainError, Status } from '../platform/errors.ts';
import { insertEnrolments } from '../population/store/persons.ts';
import { followTaskKey } from '../tasks/rules/keys.ts';
import { insertTasks } from '../tasks/store.ts';
import { nationalSettings, routineGraceUntil } from './protocols/assessment.ts';
import * as nightly from './store/nightly.ts';
import { followedPerson } from './store/nightly.ts';
import * as store from './store.ts';

export interface Enrolling {
  readonly personId: string;
  readonly programme: 'htn' | 't2dm';
  readonly fromOn?: CivilDate | undefined;
}

/**
 * Enrols somebody and makes her first follow-up, due a routine interval later. One already enrolled stays as she is.
 * @throws DomainError 404 `person_unknown`, 409 `already_enrolled`.
 */
export async function enrol(
  tx: Tx,
  actor: Actor,
  enrolling: Enrolling,
  asOf: Instant,
): Promise<{ id: string; dueOn: CivilDate }> {
  const { countyCode } = actor;
  const { personId, programme } = enrolling;
  const fromOn = enrolling.fromOn ?? dateOf(asOf);
  const person = await followedPerson(tx, countyCode, personId);
  if (!person) throw new DomainError(Status.missing, { code: 'person_unknown', field: '/personId' });
  const [made] = await insertEnrolments(tx, countyCode, [
    { personId, villageCode: person.villageCode, programme, fromOn },
  ]);
  if (!made) throw new DomainError(Status.conflict, { code: 'already_enrolled', field: '/programme' });
  const dueOn = plusMonths(dateOf(asOf), nationalSettings.routineMonths);
  await insertTasks(
    tx,
    countyCode,
    [
      {
        sourceKey: followTaskKey(made.id, programme),
        kind: programme,
        subject: 'enrolment',
        subjectId: made.id,
        areaCode: person.villageCode,
        householdId: person.householdId,
        personId,
        enrolmentId: made.id,
        side: 'medical',
        opensOn: dateOf(asOf),
        dueOn,
        graceUntil: routineGraceUntil(dueOn),
      },
    ],
    asOf,
  );
  await audit(tx, actor, asOf, 'enrolment.opened', `enrolment/${made.id}`, { programme });
  return { id: made.id, dueOn };
}

/** Ends an enrolment; what it still owes is excused with the reason. @throws DomainError 404 `enrolment_unknown`. */
export async function endEnrolment(
  tx: Tx,
  actor: Actor,
  id: string,
  ending: { readonly on: CivilDate; readonly reason: string },
  asOf: Instant,
): Promise<void> {
  const ended = await store.endEnrolmentRow(tx, actor.countyCode, id, ending.on, ending.reason);
  if (!ended) throw new DomainError(Status.missing, { code: 'enrolment_unknown' });
  await nightly.excuseEnrolment(tx, actor.countyCode, id, ending.on, ending.reason, asOf);
  await audit(tx, actor, asOf, 'enrolment.ended', `enrolment/${id}`, { reason: ending.reason });
}

export interface Reviewed {
  /** Follow-ups made because nothing was owed. */
  readonly made: number;
  /** Visits made up so that the year has its four. */
  readonly yearly: number;
  /** Enrolments to which three visits in a row found nobody. */
  readonly lost: number;
}

/** Looks over every enrolment of the county, a statement for each question. Run twice it writes nothing more. */
export async function nightlyReview(tx: Tx, actor: Actor, asOf: Instant): Promise<Reviewed> {
  const { countyCode } = actor;
  const made = await nightly.makeMissing(tx, countyCode, nationalSettings.routineMonths, asOf);
  const yearly = await nightly.makeUpTheYear(tx, countyCode, asOf);
  const lost = await nightly.lostToFollowUp(tx, countyCode);
  if (made + yearly > 0)
    await audit(tx, actor, asOf, 'followups.reviewed', `county/${countyCode}`, { made, yearly, lost });
  return { made, yearly, lost };
}
