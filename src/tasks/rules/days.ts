// src/tasks/rules/days.ts: days in a row, as holds, absences and outages give them.
import type { CivilDate } from '../../platform/civil.ts';

/** Both included; `toOn` null: until further notice. */
export interface Days {
  readonly fromOn: CivilDate;
  readonly toOn: CivilDate | null;
}

export function covers(days: readonly Days[], on: CivilDate): boolean {
  return days.some(({ fromOn, toOn }) => fromOn <= on && (toOn === null || on <= toOn));
}
