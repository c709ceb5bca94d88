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
