// src/visits/rules/deeds.ts: each record of a stop with everything it does: its filing, its verdicts, what it closes, makes and finds.
import { limits } from '../../followups/protocols/limits.ts';
import { dateOf } from '../../platform/civil.ts';
import type { NewTask } from '../../tasks/store.ts';
import type { NewRecord, NewVisit, ReviewReason } from '../schema.ts';
import { type Discharge, discharges, sideFor } from './discharges.ts';
import type { AdoptingDuty, JointSide, PostOn, RecordSide, Subject, Superseded, VisitFacts } from './facts.ts';
import { isClinical, recordReview, subjectOf } from './filing.ts';
import { type Finding, findings } from './findings.ts';
import { judge, type Measured, type Verdict } from './judging.ts';
import { candidates, isJoint, isMeasured, nextTaskKey, repeatTalkKey } from './matching.ts';
import { nextTask, repeatedTalk } from './next.ts';

export interface Reading {
  readonly kind: string;
  readonly value: number | null;
  readonly censored: 'HI' | 'LO' | null;
  readonly unit: string;
}

export interface Deed extends Finding {
  readonly record: NewRecord;
  readonly subject: Subject;
  /** Why it waits for review; null where it stands. */
  readonly reason: ReviewReason | null;
  readonly clinical: boolean;
  readonly side: RecordSide | null;
  readonly rootId: string;
  readonly closings: readonly Discharge[];
  /** The side whose word a joint duty has with this record. */
  readonly confirms: JointSide | null;
  readonly readings: readonly Reading[];
  /** Its own first, then those of later records it overturns. A record that waits for review has one only where it is an emergency. */
  readonly verdicts: readonly Verdict[];
  /** A later record of this visit corrects it. */
  readonly corrected: boolean;
  /** What is owed next, once the referrals have their ids. */
  readonly next: (referralOf: (recordId: string) => string | null, duties: readonly AdoptingDuty[]) => NewTask[];
  /** Source keys of tasks that may exist from an earlier judgement. */
  readonly plannedBefore: readonly string[];
  /** Source keys of tasks that an edit makes pointless. */
  readonly drops: readonly string[];
}

/** In the order in which the phone made them: a record may correct one before it. */
export function deedsOf(visit: NewVisit, facts: VisitFacts, reason: ReviewReason | null, post: PostOn): Deed[] {
  const siblings: Superseded[] = [];
  const closed = new Set<string>();
  const concluded = new Set<string>();
  const corrected = new Set(visit.records.flatMap(({ supersedes }) => supersedes ?? []));
  return visit.records.map((record) => {
    const known: VisitFacts = { ...facts, superseded: [...facts.superseded, ...siblings] };
    const subject = subjectOf(record, visit, known);
    const about = candidates(record, subject, visit, known);
    const side = post.reason === null ? sideFor(record, post.sides, about) : null;
    let why = facts.taken.includes(record.id)
      ? 'same_id_other_body'
      : (reason ?? recordReview(record, subject, visit, known, post, side, about));
    const measured = measuredOf(record, subject, visit);
    const again = `${record.kind}/${subject.enrolment?.id ?? subject.person?.id}`;
    if (why === null && measured && !record.supersedes && concluded.has(again)) why = 'second_record';

    const judged =
      measured && subject.person && post.reason === null && post.clinical
        ? judge(measured, known.judged, subject.person)
        : [];
    const verdicts =
      why === null ? judged : judged.slice(0, 1).filter(({ assessment }) => assessment.class === 'URGENT');
    const verdict = judged[0]?.assessment.class ?? null;
    const closings =
      why === null && side !== null
        ? discharges(record, subject, visit, known, side, verdict).filter(({ id }) => !closed.has(id))
        : [];
    for (const { id } of closings) closed.add(id);
    if (why === null && measured && closings.length > 0) concluded.add(again);
    if (why === null) siblings.push(asSuperseded(record, subject));
    const rootId = why === null ? (subject.superseded?.rootId ?? record.id) : record.id;
    return {
      record,
      subject,
      reason: why,
      clinical: isClinical(record.kind) || tellsIllness(record),
      side,
      rootId,
      closings,
      confirms: why === null && isJoint(record.kind) && side !== 'facility' ? side : null,
      readings: why === null ? readingsOf(record) : [],
      verdicts,
      corrected: corrected.has(record.id),
      ...(why === null ? planned(record, subject, visit, known, rootId, verdicts) : nothing),
      ...findings(record, why === null ? subject : null, visit, side, closings),
    };
  });
}

const nothing = { next: () => [], plannedBefore: [], drops: [] };

function planned(
  record: NewRecord,
  subject: Subject,
  visit: NewVisit,
  facts: VisitFacts,
  rootId: string,
  verdicts: readonly Verdict[],
): Pick<Deed, 'next' | 'plannedBefore' | 'drops'> {
  if (record.kind === 'policy_talk' && subject.household) {
    if (record.body.understood !== 'not')
      return { ...nothing, drops: record.supersedes ? [repeatTalkKey(rootId)] : [] };
    const talked = candidates(record, subject, visit, facts).find(({ campaignId }) => campaignId !== null) ?? null;
    const { id, villageCode } = subject.household;
    const repeat = repeatedTalk(rootId, { id, villageCode }, dateOf(visit.arrivedAt), talked, talked?.windowTo ?? null);
    return { ...nothing, next: () => [repeat] };
  }
  const { person } = subject;
  if (verdicts.length === 0 || !person) return nothing;
  return {
    next: (referralOf, duties) =>
      verdicts.flatMap(
        (verdict) =>
          nextTask(
            verdict,
            { person, enrolmentId: verdict.record.enrolmentId, referralId: referralOf(verdict.record.id) },
            duties,
          ) ?? [],
      ),
    plannedBefore: verdicts
      .filter(({ record: judged }) => judged.id !== judged.rootId || judged.id !== record.id)
      .map((verdict) => nextTaskKey(verdict.record.rootId)),
    drops: [],
  };
}

function measuredOf(record: NewRecord, { person, enrolment, superseded }: Subject, visit: NewVisit): Measured | null {
  if (!isMeasured(record.kind) || !person) return null;
  return {
    id: record.id,
    rootId: superseded?.rootId ?? record.id,
    chain: superseded?.chain ?? [],
    programme: record.kind,
    enrolmentId: enrolment?.id ?? null,
    personId: person.id,
    occurredAt: visit.arrivedAt,
    body: record.body,
  };
}

function asSuperseded(record: NewRecord, { household, person, enrolment, task, superseded }: Subject): Superseded {
  return {
    id: record.id,
    kind: record.kind,
    rootId: superseded?.rootId ?? record.id,
    chain: [...(superseded?.chain ?? []), record.id],
    householdId: household?.id ?? null,
    personId: person?.id ?? null,
    enrolmentId: enrolment?.id ?? null,
    taskId: task?.id ?? null,
    corrected: false,
  };
}

/** What a line says of an illness is for clinical eyes. */
function tellsIllness(record: NewRecord): boolean {
  return (
    record.kind === 'verification' &&
    record.body.lines.some(({ item, note }) => item !== 'reimbursement' && Boolean(note))
  );
}

/** Every measured value of a record as a row of its own, HI and LO as the meter showed them. */
function readingsOf(record: NewRecord): Reading[] {
  if (!isMeasured(record.kind)) return [];
  const body: Readonly<Record<string, unknown>> = record.body;
  return (Object.keys(limits) as (keyof typeof limits)[]).flatMap((kind): Reading[] => {
    const value = body[kind];
    const { unit } = limits[kind];
    if (typeof value === 'number') return [{ kind, value, censored: null, unit }];
    return value === 'HI' || value === 'LO' ? [{ kind, value: null, censored: value, unit }] : [];
  });
}
