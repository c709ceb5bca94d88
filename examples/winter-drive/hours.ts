// examples/winter-drive/hours.ts: when in the day a stop is made, how long it takes, and when the county hears of it.
import { at, type CivilDate, dateOf, type Instant, plusDays, plusMinutes } from '../../src/platform/civil.ts';
import { chance } from './chance.ts';
import type { Stop } from './field-work.ts';

/** Minutes after midnight around which a pair knocks at its first, second, third and fourth door. */
const KNOCKS = [8 * 60 + 55, 10 * 60 + 20, 14 * 60 + 15, 15 * 60 + 50] as const;
const AROUND = 35; // minutes before and after
const WALK = 7; // minutes to the next door
const OPENS: Instant = at('2018-01-30', '08:00'); // what happened before the example opens has been heard of by then

type Timed = Pick<Stop, 'arrivedAt' | 'leftAt' | 'heardAt'>;

/** A seeded normal value, by the sum of four even ones. */
const around = (seed: string): number => [1, 2, 3, 4].reduce((sum, n) => sum + chance(seed, n) - 0.5, 0) * Math.sqrt(3);

/**
 * @param turn 0 for the day's first door.
 * @param after when the pair left the door before.
 * @param next when somebody comes to this door again: it is heard of before.
 */
export function hoursOf(
  stop: Omit<Stop, keyof Timed>,
  turn: number,
  after: Instant | null,
  next: CivilDate | null,
): Timed {
  const seed = `${stop.registerNo}/${stop.on}`;
  const knock = (KNOCKS[turn] ?? 16 * 60) + AROUND * (2 * chance('knock', seed) - 1);
  const wanted = plusMinutes(at(stop.on, '00:00'), Math.round(knock));
  const walked = after === null ? wanted : plusMinutes(after, WALK);
  const arrivedAt = walked > wanted ? walked : wanted;
  const leftAt = plusMinutes(arrivedAt, minutesOf(stop, seed));
  return { arrivedAt, leftAt, heardAt: heardAt(stop, leftAt, seed, next) };
}

/** A talk takes some twelve minutes, a person's papers eight, a measurement nine; nobody answers in three. */
function minutesOf(stop: Omit<Stop, keyof Timed>, seed: string): number {
  if (stop.missed && stop.talk === null) return 2 + Math.round(4 * chance('nobody', seed));
  const work =
    (stop.talk === null ? 3 : 12) +
    8 * stop.verified.length +
    9 * stop.readings.length +
    (stop.contract ? 10 : 0) +
    5 * stop.referralChecks.length;
  return Math.max(4, Math.min(95, Math.round(work * Math.exp(0.32 * around(seed)))));
}

/** More than half are sent from the road; the others when the phone finds a signal, some of them days later. A danger sign never waits. */
function heardAt(stop: Omit<Stop, keyof Timed>, leftAt: Instant, seed: string, next: CivilDate | null): Instant {
  const drawn = chance('heard', seed);
  const within = (least: number, most: number): number => least + Math.round((most - least) * chance('signal', seed));
  const soon = plusMinutes(leftAt, within(1, 11));
  if (drawn < 0.56 || stop.readings.some((reading) => reading.class === 'URGENT')) return soon;
  if (drawn < 0.8) return plusMinutes(leftAt, within(12, 95));
  const evening = plusMinutes(at(stop.on, '17:50'), within(0, 200));
  if (drawn < 0.945) return evening;
  const days = drawn < 0.985 ? 1 : drawn < 0.994 ? 2 : drawn < 0.997 ? 3 : 5; // five: a late entry
  const later = plusMinutes(at(plusDays(stop.on, days), '07:55'), within(0, days === 1 ? 60 : 600));
  const tooLate = (next !== null && dateOf(later) >= next) || (leftAt < OPENS && later >= OPENS);
  return tooLate ? evening : later;
}
