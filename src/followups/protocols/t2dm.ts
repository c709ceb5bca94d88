// src/followups/protocols/t2dm.ts: type 2 diabetes, NBPHS 3rd ed.: the decision table in its order of priority, first hit wins.
import type { ChronicHistory, T2dmRecord } from '../schema.ts';
import {
  type Assessment,
  assessment,
  atMonths,
  atTwoWeeks,
  nationalSettings,
  type ProtocolSettings,
  type Rule,
  type Verdict,
} from './assessment.ts';
import * as chronic from './chronic.ts';
import { entryFaults } from './limits.ts';

const SPEC = 'NBPHS 3rd ed., T2DM rule';

/** Every rule that can decide. Web sources S1 to S87 are listed with the protocol. */
export const t2dmRules = {
  't2dm.reject.entry_limit': { source: 'Entry limits, after NCD-RisC', grade: 'D' },
  't2dm.urgent.danger_sign': { source: `${SPEC} 2 [S20, S21, S86]`, grade: 'A' },
  't2dm.urgent.unmanageable': { source: `${SPEC} 2 [S20]`, grade: 'B' },
  't2dm.urgent.glucose_high': { source: `${SPEC} 2 [S21, S86]`, grade: 'A' },
  't2dm.urgent.glucose_low': { source: `${SPEC} 2 [S21, S86]`, grade: 'A' },
  't2dm.urgent.pressure': { source: `${SPEC} 2 [S21, S86]`, grade: 'A' },
  't2dm.urgent.heart_rate': { source: `${SPEC} 2 [S20]`, grade: 'B' },
  't2dm.urgent.temperature': { source: `${SPEC} 2 [S20]`, grade: 'B' },
  't2dm.urgent.pregnancy': { source: `${SPEC} 2 [S20]; the number from memory`, grade: 'M' },
  't2dm.incomplete.telephone': { source: 'Common rules: face to face', grade: 'D' },
  't2dm.incomplete.not_fasting': { source: 'Decision table, note d', grade: 'D' },
  't2dm.incomplete.glucose': { source: 'Decision table, priority 2', grade: 'D' },
  't2dm.refer.complication': { source: `${SPEC} 6 [S10]`, grade: 'A' },
  't2dm.refer.reaction_uncontrolled': { source: `${SPEC} 6 [S10]`, grade: 'A' },
  't2dm.refer.reaction_again': { source: `${SPEC} 6 as a public system reads it [S20]`, grade: 'B' },
  't2dm.refer.unsatisfactory_again': { source: `${SPEC} 6 [S10]`, grade: 'A' },
  't2dm.adjust.glucose': { source: `${SPEC} 5 [S8]`, grade: 'A' },
  't2dm.adjust.reaction': { source: `${SPEC} 5 [S8]`, grade: 'A' },
  't2dm.satisfied': { source: `${SPEC}s 1 and 4 [S8, S10, S11, S19]`, grade: 'A' },
} as const satisfies Record<string, Rule>;
type T2dmRule = keyof typeof t2dmRules;

/** mmol/L of any reading, fasting or not; 3.95 is not 3.9: nothing is rounded. Source: rule 2, grade A. */
const EMERGENCY = { high: 16.7, low: 3.9 } as const;
/** mmol/L; a fasting reading at or above is unsatisfactory, and an emergency in pregnancy (M). Source: rule 4, grade A. */
const FASTING_LIMIT = 7.0;
const HEART_RATE = 100; // /min; persistently over it
const TEMPERATURE = 39.0; // °C; over it

export function assessT2dm(
  record: T2dmRecord,
  history: ChronicHistory,
  settings: ProtocolSettings = nationalSettings,
): Assessment {
  return assessment(decide(record, history, settings), t2dmRules);
}

function decide(record: T2dmRecord, history: ChronicHistory, settings: ProtocolSettings): Verdict<T2dmRule> {
  const danger = chronic.hasDanger(record);
  const emergency = emergencyOf(record);
  const faults = entryFaults(record);
  if (faults.length > 0 && !danger) return chronic.reject('t2dm.reject.entry_limit', faults, emergency !== null);
  if (danger) return chronic.urgent(`t2dm.urgent.${danger}`, record);
  if (emergency) {
    const first = emergency === 'glucose_low' ? ['sugar_by_mouth_if_awake'] : []; // M
    return chronic.urgent(`t2dm.urgent.${emergency}`, record, first);
  }
  if (chronic.isTelephone(record)) return chronic.incomplete('t2dm.incomplete.telephone');
  const fasting = fastingReading(record);
  if (typeof fasting !== 'number') {
    return chronic.incomplete(record.glucose == null ? 't2dm.incomplete.glucose' : 't2dm.incomplete.not_fasting');
  }

  const unsatisfactory = fasting >= FASTING_LIMIT; // a pressure of 140 to 179 is the hypertension protocol's
  const reason = chronic.referReason(record, history, unsatisfactory);
  if (reason) return chronic.refer(`t2dm.refer.${reason}`, record, unsatisfactory);
  const recheck = atTwoWeeks(record.visitedOn, 'recheck');
  if (unsatisfactory) return chronic.adjust('t2dm.adjust.glucose', recheck, true);
  if (record.adverseReaction === 'present') return chronic.adjust('t2dm.adjust.reaction', recheck, false);
  return chronic.satisfied('t2dm.satisfied', atMonths(record.visitedOn, settings.routineMonths));
}

function emergencyOf(record: T2dmRecord) {
  const readings = [record.fastingGlucose, record.glucose];
  if (readings.some((value) => value === 'LO' || (typeof value === 'number' && value <= EMERGENCY.low)))
    return 'glucose_low';
  if (readings.some((value) => value === 'HI' || (typeof value === 'number' && value >= EMERGENCY.high)))
    return 'glucose_high';
  if (chronic.hasEmergencyPressure(record)) return 'pressure';
  if (record.tachycardiaPersistent && (record.heartRate ?? Number.POSITIVE_INFINITY) > HEART_RATE) return 'heart_rate';
  if (typeof record.temperature === 'number' && record.temperature > TEMPERATURE) return 'temperature';
  const fasting = fastingReading(record);
  if (record.pregnantOrLactating && typeof fasting === 'number' && fasting >= FASTING_LIMIT) return 'pregnancy';
  return null;
}

/** Only a fasting reading is compared with 7.0. */
function fastingReading({ fastingGlucose, glucose, fasting }: T2dmRecord): number | 'HI' | 'LO' | null {
  return fastingGlucose ?? (fasting ? glucose : null) ?? null;
}
