// src/followups/schema.ts: what is recorded of a follow-up visit, per programme, with units and entry limits.
import * as z from 'zod';
import { civilDay } from '../platform/http/forms.ts';
import { type LimitedField, limits } from './protocols/limits.ts';

/** Codes the forms offer. Any other code is taken for a danger sign too: a sign nobody listed is still one. */
const dangerSigns = {
  htn: [
    'altered_consciousness',
    'severe_headache_or_dizziness',
    'nausea_vomiting',
    'blurred_vision',
    'eye_pain',
    'palpitations',
    'chest_tightness',
    'cannot_lie_flat',
  ],
  /** One ticked symptom of everyday diabetes is `routineSymptoms`; these are the clinician's word for a dangerous cluster. */
  t2dm: [
    'altered_consciousness_or_behaviour',
    'acetone_breath',
    'palpitations',
    'sweating',
    'ketoacidosis_or_hyperosmolar_cluster',
    'deep_breathing',
    'flushed_skin',
    'sudden_loss_of_vision',
  ],
} as const;

const codes = z.array(z.string().min(1)).nullish();
const flag = z.boolean().nullish();
const count = z.int().min(0).nullish();

/** The type only: a reading outside the hard limits is a REJECT to be taken again, never a refused record. */
function reading(field: LimitedField) {
  return z.number().nullish().describe(inWords(field));
}

/** A meter's HI and LO are readings beyond its range, not missing ones. */
function glucoseReading(field: LimitedField) {
  return z
    .union([z.number(), z.enum(['HI', 'LO'])])
    .nullish()
    .describe(`${inWords(field)}, or HI or LO as the meter shows it`);
}

function inWords(field: LimitedField): string {
  const { unit, hard, soft } = limits[field];
  return `${unit}; hard limits ${hard[0]} to ${hard[1]}, to be confirmed outside ${soft[0]} to ${soft[1]}`;
}

const anyVisit = {
  visitedOn: civilDay.describe('the civil date of the visit, Asia/Shanghai'),
  mode: z
    .union([z.literal(1), z.literal(2), z.literal(3)])
    .nullish()
    .describe('1 clinic, 2 home, 3 telephone; face to face when absent'),
};

const chronicVisit = {
  ...anyVisit,
  age: z.int().min(0).max(130).nullish().describe('completed years on the day of the visit; `bornOn` wins over it'),
  bornOn: civilDay.nullish(),
  sbp: reading('sbp'),
  dbp: reading('dbp'),
  dangerSigns: codes.describe(`offered: ${[...dangerSigns.htn, ...dangerSigns.t2dm].join(', ')}`),
  otherUnmanageable: flag.describe('another disease that cannot be handled here'),
  pregnantOrLactating: flag,
  adverseReaction: z.enum(['none', 'present', 'uncontrolled']).nullish(),
  complication: z.enum(['none', 'new', 'worse']).nullish(),
};

export const HtnRecord = z.strictObject(chronicVisit);
export type HtnRecord = z.infer<typeof HtnRecord>;

export const T2dmRecord = z.strictObject({
  ...chronicVisit,
  fastingGlucose: glucoseReading('fastingGlucose').describe(
    `at least 8 h fasting, ${inWords('fastingGlucose')}, or HI or LO`,
  ),
  glucose: glucoseReading('glucose'),
  fasting: flag.describe('whether `glucose` is a fasting reading; false when absent'),
  temperature: reading('temperature'),
  heartRate: reading('heartRate'),
  tachycardiaPersistent: flag.describe('still over 100 /min after rest'),
  routineSymptoms: codes,
});
export type T2dmRecord = z.infer<typeof T2dmRecord>;

/** What the visits before say: consecutive completed, measured, face-to-face visits, counted back from this one. */
export const ChronicHistory = z.strictObject({ priorUnsatisfactory: count, priorReaction: count });
export type ChronicHistory = z.infer<typeof ChronicHistory>;

export const SmiRecord = z.strictObject({
  ...anyVisit,
  reached: flag.describe('false: nobody was seen; true when absent'),
  risk: reading('risk').describe('危险性 0 to 5'),
  symptoms: z.enum(['none', 'mild', 'marked']).nullish(),
  insight: z
    .union([z.literal(1), z.literal(2), z.literal(3)])
    .nullish()
    .describe('1 full, 2 partial, 3 absent'),
  socialFunction: z
    .union([z.literal(1), z.literal(2), z.literal(3)])
    .nullish()
    .describe('worst of five: 1 good, 2 fair, 3 poor'),
  adverseReaction: z.enum(['none', 'mild', 'severe']).nullish(),
  physicalIllness: z.enum(['stable', 'worse', 'severe']).nullish(),
  settling: flag.describe('the clinician’s word at a recheck'),
  admitted: flag.describe('taken in by a hospital'),
});
export type SmiRecord = z.infer<typeof SmiRecord>;

export const SmiHistory = z.strictObject({
  failedAttemptsBefore: count,
  firstFailedOn: civilDay.nullish(),
  stage: z.enum(['routine', 'recheck2w', 'recheck1m']).nullish().describe('what this visit was due as'),
});
export type SmiHistory = z.infer<typeof SmiHistory>;

export const programmes = {
  htn: { record: HtnRecord, history: ChronicHistory },
  t2dm: { record: T2dmRecord, history: ChronicHistory },
  smi: { record: SmiRecord, history: SmiHistory },
} as const;
export type Programme = keyof typeof programmes;
