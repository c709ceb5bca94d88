// src/visits/rules/next.ts: the task that follows a record, and whether a running campaign claims it.
import { type CivilDate, plusDays } from '../../platform/civil.ts';
import type { NewTask } from '../../tasks/store.ts';
import type { AdoptingDuty, PersonFacts, TaskFacts } from './facts.ts';
import type { Verdict } from './judging.ts';
import { nextTaskKey, repeatTalkKey } from './matching.ts';

const ROUTINE_OPENS = 14; // days before: a protocol's early window is as wide as its grace
const REPEAT_TALK = 14; // days: a talk that was not understood is given again
/** The longest run of days off that a calendar has had, and one more: a sweep comes before anything due later. */
const BEFORE_ANY_SWEEP = 10;

/** Whom a follow-up is owed to. */
export interface Followed {
  readonly person: PersonFacts;
  readonly enrolmentId: string | null;
  /** The referral that a check is about; null when the next visit is an ordinary one. */
  readonly referralId: string | null;
}

/**
 * The next task of a judged record, or null: nothing was concluded, or a later visit has been there already.
 * An emergency is followed whatever came later.
 */
export function nextTask(
  verdict: Verdict,
  { person, enrolmentId, referralId }: Followed,
  duties: readonly AdoptingDuty[],
): NewTask | null {
  const { assessment, record } = verdict;
  const { nextDueOn, nextKind } = assessment;
  if (nextDueOn === null || nextKind === null) return null;
  if (verdict.overtaken && assessment.class !== 'URGENT') return null;
  const check = nextKind === 'referral_check' && referralId !== null;
  if (!check && enrolmentId === null) return null;
  const claim = claimOf(record.programme, nextDueOn, person.villageCode, duties);
  return {
    sourceKey: nextTaskKey(record.rootId),
    kind: check ? 'referral_check' : record.programme,
    subject: check ? 'referral' : 'enrolment',
    subjectId: check ? referralId : (enrolmentId ?? ''),
    areaCode: person.villageCode,
    householdId: person.householdId,
    personId: person.id,
    enrolmentId,
    side: 'medical',
    opensOn: opensOn(verdict, nextDueOn),
    dueOn: nextDueOn,
    graceUntil: assessment.graceUntil,
    campaignId: claim?.campaignId ?? null,
    dutyKey: claim?.dutyKey ?? null,
    inGoal: claim === null, // a routine task may yet be adopted, and counted, by the next launch
  };
}

function opensOn({ assessment }: Verdict, dueOn: CivilDate): CivilDate {
  if (assessment.windowFrom) return assessment.windowFrom;
  // A check or a recheck within two weeks may come on any of its days; a routine visit not much before its date.
  return plusDays(dueOn, assessment.nextKind === 'routine' ? -ROUTINE_OPENS : -13);
}

/** A next task that falls due inside the window is minded by the campaign, outside its goal. */
export function claimOf(
  programme: string,
  dueOn: CivilDate,
  areaCode: string,
  duties: readonly AdoptingDuty[],
): { readonly campaignId: string; readonly dutyKey: string } | null {
  return (
    duties.find(
      (duty) =>
        duty.programme === programme &&
        duty.windowFrom <= dueOn &&
        dueOn <= duty.windowTo &&
        duty.areas.some((area) => areaCode.startsWith(area)),
    ) ?? null
  );
}

/** A talk that was not understood is given again; by the campaign of the first one, where its window still holds the day. */
export function repeatedTalk(
  rootId: string,
  household: { readonly id: string; readonly villageCode: string },
  day: CivilDate,
  talked: TaskFacts | null,
  windowTo: CivilDate | null,
): NewTask {
  const dueOn = plusDays(day, REPEAT_TALK);
  const claimed = talked !== null && talked.campaignId !== null && windowTo !== null && dueOn <= windowTo;
  return {
    sourceKey: repeatTalkKey(rootId),
    kind: 'policy_talk',
    subject: 'household',
    subjectId: household.id,
    areaCode: household.villageCode,
    householdId: household.id,
    side: talked?.side ?? 'either',
    opensOn: plusDays(day, 1),
    dueOn,
    campaignId: claimed ? talked.campaignId : null,
    dutyKey: claimed ? talked.dutyKey : null,
    inGoal: !claimed,
  };
}

/** Whether a task may fall due before the area's next sweep: only then is its agenda woken. */
export const isDueBeforeSweep = (dueOn: CivilDate, today: CivilDate): boolean =>
  dueOn <= plusDays(today, BEFORE_ANY_SWEEP);
