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

export const Finding = z.strictObject({
  attendanceId: z.uuid(),
  finding: z.string().trim().min(1).max(500),
  disposition: z
    .enum(['none', 'referral', 'enrolment', 'advice'])
    .nullish()
    .describe('may wait, but not beyond the closing of the session'),
});
export type Finding = z.infer<typeof Finding>;

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
  signInEvidence: z.boolean().describe('so many person-times that the sign-in sheets are wanted'),
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
        z.strictObject({ id: z.uuid(), weekOf: civilDay, heldOn: civilDay, stage: z.enum(stages), ...numbers }),
      ),
    }),
  ),
  emptyTowns: z.array(z.string()),
  daysAhead: z.int().describe('to the window’s end, today among them'),
  workdaysAhead: z.int(),
  sessions: z.int().describe('reported ones, which the totals are of'),
  ...numbers,
  meanPersonTimes: z.number().nullable().describe('a session, to one decimal'),
  signInEvidence: z.boolean(),
});
export type BoardReply = z.infer<typeof BoardReply>;
