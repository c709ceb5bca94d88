// src/tasks/rules/ladder.ts: which level is told that a task is late, and on which morning. An outage delays it, never compresses it.
import type { Calendar } from '../../places/rules.ts';
import { type CivilDate, plusDays } from '../../platform/civil.ts';
import { countsAfter, lateDays, morningsAfter, stopOn, type TaskDates } from './status.ts';

/** Level k is told `afterDays[k - 1]` late days past the grace. Rising, the first at least 1: the example's is 1, 2, 5. */
export interface Ladder {
  readonly afterDays: readonly number[];
}

/** A step already written in the task's current cycle, told or skipped. */
export interface Rung {
  readonly level: number;
  /** The morning that decided it. */
  readonly decidedOn: CivilDate;
}

/** What the ladder needs to know of a task. */
export interface ClimbRow {
  readonly task: TaskDates;
  /** Its campaign is running, or it belongs to routine. */
  readonly running: boolean;
  /** Of the current cycle only: a moved due date begins at level 1 again. */
  readonly rungs: readonly Rung[];
  /** The morning of its last step in whichever cycle: one a morning, though its date has moved since. */
  readonly lastStepOn: CivilDate | null;
  /** The latest day promised by an acknowledgement of this cycle. */
  readonly promisedOn: CivilDate | null;
  /** The area has sent everything up to this day; null where no device is active, and then nobody can have unsent work. */
  readonly horizonOn: CivilDate | null;
  /** Levels with nobody reachable in them, as of the sweep. */
  readonly vacant: readonly number[];
}

export const StepKind = { told: 'told', skipped: 'skipped', noWord: 'no_word' } as const;
export type StepKind = (typeof StepKind)[keyof typeof StepKind];

export interface Step {
  readonly level: number;
  /** `no_word` asks for a call before it accuses: the area has sent nothing since before the due date. */
  readonly kind: StepKind;
  /** The morning on which it is decided. */
  readonly decidedOn: CivilDate;
  /** The day on which late days first reached the threshold; `sweepAt` of it is the moment it fell due. */
  readonly dueOn: CivilDate;
}

/**
 * At most one step a task a morning. A vacant level is written as skipped and the next one with somebody in it is told
 * in the same step, without a threshold of its own; the rung after counts from this morning.
 *
 * @param day the latest working day whose morning has passed; the latest calendar day for a task bounded by presence.
 * @param today the county's date, where it is later than `day`: nobody is told about a task whose clock stands today.
 * @returns nothing, one told level, or a run of skipped ones that ends with the told one (or with the top of the ladder).
 */
export function climb(
  row: ClimbRow,
  ladder: Ladder,
  day: CivilDate,
  calendar: Calendar,
  today: CivilDate = day,
): readonly Step[] {
  const { task, rungs } = row;
  if (task.closeReason !== null || !row.running) return [];
  if (stopOn(task, day) !== null || stopOn(task, today) !== null) return [];
  if (row.lastStepOn !== null && row.lastStepOn >= day) return [];
  if (row.promisedOn !== null && row.promisedOn >= day) return [];

  const levels = thresholds(task, ladder, calendar);
  const below = rungs.reduce<Rung | null>((top, rung) => (top && top.level > rung.level ? top : rung), null);
  const level = (below?.level ?? 0) + 1;
  const threshold = levels[level - 1];
  if (threshold === undefined || lateDays(task, day, calendar) < threshold) return [];
  if (below) {
    const rest = Math.max(1, threshold - (levels[level - 2] ?? 0));
    if (morningsAfter(task, below.decidedOn, day, calendar).length < rest) return [];
  }

  const dueOn = morningsAfter(task, countsAfter(task), day, calendar)[threshold - 1] ?? day;
  const steps: Step[] = [];
  for (let k = level; k <= levels.length; k++) {
    if (row.vacant.includes(k)) {
      steps.push({ level: k, kind: StepKind.skipped, decidedOn: day, dueOn });
      continue;
    }
    const noWord = k >= 2 && row.horizonOn !== null && row.horizonOn < task.dueOn;
    steps.push({ level: k, kind: noWord ? StepKind.noWord : StepKind.told, decidedOn: day, dueOn });
    break;
  }
  return steps;
}

/**
 * Late days at which each level is told. Where somebody leaves, the last level is told on the morning before at the
 * latest and the ones below make room, one morning each; with fewer mornings than levels the order and the mornings stand.
 */
export function thresholds(task: TaskDates, ladder: Ladder, calendar: Calendar): readonly number[] {
  const normal = ladder.afterDays.map((after) => task.grace + after);
  if (task.boundedUntil === null) return normal;
  const mornings = morningsAfter(task, countsAfter(task), plusDays(task.boundedUntil, -1), calendar).length;
  return normal.map((threshold, n) => Math.max(n + 1, Math.min(threshold, mornings - (normal.length - 1 - n))));
}
