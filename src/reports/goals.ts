// src/reports/goals.ts: each goal with its numerator and denominator, counted when it is asked for.
import { goalDay } from '../campaigns/rules/extension.ts';
import { isSurveyed } from '../campaigns/rules/measures.ts';
import type { Definition } from '../campaigns/schema.ts';
import type { CivilDate, Instant } from '../platform/civil.ts';
import type { Tx } from '../platform/db.ts';
import { inAll } from './progress.ts';
import { countedState, type GoalState, surveyState } from './rules/goal.ts';
import { shownPercent, wilson } from './rules/share.ts';
import { type Subject, subjectOf } from './scope.ts';
import { townTotals } from './store/doors.ts';
import { measure, type RegisterMeasure } from './store/measures.ts';
import { tasksByState } from './store/tasks.ts';

type Goal = Definition['goals'][number];

export interface GoalProgress {
  readonly key: string;
  readonly title: string;
  readonly clause: string;
  readonly of: string;
  /** The same figure as elsewhere: seen is what the overview calls seen. */
  readonly numerator: number | null;
  /** Of the numerator: re-checked and refuted. They do not bring the goal nearer. */
  readonly refuted: number;
  /** Of the numerator: recorded too late to be believed in time. */
  readonly lateEntry: number;
  readonly denominator: number | null;
  /** The share as it is printed: never on a line that it has not reached. */
  readonly percent: number | null;
  readonly atLeast: number;
  readonly by: CivilDate;
  readonly state: GoalState;
  /** Wilson's 95 % interval as printed percentages, of surveyed goals alone. */
  readonly bound: { readonly low: number; readonly high: number } | null;
}

/** Every goal with its numerator and denominator, counted now. */
export async function goals(tx: Tx, countyCode: string, campaignId: string, asOf: Instant): Promise<GoalProgress[]> {
  return goalProgress(tx, await subjectOf(tx, countyCode, campaignId, asOf));
}

interface Counted {
  readonly numerator: number | null;
  readonly denominator: number | null;
  readonly refuted: number;
  readonly lateEntry: number;
}

/** A goal's two counts, from the sets that every other page counts. */
async function countsOf(tx: Tx, { scope, headline }: Subject, goal: Goal): Promise<Counted> {
  const plain = { refuted: 0, lateEntry: 0 };
  if (isSurveyed(goal.numerator)) return { ...plain, numerator: null, denominator: null }; // no survey has been held
  switch (goal.numerator) {
    case 'households_seen': {
      const doors = inAll(headline ? await townTotals(tx, scope, headline) : []);
      return { numerator: doors.seen, denominator: doors.total, refuted: doors.refuted, lateEntry: doors.lateEntry };
    }
    case 'tasks_done': {
      const rows = (await tasksByState(tx, scope)).filter(({ duty, inGoal }) => duty === goal.of && inGoal);
      const sum = (states: readonly string[], of: 'count' | 'refuted' | 'exits'): number =>
        rows.filter(({ state }) => states.includes(state)).reduce((all, row) => all + row[of], 0);
      return {
        numerator: sum(GOAL_DONE, 'count'),
        denominator: rows.reduce((all, row) => all + row.count - row.exits, 0),
        refuted: sum(GOAL_DONE, 'refuted'),
        lateEntry: sum(['late_entry'], 'count'),
      };
    }
    case 'persons_on_record': // its system is not connected: nobody can count it
      return { ...plain, numerator: null, denominator: await measure(tx, scope, 'persons') };
    default:
      return {
        ...plain,
        numerator: await measure(tx, scope, goal.numerator as RegisterMeasure),
        denominator: await measure(tx, scope, goal.denominator as RegisterMeasure),
      };
  }
}

/** What was done before the launch is credited, and in no goal. */
const GOAL_DONE: readonly string[] = ['done', 'done_late', 'late_entry'];

export async function goalProgress(tx: Tx, subject: Subject): Promise<GoalProgress[]> {
  const found: GoalProgress[] = [];
  for (const goal of subject.campaign.definition.goals) {
    const { key, title, clause, of, atLeast } = goal;
    const by = goalDay(subject.campaign.definition, goal, subject.campaign.windowTo);
    const { numerator, denominator, refuted, lateEntry } = await countsOf(tx, subject, goal);
    const stands = numerator === null ? null : numerator - refuted;
    const sampled = isSurveyed(goal.numerator);
    found.push({
      key,
      title,
      clause,
      of,
      numerator,
      refuted,
      lateEntry,
      denominator,
      percent: stands === null || denominator === null ? null : shownPercent(stands, denominator, atLeast),
      atLeast,
      by,
      state: sampled
        ? surveyState(stands, denominator, atLeast)
        : countedState(stands, denominator, atLeast, subject.scope.today > by),
      bound: sampled && stands !== null && denominator ? shownBound(stands, denominator, atLeast) : null,
    });
  }
  return found;
}

function shownBound(numerator: number, denominator: number, atLeast: number): { low: number; high: number } {
  const { low, high } = wilson(numerator, denominator);
  const shown = (end: number): number => shownPercent(end, 1, atLeast, 2) ?? 0;
  return { low: shown(low), high: shown(high) };
}
