// src/notices/rules.ts: what becomes of a notice after an attempt, and the names it is known by outside.
import { at, dateOf, type Instant, plusDays, plusMinutes, type TimeOfDay, timeOf } from '../platform/civil.ts';
import { digestAt } from '../tasks/rules/sweep-times.ts';

/** How an attempt ended. `unknown`: the mail's text had begun to leave when the line broke, so nobody can say. */
export type Outcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'unknown'; readonly code: string }
  | { readonly kind: 'temporary'; readonly code: string; readonly serverDown: boolean }
  | { readonly kind: 'permanent'; readonly code: string };

/** Temporary refusals before a notice is given up: with the pauses below, more than a day of them. */
export const MOST_REFUSALS = 12;
const FIRST_PAUSE = 5; // min: greylisting asks for 1 to 5
const LONGEST_PAUSE = 4 * 60; // min: a routine mail is still worth sending the same day
const URGENT_PAUSE = 1; // min
const LONGEST_URGENT_PAUSE = 10; // min: the alarms that follow come after 15 and 30

/** Between these two nothing routine leaves; `from` is later than `to` where they cross midnight, as they mostly do. */
export interface QuietHours {
  readonly from: TimeOfDay;
  readonly to: TimeOfDay;
}

/** The county's night. A campaign's own quiet hours rule what is sent about that campaign. */
export const COUNTY_QUIET: QuietHours = { from: '20:00', to: '07:30' };

/** When to try again after `refusals` temporary refusals (this one included), or null to give the notice up. */
export function nextTry(
  { urgent, usefulUntil, quiet }: { urgent: boolean; usefulUntil: Instant | null; quiet: QuietHours },
  refusals: number,
  asOf: Instant,
): Instant | null {
  if (refusals >= MOST_REFUSALS) return null;
  const [first, longest] = urgent ? [URGENT_PAUSE, LONGEST_URGENT_PAUSE] : [FIRST_PAUSE, LONGEST_PAUSE];
  const again = leavesAt(urgent, plusMinutes(asOf, Math.min(longest, first * 2 ** (refusals - 1))), quiet);
  return usefulUntil !== null && again > usefulUntil ? null : again;
}

/** Routine mail waits through quiet hours, and then for the digests' hour; an urgent one does not. */
export function leavesAt(urgent: boolean, wished: Instant, quiet: QuietHours = COUNTY_QUIET): Instant {
  if (urgent || !isQuiet(wished, quiet)) return wished;
  const today = dateOf(wished);
  const day = timeOf(wished) < quiet.to ? today : plusDays(today, 1);
  const ends = at(day, quiet.to);
  return ends > digestAt(day) ? ends : digestAt(day);
}

/** Quiet from its first minute to the minute before its last. */
export function isQuiet(asOf: Instant, { from, to }: QuietHours = COUNTY_QUIET): boolean {
  const time = timeOf(asOf);
  return from > to ? time >= from || time < to : time >= from && time < to;
}

/** When a person who has had today's digest may get another. */
export function nextDigest(asOf: Instant): Instant {
  return digestAt(plusDays(dateOf(asOf), 1));
}

/** The same for every attempt, so that a mail server or a reader can tell a repeat. */
export const messageId = (noticeId: string): string => `<${noticeId}@doorstep>`;
