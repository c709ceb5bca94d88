// src/teams/schema.ts: how teams look from outside, and what changes them.
import * as z from 'zod';
import { DivisionCode } from '../places/schema.ts';
import { civilDay as day, moment } from '../platform/http/forms.ts';
import { PageQuery, pageSchema } from '../platform/http/page.ts';
import { type MemberSource, memberSources } from './rules.ts';

const source = z.enum(Object.values(memberSources) as [MemberSource, ...MemberSource[]]);
const side = z.enum(['medical', 'cadre', 'facility']);

export const MemberReply = z.object({
  accountId: z.uuid(),
  name: z.string(),
  role: z.enum(['lead', 'member']),
  source,
  fromOn: day,
  toOn: day.nullable(),
});
export const TeamReply = z.object({
  id: z.uuid(),
  areaCode: z.string(),
  side,
  name: z.string(),
  fromOn: day,
  toOn: day.nullable(),
  members: z.array(MemberReply),
});
export const TeamPage = pageSchema(TeamReply);
export const TeamQuery = PageQuery.extend({
  area: DivisionCode.optional().describe('a town or village; the county when absent'),
});
export const TeamParams = z.object({ id: z.uuid() });
export const VillageParams = z.object({ code: z.string().regex(/^\d{12}$/) });
export const VillageReply = z.object({
  code: z.string(),
  name: z.string(),
  medical: TeamReply.nullable(),
  cadre: TeamReply.nullable(),
  households: z.int(),
  people: z.int(),
  signed: z.int().describe('households with a contract'),
});

export const LeaveBody = z.strictObject({
  accountId: z.uuid(),
  fromOn: day,
  toOn: day,
  substituteId: z.uuid().describe('told in that person’s place on these days, once this account has consented'),
});
export type LeaveBody = z.infer<typeof LeaveBody>;

export const LeaveParams = z.object({ id: z.uuid() });
export const LeaveList = z.object({
  items: z.array(
    z.object({
      id: z.uuid(),
      accountId: z.uuid(),
      fromOn: day,
      toOn: day,
      substituteId: z.uuid(),
      consentedAt: moment.nullable().describe('null: it waits for the substitute, and changes nothing'),
    }),
  ),
});
export const Done = z.object({});

export const MemberChangeBody = z.strictObject({
  leavingId: z.uuid().describe('the account that leaves the team'),
  comingId: z.uuid().describe('the account that takes over the same post'),
  source,
  fromOn: day.describe('the first day of the one coming; the day before is the last of the one leaving'),
});
export type MemberChangeBody = z.infer<typeof MemberChangeBody>;

export const RosterBody = z.strictObject({
  shifts: z
    .array(
      z.strictObject({
        areaCode: DivisionCode,
        fromAt: moment,
        toAt: moment,
        firstId: z.uuid(),
        secondId: z.uuid(),
        phone: z.string().regex(/^[\d-]{7,20}$/),
      }),
    )
    .min(1)
    .max(2_000),
});
export type RosterBody = z.infer<typeof RosterBody>;

export const Made = z.object({ id: z.uuid() });
export const Counted = z.object({ written: z.int() });
