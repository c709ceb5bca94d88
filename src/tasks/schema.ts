// src/tasks/schema.ts: what holding, promising, moving and asking for help take.
import * as z from 'zod';
import { civilDay, moment } from '../platform/http/forms.ts';
import { PageQuery, pageSchema } from '../platform/http/page.ts';

const Reason = z.string().trim().min(1).max(200).describe('stands on every report: no names');

export const IdParams = z.strictObject({ id: z.uuid() });

export const HoldBody = z
  .strictObject({
    taskId: z.uuid().optional(),
    householdId: z.uuid().optional(),
    villageCode: z
      .string()
      .regex(/^\d{12}$/)
      .optional(),
    teamId: z.uuid().optional(),
    fromOn: civilDay,
    toOn: civilDay.describe('the last day held'),
    reason: Reason,
  })
  .describe('a task, a household, a village or a team: exactly one; a campaign is paused instead');
export type HoldBody = z.output<typeof HoldBody>;

export const HoldReply = z.object({
  id: z.uuid(),
  inForce: z.boolean().describe('false: it waits for an approver other than whoever asked'),
});
export const LiftBody = z.strictObject({
  liftedOn: civilDay.optional().describe('the first day it no longer covers; default today'),
});
export const AcknowledgeBody = z.strictObject({
  promisedOn: civilDay.describe('the climb rests until then; at most 10 working days'),
});
export const MoveBody = z.strictObject({ dueOn: civilDay, reason: Reason });
export const TransferBody = z.strictObject({ teamId: z.uuid(), reason: Reason });
export const HelpBody = z.strictObject({
  taskId: z.uuid().optional(),
  areaCode: z
    .string()
    .regex(/^(\d{6}|\d{9}|\d{12})$/)
    .optional()
    .describe('where there is no task'),
  text: z.string().trim().min(1).max(500),
  urgent: z.boolean().default(false).describe('rings whoever is on duty, at any hour'),
});
export type HelpBody = z.output<typeof HelpBody>;
export const AnswerBody = z.strictObject({ text: z.string().trim().min(1).max(500).optional() });
export type AnswerBody = z.output<typeof AnswerBody>;
export const HelpQuery = PageQuery.extend({
  area: z
    .string()
    .regex(/^(\d{6}|\d{9}|\d{12})$/)
    .optional()
    .describe('this area and below'),
});
export const HelpPage = pageSchema(
  z.object({
    id: z.uuid(),
    areaCode: z.string(),
    taskId: z.uuid().nullable(),
    accountId: z.uuid(),
    accountName: z.string(),
    text: z.string(),
    urgent: z.boolean(),
    at: moment,
  }),
);
export const DeviceBody = z.strictObject({
  id: z.uuid().toLowerCase().describe('minted by the phone, the same each time'),
  areaCode: z
    .string()
    .regex(/^(\d{6}|\d{9}|\d{12})$/)
    .optional()
    .describe('the post it speaks for, where there are several'),
});
export const DeviceReply = z.object({ id: z.uuid(), areaCode: z.string() });
export const DeviceQuery = PageQuery.extend({ area: z.string().regex(/^(\d{6}|\d{9}|\d{12})$/) });
export const DevicePage = pageSchema(
  z.object({
    id: z.uuid(),
    accountId: z.uuid(),
    name: z.string().describe('whose it is'),
    areaCode: z.string(),
    heardAt: moment,
    oldestUnsentAt: moment.nullable().describe('the oldest record it still holds'),
    retiredAt: moment.nullable(),
    speaks: z.boolean().describe('it bounds what its area can be told of: its post lasts and it is not retired'),
  }),
);
export const AbsencePage = pageSchema(
  z.object({
    taskId: z.uuid(),
    campaignId: z.uuid(),
    areaCode: z.string(),
    householdId: z.uuid().nullable(),
    personId: z.uuid().nullable(),
    registerNo: z.string().nullable(),
    dueOn: civilDay,
    windowTo: civilDay,
    backOn: civilDay.describe('the first day home again, after the window’s end'),
  }),
);
export const Done = z.object({});
export const Made = z.object({ id: z.uuid() });
