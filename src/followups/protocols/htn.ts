// src/followups/protocols/htn.ts: hypertension, NBPHS 3rd ed.: the decision table in its order of priority, first hit wins.
import { ageOn } from '../../platform/civil.ts';
import type { ChronicHistory, HtnRecord } from '../schema.ts';
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
import * as chronic from './chronic.ts';
import { entryFaults } from './limits.ts';

const SPEC = 'NBPHS 3rd ed., HTN rule';

/** Every rule that can decide. Web sources S1 to S87 are listed with the protocol. */
export const htnRules = {
  'htn.reject.entry_limit': { source: 'Entry limits, after NCD-RisC', grade: 'D' },
  'htn.urgent.danger_sign': { source: `${SPEC} 2 [S4]`, grade: 'A' },
  'htn.urgent.unmanageable': { source: `${SPEC} 2 [S4]`, grade: 'A' },
  'htn.urgent.pressure': { source: `${SPEC} 2 [S4]`, grade: 'A' },
  'htn.urgent.pregnancy': { source: `${SPEC} 2 [S4]`, grade: 'A' },
  'htn.incomplete.telephone': { source: 'Common rules: face to face', grade: 'D' },
  'htn.incomplete.pressure': { source: 'Decision table, priority 2', grade: 'D' },
  'htn.refer.complication': { source: `${SPEC} 6 [S5, S11, S83]`, grade: 'A' },
  'htn.refer.reaction_uncontrolled': { source: `${SPEC} 6 [S5, S11, S83]`, grade: 'A' },
  'htn.refer.reaction_again': { source: `${SPEC} 6 as a public system reads it [S20]`, grade: 'B' },
  'htn.refer.unsatisfactory_again': { source: `${SPEC} 6 [S5, S11, S83]`, grade: 'A' },
  'htn.adjust.pressure': { source: `${SPEC} 5 [S5, S11, S83, S87]`, grade: 'A' },
  'htn.adjust.reaction': { source: `${SPEC} 5 [S5, S11, S83, S87]`, grade: 'A' },
  'htn.satisfied': { source: `${SPEC}s 1 and 4 [S4, S9, S11, S83]`, grade: 'A' },
} as const satisfies Record<string, Rule>;
type HtnRule = keyof typeof htnRules;

/** mmHg; at or above is unsatisfactory. Source: rule 4, grades A [S83] and B [S3]. */
const LIMIT = { sbp: 140, sbpFrom65: 150, dbp: 90 } as const;
/** mmHg; at or above is an emergency in pregnancy or lactation, at any age. Source: rule 2, "BP above normal". */
const PREGNANT = { sbp: 140, dbp: 90 } as const;

export function assessHtn(
  record: HtnRecord,
  history: ChronicHistory,
  settings: ProtocolSettings = nationalSettings,
): Assessment {
  return assessment(decide(record, history, settings), htnRules);
}

function decide(record: HtnRecord, history: ChronicHistory, settings: ProtocolSettings): Verdict<HtnRule> {
  const danger = chronic.hasDanger(record);
  const emergency = emergencyOf(record);
  const faults = entryFaults(record);
  if (faults.length > 0 && !danger) return chronic.reject('htn.reject.entry_limit', faults, emergency !== null);
  if (danger) return chronic.urgent(`htn.urgent.${danger}`, record);
  if (emergency) return chronic.urgent(`htn.urgent.${emergency}`, record);
  if (chronic.isTelephone(record)) return chronic.incomplete('htn.incomplete.telephone');
  if (record.sbp == null || record.dbp == null) return chronic.incomplete('htn.incomplete.pressure');

  const unsatisfactory = record.sbp >= systolicLimit(record) || record.dbp >= LIMIT.dbp;
  const reason = chronic.referReason(record, history, unsatisfactory);
  if (reason) return chronic.refer(`htn.refer.${reason}`, record, unsatisfactory);
  const recheck = withinTwoWeeks(record.visitedOn, 'recheck');
  if (unsatisfactory) return chronic.adjust('htn.adjust.pressure', recheck, true);
  if (record.adverseReaction === 'present') return chronic.adjust('htn.adjust.reaction', recheck, false);
  return chronic.satisfied('htn.satisfied', atMonths(record.visitedOn, settings.routineMonths));
}

function emergencyOf(record: HtnRecord): 'pressure' | 'pregnancy' | null {
  if (chronic.hasEmergencyPressure(record)) return 'pressure';
  const abovePregnancy = chronic.atLeast(record.sbp, PREGNANT.sbp) || chronic.atLeast(record.dbp, PREGNANT.dbp);
  return record.pregnantOrLactating && abovePregnancy ? 'pregnancy' : null;
}

/** The age is that of the day of the visit; where nobody knows it, the stricter limit holds. */
function systolicLimit({ age, bornOn, visitedOn }: HtnRecord): number {
  const years = bornOn ? ageOn(bornOn, visitedOn) : (age ?? 0);
  return years >= 65 ? LIMIT.sbpFrom65 : LIMIT.sbp;
}
