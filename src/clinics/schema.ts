// src/clinics/schema.ts: what comes in and goes out of the clinics' doors.
import * as z from 'zod';
import type { TimeOfDay } from '../platform/civil.ts';
import { civilDay, moment } from '../platform/http/forms.ts';
import { stages } from './rules.ts';

const time = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
  .describe('HH:mm in the county') as unknown as z.ZodType<TimeOfDay, TimeOfDay>;
const reason = z.string().trim().min(1).max(200);

const when = { heldOn: civilDay, fromTime: time, toTime: time, place: z.string().trim().min(1).max(100) };

export const NewSession = z.strictObject({
  campaignId: z.uuid().nullish(),
  areaCode: z
    .string()
    .regex(/^\d{9}$/)
    .describe('the town that holds it'),
  villageCode: z
    .string()
    .regex(/^\d{12}$/)
    .nullish()
    .describe('where it stands, when not at the town'),
  ...when,
  lateReason: reason.nullish().describe('required where the day has passed: a late entry, in a column of its own'),
});
export type NewSession = z.infer<typeof NewSession>;

export const professions = ['doctor', 'nurse', 'pharmacist', 'public_health', 'other'] as const;

export const Staffing = z.strictObject({
  staff: z
    .array(z.strictObject({ accountId: z.uuid(), profession: z.enum(professions) }))
    .min(1)
    .max(100),
});
export type Staffing = z.infer<typeof Staffing>;

export const CheckIn = z
  .strictObject({
    personId: z.uuid().nullish(),
    name: z.string().trim().min(1).max(50).nullish().describe('somebody not on the register'),
    services: z.int().min(1).max(50).default(1).describe('person-times: how many services she was given'),
  })
  .refine((body) => (body.personId == null) !== (body.name == null), { path: ['personId'] });
export type CheckIn = z.infer<typeof CheckIn>;

/** Programmes a finding can enrol into. */
const clinicProgrammes = ['htn', 't2dm'] as const;

export const Finding = z.strictObject({
  attendanceId: z.uuid(),
  finding: z.string().trim().min(1).max(500),
  disposition: z
    .enum(['none', 'referral', 'enrolment', 'advice'])
    .nullish()
    .describe('may wait, but not beyond the closing of the session; a referral or an enrolment is opened at once'),
  programme: z.enum(clinicProgrammes).nullish().describe('required for an enrolment'),
  urgent: z.boolean().nullish().describe('a referral that rings at once, at any hour'),
});
export type Finding = z.infer<typeof Finding>;

export const Closing = z.strictObject({
  lateReason: reason.nullish().describe('required more than three days after the session: a late entry'),
});
export type Closing = z.infer<typeof Closing>;

export const Sheets = z.strictObject({
  sheets: z
    .array(
      z.strictObject({
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .describe('of the photo of the sheet, in lower case'),
        reference: z.string().trim().min(1).max(100).describe('where the paper is kept'),
        lines: z.int().min(1).max(200).describe('signatures on it, one a person-time'),
      }),
    )
    .min(1)
    .max(50)
    .refine((sheets) => new Set(sheets.map((one) => one.sha256)).size === sheets.length, 'a sheet stands once'),
});
export type Sheets = z.infer<typeof Sheets>;

export const Rescheduling = z.strictObject({ ...when, reason });
export type Rescheduling = z.infer<typeof Rescheduling>;

export const Cancelling = z.strictObject({ reason });
export const Nothing = z.strictObject({});
export const SessionParams = z.strictObject({ id: z.uuid() });
export type SessionParams = z.infer<typeof SessionParams>;
export const BoardQuery = z.strictObject({ campaign: z.uuid() });

const numbers = { persons: z.int(), personTimes: z.int(), professionals: z.int() };

export const SessionReply = z.strictObject({
  id: z.uuid(),
  campaignId: z.uuid().nullable(),
  areaCode: z.string(),
  villageCode: z.string().nullable(),
  ...when,
  stage: z.enum(stages),
  staff: z.int(),
  ...numbers,
  signInEvidence: z.boolean().describe('so many person-times, or so late an entry, that the sign-in sheets are wanted'),
  lateReason: z.string().nullable().describe('why it was entered late; null: in time'),
  sheetLines: z.int().describe('signatures on the sheets on file'),
  counts: z.boolean().describe('for the goal and the town: a late entry only with sheets for all its person-times'),
  openFindings: z.int().describe('findings without a disposition'),
  history: z.array(
    z.strictObject({
      stage: z.enum(stages),
      at: moment,
      byAccount: z.uuid().nullable(),
      reason: z.string().nullable(),
    }),
  ),
});
export type SessionReply = z.infer<typeof SessionReply>;

export const CheckInReply = z.strictObject({
  attendanceId: z.uuid(),
  again: z.boolean().describe('she had signed in before: nothing was added'),
});

export const BoardReply = z.strictObject({
  weeks: z.array(civilDay).describe('Mondays'),
  towns: z.array(
    z.strictObject({
      areaCode: z.string(),
      name: z.string(),
      sessions: z.array(
        z.strictObject({
          id: z.uuid(),
          weekOf: civilDay,
          heldOn: civilDay,
          stage: z.enum(stages),
          lateEntry: z.boolean(),
          ...numbers,
        }),
      ),
    }),
  ),
  emptyTowns: z.array(z.string()),
  daysAhead: z.int().describe('to the window’s end, today among them'),
  workdaysAhead: z.int(),
  sessions: z.int().describe('reported in time, which the totals are of'),
  ...numbers,
  lateEntries: z
    .strictObject({
      sessions: z.int(),
      counted: z.int().describe('with sheets for all their person-times'),
      ...numbers,
    })
    .describe('reported sessions that were entered late: in no total above'),
  meanPersonTimes: z.number().nullable().describe('a session, to one decimal'),
  signInEvidence: z.boolean(),
});
export type BoardReply = z.infer<typeof BoardReply>;
