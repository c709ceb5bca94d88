// src/places/schema.ts: how divisions and days look from outside.
import * as z from 'zod';
import { civilDay } from '../platform/http/forms.ts';
import { PageQuery, pageSchema } from '../platform/http/page.ts';

export const DivisionCode = z.string().regex(/^(\d{6}|\d{9}|\d{12})$/);

export const DivisionReply = z.object({
  code: DivisionCode,
  level: z.enum(['county', 'town', 'village']),
  parentCode: z.string().nullable(),
  name: z.string().describe('names repeat: two villages may both be 王家村'),
  mergedInto: z.string().nullable(),
});
export const DivisionPage = pageSchema(DivisionReply);
export const DivisionQuery = PageQuery.extend({ under: DivisionCode.optional().describe('the county when absent') });

export const CalendarQuery = z.object({ from: civilDay, to: civilDay });
export const CalendarReply = z.object({
  days: z.array(
    z.object({ day: z.string(), workday: z.boolean(), name: z.string().nullable(), provisional: z.boolean() }),
  ),
  spans: z.array(z.object({ layer: z.string(), fromOn: z.string(), toOn: z.string(), name: z.string() })),
});
