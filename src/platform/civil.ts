// src/platform/civil.ts: civil dates and instants as plain strings, so that rules, workflows, SQL and JSON share one form.
import { Temporal } from 'temporal-polyfill';

/** A day in the county's calendar, `YYYY-MM-DD`. Compares correctly as a string. */
export type CivilDate = `${number}-${number}-${number}`;
/** A moment, UTC with milliseconds, `YYYY-MM-DDTHH:mm:ss.sssZ`. Compares correctly as a string. */
export type Instant = `${CivilDate}T${string}Z`;
/** A time of day in the county, `HH:mm`. */
export type TimeOfDay = `${number}:${number}`;

const ZONE = '+08:00'; // Asia/Shanghai: no daylight saving since 1991, and a fixed offset needs no zone data in a workflow

/** @throws RangeError when `text` is not a day that exists. */
export function civilDate(text: string): CivilDate {
  return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() as CivilDate;
}

/** @throws RangeError when `text` is not an ISO 8601 instant with an offset. */
export function instant(text: string | number | Date): Instant {
  const ms = typeof text === 'string' ? Temporal.Instant.from(text).epochMilliseconds : Number(text);
  return new Date(ms).toISOString() as Instant;
}

/** Milliseconds since 1970-01-01T00:00Z. */
export function epochMs(at: Instant): number {
  return Date.parse(at);
}

/** The county's civil date at an instant. */
export function dateOf(at: Instant): CivilDate {
  return new Date(epochMs(at) + 8 * 3_600_000).toISOString().slice(0, 10) as CivilDate;
}

/** The county's time of day at an instant, `HH:mm`. */
export function timeOf(at: Instant): TimeOfDay {
  return new Date(epochMs(at) + 8 * 3_600_000).toISOString().slice(11, 16) as TimeOfDay;
}

/** The instant at which the county's clocks show `time` on `day`. */
export function at(day: CivilDate, time: TimeOfDay): Instant {
  return instant(`${day}T${time}:00${ZONE}`);
}

export function plusMinutes(moment: Instant, minutes: number): Instant {
  return instant(epochMs(moment) + minutes * 60_000);
}

export function plusMs(moment: Instant, ms: number): Instant {
  return instant(epochMs(moment) + ms);
}

export function plusDays(day: CivilDate, days: number): CivilDate {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10) as CivilDate;
}

/** Calendar months, clamped to the month's end: 2018-11-30 plus 3 is 2019-02-28. */
export function plusMonths(day: CivilDate, months: number): CivilDate {
  return Temporal.PlainDate.from(day).add({ months }).toString() as CivilDate;
}

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: CivilDate, to: CivilDate): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000;
}

/** Completed years on the day `on`. */
export function ageOn(bornOn: CivilDate, on: CivilDate): number {
  return Temporal.PlainDate.from(bornOn).until(on, { largestUnit: 'year' }).years;
}

/** 1 Monday … 7 Sunday. */
export function weekday(day: CivilDate): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay() || 7;
}
