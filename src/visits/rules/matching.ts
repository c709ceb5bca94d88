// src/visits/rules/matching.ts: which tasks a record is about: the one it names, or those its subject owes of that kind.
import { type CivilDate, dateOf } from '../../platform/civil.ts';
import { followTaskKey } from '../../tasks/rules/keys.ts';
import type { NewRecord, NewVisit } from '../schema.ts';
import type { RecordSide, Subject, TaskFacts, VisitFacts } from './facts.ts';

/** The follow-up that a record leads to: one, whatever its kind, so that an edit moves it. */
export const nextTaskKey = (rootId: string): string => followTaskKey(rootId, 'next');
export const repeatTalkKey = (rootId: string): string => followTaskKey(rootId, 'repeat_talk');

/** Owed by the medical and the cadre side alike, a task each. */
export const isJoint = (kind: string): boolean => kind === 'verification' || kind === 'contract';
/** Judged by a protocol. A second visit on another day is a visit in its own right, whichever task its phone still knew. */
export const isMeasured = (kind: string): kind is 'htn' | 't2dm' => kind === 'htn' || kind === 't2dm';

/** Whether a post of this side may do what is owed. */
export const mayDo = (task: TaskFacts, side: RecordSide): boolean =>
  task.side === side || (task.side === 'either' && side !== 'facility');

/** Tasks of the record's kind and subject, open and closed; earliest due first. */
export function candidates(record: NewRecord, subject: Subject, visit: NewVisit, facts: VisitFacts): TaskFacts[] {
  const day = dateOf(visit.arrivedAt);
  if (subject.task && !isJoint(record.kind) && !isMeasured(record.kind))
    return isOwedHere(record, subject.task, subject, visit) ? [subject.task] : [];
  const root = subject.superseded?.rootId ?? record.id;
  const notYet = new Set([nextTaskKey(root), repeatTalkKey(root), ...laterTaskKeys(subject, visit, facts)]);
  return facts.tasks
    .filter((task) => isOwedHere(record, task, subject, visit))
    .filter((task) => !notYet.has(task.sourceKey) && !isLaterRepeat(task, day))
    .toSorted((a, b) => (a.dueOn === b.dueOn ? (a.id < b.id ? -1 : 1) : a.dueOn < b.dueOn ? -1 : 1));
}

/** Whether a task is what such a record does, owed by whom and what the record is about. */
export function isOwedHere(
  record: NewRecord,
  task: TaskFacts,
  { person, household, enrolment }: Subject,
  visit: NewVisit,
): boolean {
  if (task.kind !== record.kind) return false;
  switch (record.kind) {
    case 'htn':
    case 't2dm':
      return enrolment !== null && task.enrolmentId === enrolment.id;
    case 'verification':
    case 'referral_check':
      return (
        person !== null &&
        task.personId === person.id &&
        (!enrolment || task.enrolmentId === null || task.enrolmentId === enrolment.id)
      );
    case 'policy_talk':
    case 'contract':
      return household !== null && task.householdId === household.id && task.personId === null;
    case 'broadcast':
      return task.subject === 'village' && task.subjectId === visit.areaCode;
    case 'training':
      return task.subject === 'team' && task.areaCode.startsWith(visit.areaCode);
    case 'not_met':
      return false;
  }
}

/** What visits of the same day or later have already planned is not done by this one. */
function laterTaskKeys({ enrolment, superseded }: Subject, visit: NewVisit, facts: VisitFacts): string[] {
  const day = dateOf(visit.arrivedAt);
  return facts.judged
    .filter((judged) => judged.enrolmentId === enrolment?.id && !superseded?.chain.includes(judged.id))
    .filter((judged) => dateOf(judged.occurredAt) >= day)
    .map((judged) => nextTaskKey(judged.rootId));
}

/** A talk is not repeated on the day that made its repeat. */
function isLaterRepeat(task: TaskFacts, day: CivilDate): boolean {
  return task.kind === 'policy_talk' && task.sourceKey.startsWith('follow/') && task.opensOn > day;
}
