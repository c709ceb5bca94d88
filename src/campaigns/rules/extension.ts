// src/campaigns/rules/extension.ts: how far an end may move without the bureaus, and which goals move with it.
import { type CivilDate, plusDays } from '../../platform/civil.ts';
import type { Definition } from '../schema.ts';

/** Days after the end that the bureaus signed, over all extensions, for which a planner needs no signature. */
const UNSIGNED_DAYS = 30;

export const needsSignatures = (signedTo: CivilDate, to: CivilDate): boolean => to > plusDays(signedTo, UNSIGNED_DAYS);

type Goal = Definition['goals'][number];

/** A goal dated on the end of the notice is dated on the end, wherever that moves; any other keeps its own day. */
export const goalDay = (definition: Definition, goal: Goal, windowTo: CivilDate): CivilDate =>
  goal.by === definition.window.to ? windowTo : goal.by;

export interface KeptGoal {
  readonly key: string;
  readonly by: CivilDate;
  readonly why: 'own_date';
}

/** Which goals move when the end does, and why the others do not. */
export function goalsMoved({ goals, window }: Definition): {
  readonly moved: readonly string[];
  readonly kept: readonly KeptGoal[];
} {
  return {
    moved: goals.filter(({ by }) => by === window.to).map(({ key }) => key),
    kept: goals.filter(({ by }) => by !== window.to).map(({ key, by }) => ({ key, by, why: 'own_date' })),
  };
}
