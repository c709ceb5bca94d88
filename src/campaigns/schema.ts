// src/campaigns/schema.ts: the shape of a campaign file and of what the campaign's HTTP doors take; types come from here.
import * as z from 'zod';
import { type CivilDate, civilDate, type TimeOfDay } from '../platform/civil.ts';
import { civilDay } from '../platform/http/forms.ts';
import { measures } from './rules/measures.ts';

/** What a task is discharged by. A new kind of duty begins with a line here, a form in the visits room and words in the locales. */
export const recordKinds = [
  'policy_talk',
  'verification',
  'contract',
  'htn',
  't2dm',
  'broadcast',
  'clinic',
  'training',
] as const;
export const ladderPosts = ['lead', 'town', 'county'] as const;
export type LadderPost = (typeof ladderPosts)[number];

const isDay = (text: string): boolean => {
  try {
    return civilDate(text) === text;
  } catch {
    return false;
  }
};

// The messages below are what a fault says was expected: forms and limits, the same in every language.
const day = z.custom<CivilDate>((value) => typeof value === 'string' && isDay(value), 'YYYY-MM-DD');
const timeOfDay = z.custom<TimeOfDay>(
  (value) => typeof value === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(value),
  'HH:mm',
);
const key = z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, 'a-z 0-9 _ -, ≤ 40');
const text = z.string().trim().min(1, '1–200').max(200, '1–200');
const areaCode = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().regex(/^(\d{6}|\d{9}|\d{12})$/, '6, 9, 12 × 0–9'));
/** `95%`, or 0.95. Kept as a fraction. */
const share = z
  .union([
    z
      .string()
      .regex(/^\d+(\.\d+)?%$/, '95%')
      .transform((percent) => Number(percent.slice(0, -1)) / 100),
    z.number(),
  ])
  .pipe(z.number().positive('> 0%'));

const select = z.union(
  [
    z.literal('all'),
    z.strictObject({ category: key }),
    z.strictObject({ programme: z.enum(['htn', 't2dm', 'tb', 'smi']) }),
    z.strictObject({ contract: z.literal('unsigned') }),
    z.strictObject({ plan: z.enum(['any', 'major', 'serious', 'chronic', 'other']) }),
  ],
  'all | { category } | { programme: htn | t2dm | tb | smi } | { contract: unsigned } | { plan: any | major | serious | chronic | other }',
);
export type Select = z.output<typeof select>;

const due = z.union(
  [z.literal('spread'), z.literal('protocol'), z.strictObject({ on: z.array(day).min(1) })],
  'spread | protocol | { on: [YYYY-MM-DD] }',
);

const duty = z.strictObject({
  key,
  clause: text,
  title: text,
  subject: z.enum(['household', 'person', 'village', 'town', 'team', 'enrolment']),
  mode: z.enum(['create', 'adopt']).default('create'),
  select: select.default('all'),
  side: z.enum(['medical', 'cadre', 'either', 'joint', 'facility']),
  record: z.enum(recordKinds),
  due,
  /** Working days. */
  grace: z.number().int('0–30').min(0, '0–30').max(30, '0–30').default(0),
  /** Its tasks are made at approval, before the launch. */
  preparation: z.boolean().default(false),
});
export type Duty = z.output<typeof duty>;

const goal = z.strictObject({
  key,
  clause: text,
  title: text,
  /** A population of the closed list, or the key of a duty. */
  of: key,
  numerator: z.enum(measures),
  denominator: z.enum(measures),
  atLeast: share,
  by: day,
});

export const definitionSchema = z.strictObject({
  key,
  name: text,
  window: z.strictObject({ from: day, to: day }),
  notice: z.strictObject({ no: text, on: day }),
  issuedBy: z.array(key).min(1, '≥ 1'),
  areas: z.array(areaCode).min(1, '≥ 1'),
  /** Areas that begin later than the launch. */
  waves: z.array(z.strictObject({ on: day, areas: z.array(areaCode).min(1, '≥ 1') })).default([]),
  quietHours: z.strictObject({ from: timeOfDay, to: timeOfDay }),
  capacity: z.strictObject({ stopsPerPairPerWorkingDay: z.number().int('1–50').min(1, '1–50').max(50, '1–50') }),
  ladder: z.array(
    z.strictObject({ level: z.number().int('1, 2, 3 …'), to: z.string().nullish(), after: z.number().int('≥ 1') }),
  ),
  duties: z.array(duty),
  goals: z.array(goal).default([]),
});

/** A campaign file as it was read, before `faultsOf` has looked at what it means. */
export type RawDefinition = z.output<typeof definitionSchema>;
/** A campaign that is possible: every level of its ladder names a post. */
export type Definition = Omit<RawDefinition, 'ladder'> & {
  readonly ladder: readonly { readonly level: number; readonly to: LadderPost; readonly after: number }[];
};

export const draftBody = z.strictObject({ yaml: z.string().min(1).max(200_000) });
export const idParams = z.strictObject({ id: z.uuid() });
const reason = z.string().trim().min(1).max(500);
export const approveBody = z.strictObject({ bureau: key.optional() });
export const waiveBody = z.strictObject({
  check: z.string().min(1).max(60),
  /** The division, week or duty it is about; left out for all of the check's subjects. */
  subject: z.string().max(60).default(''),
  reason,
});
export const pauseBody = z.strictObject({ reason, until: civilDay });
export const reasonBody = z.strictObject({ reason });
export const extendBody = z.strictObject({ reason, to: civilDay });
