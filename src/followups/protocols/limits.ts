// src/followups/protocols/limits.ts: what a reading can be at all, and what is odd enough to be confirmed at the door.

/** Both ends included. Source: entry limits, grade D, modelled on NCD-RisC practice (whose numbers are M). */
export interface Limit {
  readonly unit: string;
  /** Outside it the reading is judged REJECT and taken again. */
  readonly hard: readonly [low: number, high: number];
  /** Outside it the phone asks once more; the reading stands. */
  readonly soft: readonly [low: number, high: number];
  readonly whole?: true;
}

const glucose = { unit: 'mmol/L', hard: [0.6, 50], soft: [2, 30] } as const satisfies Limit; // or a meter's HI or LO

export const limits = {
  sbp: { unit: 'mmHg', hard: [40, 300], soft: [70, 270], whole: true },
  dbp: { unit: 'mmHg', hard: [20, 200], soft: [30, 150], whole: true },
  heartRate: { unit: '/min', hard: [20, 250], soft: [40, 150] },
  fastingGlucose: glucose,
  glucose,
  temperature: { unit: '°C', hard: [30, 45], soft: [35, 41] },
  risk: { unit: 'grade', hard: [0, 5], soft: [0, 5], whole: true },
} as const satisfies Record<string, Limit>;
export type LimitedField = keyof typeof limits;

/** What may be recorded of each limited field. HI and LO are censored values, not missing ones, and always inside the limits. */
export type Readings = { readonly [Field in LimitedField]?: number | 'HI' | 'LO' | null | undefined };

/** Why a reading cannot be one, with what was probably meant. */
export interface EntryFault {
  readonly field: LimitedField;
  readonly code: 'out_of_range' | 'not_whole' | 'sbp_not_above_dbp' | 'maybe_kpa' | 'maybe_mg_dl';
  readonly low: number;
  readonly high: number;
  /** In the field's own unit. */
  readonly suggestion?: number;
}

const KPA = 7.5; // mmHg
const MG_DL = 18; // mg/dL of glucose to 1 mmol/L
const KPA_RANGE = { sbp: [10, 40], dbp: [5, 27] } as const; // DBP's is ours: the same share of its hard limit
const MG_DL_UP_TO = 600; // from the hard limit of mmol/L

/** @returns every hard limit broken, in the order of `limits`. */
export function entryFaults(readings: Readings): readonly EntryFault[] {
  const faults = numbered(readings).flatMap(([field, value]) => faultOf(field, value) ?? []);
  const { sbp, dbp } = readings;
  if (faults.length === 0 && typeof sbp === 'number' && typeof dbp === 'number' && sbp <= dbp) {
    faults.push({ field: 'sbp', code: 'sbp_not_above_dbp', low: dbp + 1, high: limits.sbp.hard[1] });
  }
  return faults;
}

/** @returns the fields to confirm at the door: odd, not impossible. A pulse pressure under 15 or over 110 mmHg is of `sbp`. */
export function toConfirm(readings: Readings): readonly LimitedField[] {
  const odd = new Set<LimitedField>();
  for (const [field, value] of numbered(readings)) {
    const [low, high] = limits[field].soft;
    if (value < low || value > high) odd.add(field);
  }
  if (typeof readings.sbp === 'number' && typeof readings.dbp === 'number') {
    const pulse = readings.sbp - readings.dbp;
    if (pulse < 15 || pulse > 110) odd.add('sbp');
  }
  return [...odd];
}

function faultOf(field: LimitedField, value: number): EntryFault | null {
  const limit: Limit = limits[field];
  const [low, high] = limit.hard;
  if (field === 'sbp' || field === 'dbp') {
    const [from, to] = KPA_RANGE[field];
    if (!Number.isInteger(value) && value >= from && value <= to) {
      return { field, code: 'maybe_kpa', low, high, suggestion: Math.round(value * KPA) };
    }
  }
  if ((field === 'fastingGlucose' || field === 'glucose') && value > high && value <= MG_DL_UP_TO) {
    return { field, code: 'maybe_mg_dl', low, high, suggestion: Math.round((value / MG_DL) * 10) / 10 };
  }
  if (!(value >= low && value <= high)) return { field, code: 'out_of_range', low, high };
  return limit.whole && !Number.isInteger(value) ? { field, code: 'not_whole', low, high } : null;
}

function numbered(readings: Readings): [LimitedField, number][] {
  return (Object.keys(limits) as LimitedField[]).flatMap((field) => {
    const value = readings[field];
    return typeof value === 'number' ? [[field, value]] : [];
  });
}
