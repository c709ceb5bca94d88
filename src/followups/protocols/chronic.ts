// src/followups/protocols/chronic.ts: what hypertension and diabetes decide alike, once it is no emergency and is measured.
import type { ChronicHistory, HtnRecord, T2dmRecord } from '../schema.ts';
import { type Next, TELEPHONE, type Verdict, withinTwoWeeks } from './assessment.ts';
import type { EntryFault } from './limits.ts';

type ChronicRecord = HtnRecord | T2dmRecord;

/** SBP or DBP at which anybody is an emergency, mmHg. Source: HTN rule 2 and T2DM rule 2, grade A. */
const EMERGENCY = { sbp: 180, dbp: 110 } as const;

export function atLeast(value: number | null | undefined, bound: number): boolean {
  return typeof value === 'number' && value >= bound;
}

/** The two emergencies that need no measurement. */
export function hasDanger(record: ChronicRecord): 'danger_sign' | 'unmanageable' | null {
  if (record.dangerSigns && record.dangerSigns.length > 0) return 'danger_sign';
  return record.otherUnmanageable ? 'unmanageable' : null;
}

export function hasEmergencyPressure(record: ChronicRecord): boolean {
  return atLeast(record.sbp, EMERGENCY.sbp) || atLeast(record.dbp, EMERGENCY.dbp);
}

/** By telephone nothing is measured: what is heard may raise an emergency, and closes nothing. */
export function isTelephone(record: ChronicRecord): boolean {
  return record.mode === TELEPHONE;
}

/** Stabilise, then refer on the same day and tell the township; where he arrived is asked within 24 h. */
export function urgent<R extends string>(rule: R, record: ChronicRecord, first: readonly string[] = []): Verdict<R> {
  return {
    class: 'URGENT',
    rule,
    referral: 'urgent',
    next: withinTwoWeeks(record.visitedOn, 'referral_check'),
    steps: [...first, 'stabilise', 'refer_urgently', 'notify_township', 'confirm_arrival_24h', 'check_referral_2w'],
    unsatisfactory: true,
  };
}

/** Nothing is concluded from a reading that cannot be one. An emergency among the other readings stands and is said. */
export function reject<R extends string>(rule: R, faults: readonly EntryFault[], emergency: boolean): Verdict<R> {
  return {
    class: 'REJECT',
    rule,
    steps: ['measure_again', ...(emergency ? ['act_on_emergency_reading'] : [])],
    faults,
  };
}

/** The task stays open and its date where it was. */
export function incomplete<R extends string>(rule: R): Verdict<R> {
  return { class: 'INCOMPLETE', rule, steps: ['try_again'] };
}

export type ReferReason = 'complication' | 'reaction_uncontrolled' | 'reaction_again' | 'unsatisfactory_again';

export function referReason(
  record: ChronicRecord,
  history: ChronicHistory,
  unsatisfactory: boolean,
): ReferReason | null {
  if (record.complication === 'new' || record.complication === 'worse') return 'complication';
  if (record.adverseReaction === 'uncontrolled') return 'reaction_uncontrolled';
  if (record.adverseReaction === 'present' && atLeast(history.priorReaction, 1)) return 'reaction_again';
  return unsatisfactory && atLeast(history.priorUnsatisfactory, 1) ? 'unsatisfactory_again' : null;
}

export function refer<R extends string>(rule: R, record: ChronicRecord, unsatisfactory: boolean): Verdict<R> {
  return {
    class: 'REFER',
    rule,
    referral: 'ordinary',
    next: withinTwoWeeks(record.visitedOn, 'referral_check'),
    steps: ['suggest_referral', 'counsel', 'check_referral_2w'],
    unsatisfactory,
  };
}

export function adjust<R extends string>(rule: R, next: Next, unsatisfactory: boolean): Verdict<R> {
  return {
    class: 'ADJUST',
    rule,
    next,
    steps: ['check_adherence', 'adjust_medicine', 'counsel', 'book_recheck'],
    unsatisfactory,
  };
}

export function satisfied<R extends string>(rule: R, next: Next): Verdict<R> {
  return { class: 'SATISFIED', rule, next, steps: ['counsel', 'book_next'] };
}
