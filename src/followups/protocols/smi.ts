// src/followups/protocols/smi.ts: severe mental disorder: the decision table in its order of priority, first hit wins.
import { plusDays, plusMonths } from '../../platform/civil.ts';
import type { SmiHistory, SmiRecord } from '../schema.ts';
import {
  type Assessment,
  assessment,
  atMonths,
  nationalSettings,
  type ProtocolSettings,
  type Rule,
  type Verdict,
  withinTwoWeeks,
} from './assessment.ts';
import { entryFaults } from './limits.ts';

/** Every rule that can decide. */
export const smiRules = {
  'smi.reject.entry_limit': { source: 'Decision table, priority 0', grade: 'D' },
  'smi.not_reached': { source: 'SMI follow-up form [S24]', grade: 'A' },
  'smi.lost': { source: 'SMI follow-up form [S24]; over more than a month: 2018 working spec', grade: 'M' },
  'smi.unstable': { source: 'SMI classification [S29, S30, S31]; 2 weeks [S85]', grade: 'A' },
  'smi.incomplete': { source: 'Common rules: missing data', grade: 'D' },
  'smi.stable': { source: 'SMI classification [S29, S30, S31]; 3 months [S28, S33]', grade: 'A' },
  'smi.basic.first': { source: 'SMI branches [S31, S85]', grade: 'A' },
  'smi.basic.settling': { source: 'SMI branches [S85]', grade: 'A' },
  'smi.basic.specialist': { source: 'SMI branches [S85]; the guidance from memory', grade: 'M' },
} as const satisfies Record<string, Rule>;
type SmiRule = keyof typeof smiRules;

const UNSTABLE_FROM = 3; // risk grade
const LOST_AFTER = 3; // consecutive failed attempts, this one included, over more than a month

export function assessSmi(
  record: SmiRecord,
  history: SmiHistory,
  settings: ProtocolSettings = nationalSettings,
): Assessment {
  return assessment(decide(record, history, settings), smiRules);
}

function decide(record: SmiRecord, history: SmiHistory, settings: ProtocolSettings): Verdict<SmiRule> {
  const { visitedOn } = record;
  const faults = entryFaults({ risk: record.risk });
  if (faults.length > 0) return { class: 'REJECT', rule: 'smi.reject.entry_limit', steps: ['ask_again'], faults };
  if (record.reached === false) return notReached(record, history);
  if (isUnstable(record)) {
    return {
      class: 'UNSTABLE',
      rule: 'smi.unstable',
      referral: 'urgent',
      next: withinTwoWeeks(visitedOn, record.admitted ? 'referral_check' : 'joint_visit'),
      steps: ['two_people', 'treat_symptoms', 'refer_urgently', 'police_if_needed', 'confirm_arrival_24h'],
      unsatisfactory: true,
    };
  }
  const { risk, symptoms, insight, socialFunction } = record;
  if (risk == null || symptoms == null || insight == null || socialFunction == null) {
    return { class: 'INCOMPLETE', rule: 'smi.incomplete', steps: ['try_again'] };
  }
  const routine = atMonths(visitedOn, settings.routineMonths);
  const settled = risk === 0 && symptoms === 'none' && insight === 1 && socialFunction <= 2;
  if (settled && (record.physicalIllness ?? 'stable') === 'stable') {
    return { class: 'STABLE', rule: 'smi.stable', next: routine, steps: ['keep_plan', 'book_next'] };
  }
  if ((history.stage ?? 'routine') === 'routine') {
    const next = { ...withinTwoWeeks(visitedOn, 'recheck2w'), dueKind: 'target' } as const;
    return { class: 'BASIC', rule: 'smi.basic.first', next, steps: ['find_cause', 'adjust_medicine', 'book_recheck'] };
  }
  if (record.settling) {
    return { class: 'BASIC', rule: 'smi.basic.settling', next: routine, steps: ['keep_plan', 'book_next'] };
  }
  const dueOn = plusMonths(visitedOn, 1);
  return {
    class: 'BASIC',
    rule: 'smi.basic.specialist',
    referral: 'specialist_advice',
    next: { kind: 'recheck1m', dueOn, dueKind: 'target', windowFrom: null, graceUntil: plusDays(dueOn, 3) }, // grace: D
    steps: ['ask_psychiatrist', 'book_recheck'],
  };
}

function notReached({ visitedOn }: SmiRecord, history: SmiHistory): Verdict<SmiRule> {
  const attempts = (history.failedAttemptsBefore ?? 0) + 1;
  const { firstFailedOn } = history;
  if (attempts >= LOST_AFTER && firstFailedOn && visitedOn > plusMonths(firstFailedOn, 1)) {
    const next = { ...withinTwoWeeks(visitedOn, 'report_lost'), dueOn: visitedOn }; // at once
    return { class: 'LOST', rule: 'smi.lost', next, steps: ['report_in_writing'] };
  }
  return {
    class: 'NOT_REACHED',
    rule: 'smi.not_reached',
    next: withinTwoWeeks(visitedOn, 'retry'),
    steps: ['try_again'],
  };
}

function isUnstable(record: SmiRecord): boolean {
  return (
    (record.risk ?? 0) >= UNSTABLE_FROM ||
    record.symptoms === 'marked' ||
    record.insight === 3 ||
    record.adverseReaction === 'severe' ||
    record.physicalIllness === 'severe'
  );
}
