// test/scenarios/winter-drive/recount.ts: everything the drive came to beside a second count of it.
import type { Driven } from './drive.ts';
import { expectedOf } from './expected.ts';
import * as facts from './facts.ts';
import type { ThirdCount } from './third-count.ts';

/** A figure of the drive twice: as the product's rows have it, and as the registers, the schedule and the dates alone do. */
export interface Recount {
  readonly made: readonly [unknown, unknown];
  readonly adopted: readonly [unknown, unknown];
  readonly next: readonly [unknown, unknown];
  readonly endings: readonly [unknown, unknown];
  readonly seen: readonly [number, number];
  readonly urgent: readonly [number, number];
  /** One line each: morning, task, cycle and level, kind. */
  readonly escalations: readonly [readonly string[], readonly string[]];
}

/** @param watched the escalations, counted from outside evening after evening while the drive went on. */
export async function recount({ office: { db }, schedule }: Driven, watched: ThirdCount): Promise<Recount> {
  const expected = expectedOf(schedule.households, schedule.stops);
  return {
    made: [await facts.made(db), expected.made],
    adopted: [await facts.adopted(db), expected.adopted],
    next: [await facts.next(db), expected.next],
    endings: [await facts.endings(db), expected.endings],
    seen: [await facts.seen(db), expected.seen],
    urgent: [await facts.urgent(db), expected.urgent],
    escalations: [(await facts.climbed(db)).map(told).sort(), watched.expected],
  };
}

const told = ({ task, cycle, level, kind, morning }: facts.Climbed): string =>
  `${morning} ${task} ${cycle}/${level} ${kind}`;
