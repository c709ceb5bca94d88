// src/reports/rules/goal.ts: whether a goal is reached, and what may be said before it is measured.
import { wilson } from './share.ts';

export const goalStates = ['reached', 'not_reached', 'not_proven', 'not_surveyed', 'not_measured', 'open'] as const;
export type GoalState = (typeof goalStates)[number];

/** A sampled goal is reached only where the interval says so. Nothing asked: 未测. */
export function surveyState(successes: number | null, asked: number | null, atLeast: number): GoalState {
  if (successes === null || asked === null || asked === 0) return 'not_surveyed';
  const { low, high } = wilson(successes, asked);
  return low >= atLeast ? 'reached' : high < atLeast ? 'not_reached' : 'not_proven';
}

/** A counted goal: reached as soon as it is, missed only when its day is over. What nobody can count is 未测, never missed. */
export function countedState(
  numerator: number | null,
  denominator: number | null,
  atLeast: number,
  over: boolean,
): GoalState {
  if (numerator === null || denominator === null) return 'not_measured';
  if (denominator > 0 && numerator / denominator >= atLeast) return 'reached';
  return over ? 'not_reached' : 'open';
}
