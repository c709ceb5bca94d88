// src/visits/rules/filing.ts: whether what came from the field stands at once or waits for somebody's eye, and why. Nothing is refused.
import { type CivilDate, dateOf, type Instant, plusMinutes } from '../../platform/civil.ts';
import type { NewRecord, NewVisit, ReviewReason } from '../schema.ts';
import type { HouseholdFacts, PostOn, RecordSide, Standing, Subject, TaskFacts, VisitFacts } from './facts.ts';
import { isJoint, isMeasured, isOwedHere, mayDo } from './matching.ts';

const CLOCK_SLACK = 10; // min: phones drift by a few; a visit from further ahead has a wrong clock
const CLINICAL_KINDS: readonly string[] = ['htn', 't2dm', 'referral_check'];

const on = (standing: Standing, day: CivilDate) =>
  standing.fromOn <= day && (standing.toOn === null || day <= standing.toOn);

/** Where somebody stood towards an area on a day. Who sat in its team once must have sat there then; a role alone will do for the others. */
export function postOn(
  facts: Pick<VisitFacts, 'roles' | 'posts'>,
  accountId: string,
  areaCode: string,
  day: CivilDate,
): PostOn {
  const mine = (standing: Standing) => standing.accountId === accountId;
  const roles = facts.roles.filter((role) => mine(role) && areaCode.startsWith(role.areaCode));
  const posts = facts.posts.filter((post) => mine(post) && areaCode.startsWith(post.areaCode));
  const now = roles.filter((role) => on(role, day));
  const seats = posts.filter((post) => on(post, day));
  if (now.length === 0) return { reason: roles.length + posts.length > 0 ? 'not_in_post' : 'other_area' };
  if (posts.length > 0 && seats.length === 0 && now.some((role) => role.side !== null))
    return { reason: 'not_in_post' };
  const nearest = (seats.length > 0 ? seats : now).toSorted((a, b) => b.areaCode.length - a.areaCode.length);
  const sides = [...new Set(nearest.flatMap(({ side }) => side ?? []))];
  return { reason: null, sides, clinical: now.some((role) => role.clinical) };
}

/** Why the whole stop waits, or null. */
export function visitReview(visit: NewVisit, facts: VisitFacts, post: PostOn, asOf: Instant): ReviewReason | null {
  if (facts.taken.includes(visit.id)) return 'same_id_other_body';
  if (visit.arrivedAt > plusMinutes(asOf, CLOCK_SLACK)) return 'clock_suspect';
  if (visit.leftAt !== undefined && visit.leftAt < visit.arrivedAt) return 'clock_suspect';
  if (post.reason) return post.reason;
  if (post.sides.length === 0) return 'not_in_post'; // a role that watches over visits makes none
  if (visit.householdId === undefined) return null;
  const household = facts.households.find(({ id }) => id === visit.householdId);
  if (!household || !isHere(household.id, household.villageCode, visit, facts)) return 'other_area';
  return household.endedOn !== null && household.endedOn <= dateOf(visit.arrivedAt) ? 'moved_away' : null;
}

/** Ids that say less are filled in from those that say more: the task, what is corrected, the enrolment, the person, the door. */
export function subjectOf(record: NewRecord, visit: NewVisit, facts: VisitFacts): Subject {
  const byId = <T extends { readonly id: string }>(rows: readonly T[], id: string | null | undefined) =>
    rows.find((row) => row.id === id) ?? null;
  const task = byId(facts.tasks, record.taskId);
  const superseded = byId(facts.superseded, record.supersedes);
  const named = byId(facts.enrolments, record.enrolmentId ?? task?.enrolmentId ?? superseded?.enrolmentId);
  const person = byId(facts.persons, record.personId ?? task?.personId ?? superseded?.personId ?? named?.personId);
  const enrolment =
    named ??
    facts.enrolments.find((row) => row.personId === person?.id && row.programme === record.kind && row.toOn === null) ??
    null;
  const household = byId(
    facts.households,
    person?.householdId ?? task?.householdId ?? superseded?.householdId ?? visit.householdId,
  );
  return { household, person, enrolment, task, superseded };
}

/** Why one record of an accepted stop waits, or null. */
export function recordReview(
  record: NewRecord,
  subject: Subject,
  visit: NewVisit,
  facts: VisitFacts,
  post: PostOn,
  side: RecordSide | null,
  about: readonly TaskFacts[],
): ReviewReason | null {
  if (post.reason) return post.reason;
  const day = dateOf(visit.arrivedAt);
  const { person, household, enrolment, task, superseded } = subject;
  if (record.personId && !person) return 'other_area';
  if (person && !isHere(person.householdId, person.villageCode, visit, facts)) return 'other_area';
  if (household && !isHere(household.id, household.villageCode, visit, facts)) return 'other_area';
  if (household && household.id !== doorOf(visit, facts)?.id) return 'other_door';
  if (isClinical(record.kind) && !post.clinical) return 'not_in_post';
  if (person?.movedOutOn != null && person.movedOutOn <= day) return 'moved_away';
  if (person?.diedOn != null && person.diedOn < day) return 'unknown_subject';
  if (record.enrolmentId && (!enrolment || enrolment.personId !== person?.id)) return 'unknown_subject';
  if (isMeasured(record.kind) && enrolment && enrolment.programme !== record.kind) return 'unknown_subject';
  if (record.taskId && !task) return 'unknown_subject';
  if (!hasSubject(record, subject)) return 'unknown_subject';
  if (record.supersedes) {
    if (!superseded || superseded.kind !== record.kind) return 'unknown_subject';
    if (superseded.personId !== (person?.id ?? null)) return 'unknown_subject';
    if (person === null && superseded.householdId !== (household?.id ?? null)) return 'unknown_subject';
    if (superseded.corrected) return 'second_record';
  }
  if (side === null) return 'not_in_post';
  if (record.kind === 'not_met') return leavingReview(record.body, subject, facts, day);
  if (task && !isJoint(record.kind) && !isMeasured(record.kind) && !isOwedHere(record, task, subject, visit))
    return 'unknown_subject';
  return taskReview(record, subject, isJoint(record.kind) ? about.filter((row) => mayDo(row, side)) : about, day);
}

/** A household is the recorder's in her own area, and elsewhere while a task of it has been handed to her team. */
function isHere(householdId: string, villageCode: string, visit: NewVisit, facts: VisitFacts): boolean {
  return (
    villageCode.startsWith(visit.areaCode) ||
    facts.tasks.some((task) => task.householdId === householdId && task.areaCode.startsWith(visit.areaCode))
  );
}

/** The one door a stop was at: the household it names, or the first that its records lead to. */
function doorOf(visit: NewVisit, facts: VisitFacts): HouseholdFacts | null {
  const byId = (id: string) => facts.households.find((household) => household.id === id) ?? null;
  if (visit.householdId !== undefined) return byId(visit.householdId);
  for (const record of visit.records) {
    const { household } = subjectOf(record, visit, facts);
    if (household) return household;
  }
  return null;
}

/** Who has left is named, and left between birth and the knock at the door. */
function leavingReview(
  { reason, occurredOn, wholeHousehold }: Extract<NewRecord, { kind: 'not_met' }>['body'],
  { person, household }: Subject,
  facts: VisitFacts,
  day: CivilDate,
): ReviewReason | null {
  if (reason !== 'died' && reason !== 'moved_out' && reason !== 'unknown_person') return null;
  const all = reason !== 'died' && wholeHousehold === true;
  if (!person && !all) return 'unknown_subject';
  if (occurredOn === undefined) return null;
  const births = all
    ? facts.persons.filter(({ householdId }) => householdId === household?.id).map(({ bornOn }) => bornOn)
    : [person?.bornOn ?? occurredOn];
  return occurredOn > day || births.every((bornOn) => occurredOn < bornOn) ? 'impossible_day' : null;
}

export const isClinical = (kind: string): boolean => CLINICAL_KINDS.includes(kind);

function hasSubject(record: NewRecord, { person, household, task }: Subject): boolean {
  switch (record.kind) {
    case 'htn':
    case 't2dm':
    case 'verification':
    case 'referral_check':
      return person !== null;
    case 'policy_talk':
    case 'contract':
    case 'not_met':
      return household !== null;
    case 'training':
      return task !== null;
    case 'broadcast':
      return true;
  }
}

/** What a record finds when nothing is open for it: its own chain's work, another's, or a book that was closed. */
function taskReview(
  record: NewRecord,
  { task, superseded }: Subject,
  all: readonly TaskFacts[],
  day: CivilDate,
): ReviewReason | null {
  if (task && task.kind !== record.kind && superseded === null) return 'unknown_subject';
  if (all.some(({ closedAt }) => closedAt === null)) return null;
  const closed = all.toSorted((a, b) => ((a.closedAt ?? '') < (b.closedAt ?? '') ? 1 : -1))[0];
  if (!closed) return null;
  if (closed.closeReason === 'done') {
    if (superseded?.chain.includes(closed.closedBy ?? '')) return null;
    const once = isJoint(record.kind) || (task !== null && !isMeasured(record.kind));
    return once || closed.closedOn === day ? 'second_record' : null;
  }
  if (closed.stage === 'closed' || closed.stage === 'cancelled') return 'closed_campaign';
  return task ? 'closed_task' : null;
}

/** Where a stop is kept that is not in its recorder's area: the area itself if it ever was hers, or else her own, the latest. */
export function ownArea(
  facts: Pick<VisitFacts, 'roles' | 'posts'>,
  accountId: string,
  areaCode: string,
  day: CivilDate,
): string {
  const hers = [...facts.posts, ...facts.roles].filter((standing) => standing.accountId === accountId);
  if (hers.some((standing) => areaCode.startsWith(standing.areaCode))) return areaCode;
  const latest = hers.toSorted((a, b) => Number(on(b, day)) - Number(on(a, day)) || (a.fromOn < b.fromOn ? 1 : -1))[0];
  return latest?.areaCode ?? areaCode;
}
