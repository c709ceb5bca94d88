// src/followups/protocols/assessment.ts: what every protocol answers, and how a class becomes the next date.
import { type CivilDate, plusDays, plusMonths } from '../../platform/civil.ts';
import type { EntryFault } from './limits.ts';

/** Six for hypertension and diabetes, least serious first; then those of severe mental disorder. */
export const Class = {
  reject: 'REJECT',
  incomplete: 'INCOMPLETE',
  satisfied: 'SATISFIED',
  adjust: 'ADJUST',
  refer: 'REFER',
  urgent: 'URGENT',
  stable: 'STABLE',
  basic: 'BASIC',
  unstable: 'UNSTABLE',
  notReached: 'NOT_REACHED',
  lost: 'LOST',
} as const;
export type Class = (typeof Class)[keyof typeof Class];

export type Referral = 'ordinary' | 'urgent' | 'specialist_advice';

export type NextKind =
  | 'routine'
  | 'recheck'
  | 'referral_check'
  | 'recheck2w'
  | 'recheck1m'
  | 'joint_visit'
  | 'retry'
  | 'report_lost';

/** A: seen in the specification's wording. B: in a real system's behaviour. M: from memory. D: our default. */
export type Grade = 'A' | 'B' | 'M' | 'D';

export interface Next {
  readonly kind: NextKind;
  /** Never earlier than the day after the visit, except a loss that is reported at once. */
  readonly dueOn: CivilDate;
  /** 2周内 is a deadline, 2周时 a target date. */
  readonly dueKind: 'deadline' | 'target';
  /** A target's first useful day. */
  readonly windowFrom: CivilDate | null;
  /** The last day its grace allows; null where there is none. */
  readonly graceUntil: CivilDate | null;
}

export interface Assessment {
  readonly class: Class;
  readonly referral: Referral | null;
  /** Null leaves the open task open and its date where it was. */
  readonly nextDueOn: CivilDate | null;
  readonly nextKind: NextKind | null;
  readonly dueKind: Next['dueKind'] | null;
  readonly windowFrom: CivilDate | null;
  readonly graceUntil: CivilDate | null;
  /** Codes, in the order in which they are done: treat first, then refer. */
  readonly steps: readonly string[];
  /** The rule that decided, with where it comes from and how sure that is. */
  readonly rule: string;
  readonly source: string;
  readonly grade: Grade;
  /** Whether the disease is out of control; counted over consecutive visits whatever the class. */
  readonly unsatisfactory: boolean;
  /** Hard limits broken, for REJECT. */
  readonly faults: readonly EntryFault[];
}

export interface Rule {
  readonly source: string;
  readonly grade: Grade;
}

/** The one number of these protocols a county may set. */
export interface ProtocolSettings {
  /** Calendar months to the next routine visit. The specification fixes none; a quarter is the usual reading. Grade A, S9, S10. */
  readonly routineMonths: number;
}
export const nationalSettings: ProtocolSettings = { routineMonths: 3 };

/** How the visit came about: 1 at the clinic, 2 at home, 3 by telephone. Absent is face to face. */
export type VisitMode = 1 | 2 | 3;
export const TELEPHONE: VisitMode = 3;

/** Two weeks, as a deadline with no grace. */
export function withinTwoWeeks(visitedOn: CivilDate, kind: NextKind): Next {
  return { kind, dueOn: plusDays(visitedOn, 14), dueKind: 'deadline', windowFrom: null, graceUntil: null };
}

/** At two weeks, useful from the 11th day. */
export function atTwoWeeks(visitedOn: CivilDate, kind: NextKind): Next {
  return {
    kind,
    dueOn: plusDays(visitedOn, 14),
    dueKind: 'target',
    windowFrom: plusDays(visitedOn, 11),
    graceUntil: null,
  };
}

export const ROUTINE_GRACE = 14; // days

/** The last day that a routine visit's grace allows: it ends with the year, in which the four visits are counted. */
export function routineGraceUntil(dueOn: CivilDate): CivilDate {
  const yearEnd = `${dueOn.slice(0, 4)}-12-31` as CivilDate;
  const twoWeeks = plusDays(dueOn, ROUTINE_GRACE);
  return twoWeeks < yearEnd ? twoWeeks : yearEnd;
}

/** The routine visit, months away. */
export function atMonths(visitedOn: CivilDate, months: number): Next {
  const dueOn = plusMonths(visitedOn, months);
  return { kind: 'routine', dueOn, dueKind: 'target', windowFrom: null, graceUntil: routineGraceUntil(dueOn) };
}

/** What a protocol's decision table says, by one of its rules `R`. */
export interface Verdict<R extends string> {
  readonly class: Class;
  readonly rule: R;
  readonly referral?: Referral;
  readonly next?: Next;
  readonly steps: readonly string[];
  readonly unsatisfactory?: boolean;
  readonly faults?: readonly EntryFault[];
}

/** Fills in what a verdict leaves unsaid, with where its rule comes from. */
export function assessment<R extends string>(verdict: Verdict<R>, rules: Readonly<Record<R, Rule>>): Assessment {
  const { source, grade } = rules[verdict.rule];
  return {
    class: verdict.class,
    referral: verdict.referral ?? null,
    nextDueOn: verdict.next?.dueOn ?? null,
    nextKind: verdict.next?.kind ?? null,
    dueKind: verdict.next?.dueKind ?? null,
    windowFrom: verdict.next?.windowFrom ?? null,
    graceUntil: verdict.next?.graceUntil ?? null,
    steps: verdict.steps,
    rule: verdict.rule,
    source,
    grade,
    unsatisfactory: verdict.unsatisfactory ?? false,
    faults: verdict.faults ?? [],
  };
}
