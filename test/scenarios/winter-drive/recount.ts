// test/scenarios/winter-drive/recount.ts: everything the drive came to beside a second count of it.
import type { Driven } from './drive.ts';
import { expectedOf } from './expected.ts';
import * as facts from './facts.ts';
import { type ExpectedRung, expectedRungs } from './rungs.ts';

const EMPTY_POST = '450803002';
const RUNNING = { from: '2018-01-09T00:30:00.000Z', until: '2018-02-28T16:00:00.000Z' }; // to the last midnight of the window, UTC

/** A figure of the drive twice: as the product's rows have it, and as the registers, the schedule and the dates alone do. */
export interface Recount {
  readonly made: readonly [unknown, unknown];
  readonly adopted: readonly [unknown, unknown];
  readonly next: readonly [unknown, unknown];
  readonly endings: readonly [unknown, unknown];
  readonly seen: readonly [number, number];
  readonly urgent: readonly [number, number];
  /** One line a rung: morning, task, cycle and level, kind. */
  readonly rungs: readonly [readonly string[], readonly string[]];
}

export async function recount({ office: { db }, schedule }: Driven): Promise<Recount> {
  const expected = expectedOf(schedule.households, schedule.stops);
  const days = await facts.calendarDays(db, '2018-01-09', '2018-03-08');
  const rungs = expectedRungs(await facts.dated(db), await facts.held(db), days, [EMPTY_POST], RUNNING);
  return {
    made: [await facts.made(db), expected.made],
    adopted: [await facts.adopted(db), expected.adopted],
    next: [await facts.next(db), expected.next],
    endings: [await facts.endings(db), expected.endings],
    seen: [await facts.seen(db), expected.seen],
    urgent: [await facts.urgent(db), expected.urgent],
    rungs: [(await facts.climbed(db)).map(told).sort(), rungs.map(told).sort()],
  };
}

const told = ({ task, cycle, level, kind, morning }: ExpectedRung | facts.Climbed): string =>
  `${morning} ${task} ${cycle}/${level} ${kind}`;
