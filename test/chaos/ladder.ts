// test/chaos/ladder.ts: a ladder climbed morning by morning, the slow and obvious way; shares no code with the product's.
import type { Facts, LadderTask, Rung } from './facts.ts';
import { LADDER } from './script.ts';

const ROUTINE = [1, 2, 5]; // working days past due: what belongs to no drive

/** The rungs that tasks earn on `mornings`, of all the working `days`. Nobody is missing, nothing is held or promised. */
export function earned(tasks: Facts['tasks'], days: readonly string[], mornings: readonly string[]): Rung[] {
  return tasks.flatMap((task) => climbed(task, days, mornings));
}

function climbed(task: LadderTask, days: readonly string[], mornings: readonly string[]): Rung[] {
  const after = task.ofDrive ? LADDER : ROUTINE;
  const between = (from: string, to: string): number => days.filter((day) => from < day && day <= to).length;
  const rungs: Rung[] = [];
  for (const morning of mornings) {
    const closed = task.closedOn !== null && task.closedOn < morning; // a visit of the same day comes after its sweep
    if (closed || task.bornOn > morning) continue;
    const level = rungs.length + 1;
    const wait = after[level - 1];
    const below = rungs.at(-1);
    if (wait === undefined || between(task.lateAfter, morning) < task.grace + wait) continue;
    if (below && between(below.decidedOn, morning) < wait - (after[level - 2] ?? 0)) continue;
    rungs.push({ task: task.task, cycle: 0, level, kind: 'told', decidedOn: morning });
  }
  return rungs;
}
