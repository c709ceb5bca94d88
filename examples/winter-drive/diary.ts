// examples/winter-drive/diary.ts: the doors that a village's pair has promised each working day, never more than it can do.
import type { CivilDate } from '../../src/platform/civil.ts';
import { goesOut } from './pace.ts';

/** Stops a pair makes on a working day: `capacity` of campaign.yaml. */
export const STOPS_A_DAY = 4;

export class Diary {
  readonly #doors = new Map<CivilDate, Set<string>>();
  readonly #village: string;
  readonly #workdays: readonly CivilDate[];

  constructor(village: string, workdays: readonly CivilDate[]) {
    this.#village = village;
    this.#workdays = workdays;
  }

  /** Whether the pair can stop there that day: it is on the road, and has room or stops there already. */
  takes(door: string, day: CivilDate): boolean {
    if (!goesOut(this.#village, day)) return false;
    const doors = this.#doors.get(day);
    return doors === undefined || doors.size < STOPS_A_DAY || doors.has(door);
  }

  write(door: string, day: CivilDate): void {
    this.#doors.set(day, (this.#doors.get(day) ?? new Set()).add(door));
  }

  /** The first working day from `from` on at which it can, and somebody can be met; it is written down. Null when there is none. */
  book(door: string, from: CivilDate, meets: (day: CivilDate) => boolean): CivilDate | null {
    const day = this.#workdays.find((one) => one >= from && meets(one) && this.takes(door, one)) ?? null;
    if (day !== null) this.write(door, day);
    return day;
  }
}
