// src/population/schema.ts: how households and their people look from outside: numbers are masked.
import * as z from 'zod';
import { PageQuery, pageSchema } from '../platform/http/page.ts';

export const HouseholdReply = z.object({
  id: z.uuid(),
  villageCode: z.string(),
  registerNo: z.string(),
  groupNo: z.int().describe('村民小组'),
  name: z.string().describe('its head'),
  endedOn: z.string().nullable(),
  people: z.int(),
  signedOn: z.string().nullable().describe('its latest contract'),
});
export const HouseholdPage = pageSchema(HouseholdReply);
export const HouseholdQuery = PageQuery.extend({ village: z.string().regex(/^\d{12}$/) });
export const HouseholdParams = z.object({ id: z.uuid() });

export const PersonReply = z.object({
  id: z.uuid(),
  name: z.string(),
  sex: z.enum(['m', 'f']),
  bornOn: z.string(),
  age: z.int().describe('completed years today'),
  idNo: z.string().nullable().describe('masked'),
  phone: z.string().nullable().describe('masked'),
  diedOn: z.string().nullable(),
  movedOutOn: z.string().nullable(),
  categories: z.array(z.string()),
  planClass: z.enum(['major', 'serious', 'chronic', 'other']).nullable().describe('shown to medical roles alone'),
  programmes: z.array(z.string()).describe('shown to medical roles alone'),
  place: z.enum(['home', 'away']),
  placeUntil: z.string().nullable().describe('the last day of this stay or absence'),
});
export const HouseholdWithPeople = HouseholdReply.extend({ persons: z.array(PersonReply) });

export const ChangeParams = z.object({ id: z.uuid() });
export const ChangeQuery = PageQuery.extend({
  state: z.enum(['waiting', 'decided']).default('waiting'),
});
export const ChangePage = pageSchema(
  z.object({
    id: z.uuid(),
    kind: z.enum(['died', 'moved_out', 'unknown_person', 'correction']),
    villageCode: z.string(),
    villageName: z.string(),
    householdId: z.uuid(),
    householdName: z.string(),
    personId: z.uuid().nullable(),
    personName: z.string().nullable(),
    wholeHousehold: z.boolean(),
    occurredOn: z.string(),
    recordId: z.uuid().describe('the record that asks for it'),
    requestedAt: z.string(),
    requestedBy: z.uuid(),
    requesterName: z.string(),
    openTasks: z.int().describe('what would be excused'),
    decidedAt: z.string().nullable(),
    decision: z.enum(['approved', 'rejected', 'withdrawn']).nullable(),
    reason: z.string().nullable(),
  }),
);
export const ChangeDecision = z.strictObject({
  decision: z.enum(['approved', 'rejected']),
  reason: z.string().trim().min(1).max(500).optional().describe('a rejection needs one'),
});
export const ChangeDecided = z.object({ excused: z.int().describe('tasks closed as excused on the day of the event') });
