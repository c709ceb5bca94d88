// src/visits/rules/discharges.ts: which open tasks an accepted record closes, and whose word stands behind it.
import { type Class, TELEPHONE } from '../../followups/protocols/assessment.ts';
import { type CivilDate, dateOf } from '../../platform/civil.ts';
import type { NewRecord, NewVisit } from '../schema.ts';
import type { JointSide, PostOn, RecordSide, Subject, TaskFacts, VisitFacts } from './facts.ts';
import { candidates, isJoint, isMeasured } from './matching.ts';

/** A task to be closed, in the form the tasks room takes. */
export interface Discharge {
  readonly id: string;
  readonly reason: 'done' | 'excused';
  readonly closedOn: CivilDate;
  readonly detail: string | null;
  readonly closedBy: string | null;
}

/** Classes that rest on a visit to the person; REJECT and INCOMPLETE leave the task open. */
const CONCLUSIVE: readonly Class[] = ['SATISFIED', 'ADJUST', 'REFER', 'URGENT'];

const isTheOtherSide = (side: RecordSide | null, other: RecordSide | null): other is JointSide =>
  (side === 'medical' && other === 'cadre') || (side === 'cadre' && other === 'medical');

/** Whose tasks a record may close: the recorder's side's; the partner's where he was there and confirms; both where one side says why it was alone. */
export function sidesSpokenFor(
  record: NewRecord,
  side: RecordSide | null,
  partner: PostOn | null,
): ReadonlySet<string> {
  if (side === null) return new Set();
  if (record.singleSideReason !== undefined && side !== 'facility') return new Set(['medical', 'cadre']);
  const other = partner && partner.reason === null ? partner.side : null;
  return new Set(record.confirmedByPartner && isTheOtherSide(side, other) ? [side, other] : [side]);
}

/** The sides whose confirmation of a joint duty goes on record. */
export function confirmations(record: NewRecord, side: RecordSide | null, partner: PostOn | null): JointSide[] {
  if (!isJoint(record.kind) || (side !== 'medical' && side !== 'cadre')) return [];
  const other = partner && partner.reason === null ? partner.side : null;
  return record.confirmedByPartner && isTheOtherSide(side, other) ? [side, other] : [side];
}

/** @param verdict the class of a measured record. */
export function discharges(
  record: NewRecord,
  subject: Subject,
  visit: NewVisit,
  facts: VisitFacts,
  side: RecordSide | null,
  partner: PostOn | null,
  verdict: Class | null,
): Discharge[] {
  const closedOn = dateOf(visit.arrivedAt);
  const open = () => candidates(record, subject, visit, facts).filter(({ closedAt }) => closedAt === null);
  const done = (tasks: readonly TaskFacts[], detail: string | null = null): Discharge[] =>
    tasks.map(({ id }) => ({ id, reason: 'done', closedOn, detail, closedBy: record.id }));
  switch (record.kind) {
    case 'policy_talk':
    case 'referral_check':
    case 'revisit':
    case 'rectification':
      return done(open());
    case 'htn':
    case 't2dm':
      return isMeasured(record.kind) &&
        verdict !== null &&
        CONCLUSIVE.includes(verdict) &&
        record.body.mode !== TELEPHONE
        ? done(open())
        : [];
    case 'verification':
    case 'contract': {
      const sides = sidesSpokenFor(record, side, partner);
      const alone = record.singleSideReason !== undefined && confirmations(record, side, partner).length < 2;
      const tasks = open().filter(
        (task) => sides.has(task.side) && hasLinesOf(record, alone && side !== null ? side : task.side),
      );
      return done(tasks, alone ? 'single_side' : null);
    }
    case 'broadcast':
      return done(open().slice(0, 1)); // one broadcast is one of the dates owed: the earliest still open
    case 'training':
      return record.body.attended ? done(open()) : [];
    case 'not_met':
      return excused(record.body.reason, subject, facts, record.body.occurredOn ?? closedOn);
  }
}

/** A verification is done by a side when its lines are confirmed, or put right in a note. */
function hasLinesOf(record: NewRecord, side: string): boolean {
  if (record.kind !== 'verification') return true;
  const items = side === 'medical' ? ['illness', 'treatment'] : ['reimbursement'];
  return items.every((item) => {
    const lines = record.body.lines.filter((line) => line.item === item);
    return lines.length > 0 && lines.every((line) => line.ok || Boolean(line.note));
  });
}

/** Nobody is visited after death or a move; every other reason leaves the tasks where they are. */
function excused(
  reason: string,
  { person, household, task }: Subject,
  facts: VisitFacts,
  closedOn: CivilDate,
): Discharge[] {
  if (reason !== 'died' && reason !== 'moved_out') return [];
  const wholeHousehold = person === null && reason === 'moved_out' && task?.personId == null;
  return facts.tasks
    .filter(({ closedAt }) => closedAt === null)
    .filter((row) => (person ? row.personId === person.id : wholeHousehold && row.householdId === household?.id))
    .map(({ id }) => ({ id, reason: 'excused', closedOn, detail: reason, closedBy: null }));
}
