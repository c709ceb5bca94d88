// src/tasks/rules/sweep-times.ts: when an area is swept, when a digest may leave, and which day's envelope a line goes into.
import type { Calendar } from '../../places/rules.ts';
import {
  at,
  type CivilDate,
  dateOf,
  type Instant,
  plusDays,
  plusMs,
  type TimeOfDay,
  timeOf,
} from '../../platform/civil.ts';
import { fnv1a } from '../../platform/fnv.ts';

const FIRST_SWEEP: TimeOfDay = '07:30';
const SWEEPS_SPAN = 20 * 60; // s: 167 areas then begin 7 s apart on average, and all are done well before the digests
const DIGESTS: TimeOfDay = '08:00';
/** Nothing routine leaves between 20:00 and the first sweep. */
const QUIET_FROM: TimeOfDay = '20:00';

/** The area's own moment on `day`: from 07:30, spread over 20 minutes by its code, the same one every day. */
export function sweepAt(area: string, day: CivilDate): Instant {
  return plusMs(at(day, FIRST_SWEEP), (fnv1a(area) % SWEEPS_SPAN) * 1000);
}

/** When a day's digests may leave. */
export function digestAt(day: CivilDate): Instant {
  return at(day, DIGESTS);
}

/** The day whose envelope takes a line written at `asOf`: today's before quiet hours, tomorrow's after. Holidays have digests too. */
export function envelopeDay(asOf: Instant): CivilDate {
  const today = dateOf(asOf);
  return timeOf(asOf) < QUIET_FROM ? today : plusDays(today, 1);
}

/** When the envelope of `day` may leave: at 08:00, or, where that has passed, at once. The courier waits for the areas' sweeps. */
export function availableAt(asOf: Instant, day: CivilDate = envelopeDay(asOf)): Instant {
  const digest = digestAt(day);
  return digest > asOf ? digest : asOf;
}

/**
 * The day up to which an area's late days count at `asOf`: thresholds cross only at its mornings.
 * @param bounded for a task bounded by presence, every calendar morning is one.
 */
export function sweptDay(area: string, asOf: Instant, calendar: Calendar, bounded: boolean): CivilDate {
  const today = dateOf(asOf);
  const day = sweepAt(area, today) <= asOf ? today : plusDays(today, -1);
  return bounded ? day : calendar.latestWorkday(day);
}

/** The area's next sweep, strictly after `asOf`: on a working day, or on any day while a task bounded by presence is open. */
export function nextSweep(area: string, asOf: Instant, calendar: Calendar, anyBounded: boolean): Instant {
  const today = dateOf(asOf);
  const ahead = sweepAt(area, today) > asOf ? today : plusDays(today, 1);
  return sweepAt(area, anyBounded ? ahead : calendar.nextWorkday(plusDays(ahead, -1)));
}
