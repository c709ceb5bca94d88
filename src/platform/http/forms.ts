// src/platform/http/forms.ts: days and moments as bodies and answers carry them.
import * as z from 'zod';
import { type CivilDate, type Instant, instant } from '../civil.ts';

/** A day in the county, `YYYY-MM-DD`, given or told. */
export const civilDay = z.iso.date().describe('a day in the county, YYYY-MM-DD') as unknown as z.ZodType<
  CivilDate,
  CivilDate
>;

/** A moment as we tell it: UTC with milliseconds. */
export const moment = z.iso.datetime() as unknown as z.ZodType<Instant, Instant>;

/** A moment as somebody gives it, with her own offset. */
export const momentGiven = z.iso
  .datetime({ offset: true })
  .refine((text) => text >= '1900' && text < '2200', {
    error: 'a year from 1900 to 2199',
    params: { code: 'field_year' },
  })
  .transform((text) => instant(text))
  .describe('ISO 8601 with an offset') as unknown as z.ZodType<Instant, Instant>;
