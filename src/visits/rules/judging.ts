// src/visits/rules/judging.ts: what a measured record means beside the visits before it, and which later judgements it overturns by coming late.
import { type Assessment, TELEPHONE } from '../../followups/protocols/assessment.ts';
import { assess, historyOf, type JudgedVisit } from '../../followups/rules.ts';
import type { HtnRecord, T2dmRecord } from '../../followups/schema.ts';
import { type CivilDate, dateOf, type Instant } from '../../platform/civil.ts';
import type { JudgedRecord, PersonFacts } from './facts.ts';

const UNSURE = ['INCOMPLETE', 'REJECT'];

/** A record as it enters its judgement. */
export interface Measured {
  readonly id: string;
  readonly rootId: string;
  /** What an edit replaces: no longer part of the history. */
  readonly chain: readonly string[];
  readonly programme: 'htn' | 't2dm';
  readonly enrolmentId: string | null;
  readonly personId: string;
  readonly occurredAt: Instant;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Verdict {
  readonly record: Measured;
  /** The visit's hash of a record stored before; null for the one being stored now. */
  readonly visitHash: string | null;
  readonly assessment: Assessment;
  /** Everything it was decided from: its hash tells one judgement of a record from another. */
  readonly inputs: unknown;
  /** Another measured visit has followed it: what this one would plan has happened. */
  readonly overtaken: boolean;
}

/** The judgement of a new record first, then those of later records of the enrolment that it changes, oldest first. */
export function judge(record: Measured, others: readonly JudgedRecord[], person: PersonFacts): Verdict[] {
  const known = others
    .filter((other) => other.enrolmentId === record.enrolmentId && !record.chain.includes(other.id))
    .toSorted((a, b) => (a.occurredAt < b.occurredAt ? 1 : -1)); // newest first
  const before = known.filter((other) => other.occurredAt < record.occurredAt);
  const after = known.filter((other) => other.occurredAt > record.occurredAt).toReversed();
  const first = verdict(record, null, before, after, person);
  const verdicts = [first];
  let earlier: JudgedVisit[] = [judgedVisit(record.body, first.assessment), ...before];
  for (const [n, later] of after.entries()) {
    const asMeasured: Measured = { ...later, chain: [], programme: record.programme, enrolmentId: later.enrolmentId };
    const again = verdict(asMeasured, later.visitHash, earlier, after.slice(n + 1), person);
    if (isChanged(later, again.assessment)) verdicts.push(again);
    earlier = [judgedVisit(later.body, again.assessment), ...earlier];
  }
  return verdicts;
}

function verdict(
  record: Measured,
  visitHash: string | null,
  before: readonly JudgedVisit[],
  after: readonly JudgedRecord[],
  person: PersonFacts,
): Verdict {
  const history = historyOf(before);
  const stated = typeof record.body.age === 'number' || typeof record.body.bornOn === 'string';
  const input = {
    ...record.body,
    visitedOn: dateOf(record.occurredAt),
    ...(stated ? {} : { bornOn: person.bornOn }),
  } as HtnRecord & T2dmRecord;
  return {
    record,
    visitHash,
    assessment: assess(record.programme, input, history),
    inputs: { input, history },
    overtaken: after.some((later) => !later.telephone && !UNSURE.includes(later.class)),
  };
}

/** How a judged record counts in the history of the next. */
export function judgedVisit(
  body: Readonly<Record<string, unknown>>,
  assessment: Pick<Assessment, 'class' | 'unsatisfactory'>,
): JudgedVisit {
  return {
    class: assessment.class,
    unsatisfactory: assessment.unsatisfactory,
    reaction: body.adverseReaction === 'present' || body.adverseReaction === 'uncontrolled',
    telephone: body.mode === TELEPHONE,
  };
}

const isChanged = (
  stored: JudgedRecord,
  now: { class: string; referral: string | null; nextDueOn: CivilDate | null },
): boolean => stored.class !== now.class || stored.referral !== now.referral || stored.nextDueOn !== now.nextDueOn;
