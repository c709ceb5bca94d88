// src/reports/progress.ts: where a drive stands today: planned, seen, pace, forecast, towns, goals, and what is late on which rung.
import { isSurveyed } from '../campaigns/rules/measures.ts';
import type { Stage } from '../campaigns/rules/stages.ts';
import { countyWide } from '../campaigns/store/plan.ts';
import { type Calendar, planned } from '../places/rules.ts';
import { loadCalendar } from '../places/store.ts';
import type { CivilDate, Instant } from '../platform/civil.ts';
import type { Tx } from '../platform/db.ts';
import { type DriveClock, driveClock } from './rules/clock.ts';
import { countedState, type GoalState, surveyState } from './rules/goal.ts';
import { finishOn, type Pace, paceOf, townForecast } from './rules/pace.ts';
import { shownPercent, wilson } from './rules/share.ts';
import { launched, type Subject, subjectOf } from './scope.ts';
import { lateByRung, measure, type Rung, seenByTownAndDay, type TownTotal, tasksByState, townTotals } from './store.ts';

export interface TownProgress extends TownTotal {
  readonly seen: number;
  /** Seen of total, as it is printed. */
  readonly percent: number | null;
  readonly forecast: number | null;
  readonly shortfall: number | null;
}

export interface DutyProgress {
  readonly key: string;
  readonly title: string;
  readonly clause: string;
  readonly tasks: number;
  readonly states: Readonly<Record<string, number>>;
  /** Of those done: re-checked and right, not yet checked, refuted. Never one total. */
  readonly verified: number;
  readonly unchecked: number;
  readonly refuted: number;
  /** Joint tasks that one side did alone, with a reason. */
  readonly singleSide: number;
}

export interface Progress extends Pace {
  readonly campaignId: string;
  readonly key: string;
  readonly name: string;
  readonly stage: Stage;
  readonly window: { readonly from: CivilDate; readonly to: CivilDate };
  readonly launchedOn: CivilDate;
  readonly today: CivilDate;
  readonly clock: DriveClock;
  /** What is counted at doors: households or persons. */
  readonly counted: 'household' | 'person' | null;
  readonly total: number;
  readonly seen: number;
  readonly verified: number;
  readonly unchecked: number;
  readonly refuted: number;
  readonly credited: number;
  readonly finishOn: CivilDate | null;
  readonly finishEarliest: CivilDate | null;
  readonly finishLatest: CivilDate | null;
  readonly towns: readonly TownProgress[];
  /** Each working day from the launch to the window's end: what was planned and seen by its evening; seen is null from today on. */
  readonly days: readonly { readonly day: CivilDate; readonly planned: number; readonly seen: number | null }[];
  readonly duties: readonly DutyProgress[];
  readonly late: readonly Rung[];
}

export interface GoalProgress {
  readonly key: string;
  readonly title: string;
  readonly clause: string;
  readonly of: string;
  readonly numerator: number | null;
  readonly denominator: number | null;
  /** The share as it is printed: never on a line that it has not reached. */
  readonly percent: number | null;
  readonly atLeast: number;
  readonly by: CivilDate;
  readonly state: GoalState;
  /** Wilson's 95 % interval as printed percentages, of surveyed goals alone. */
  readonly bound: { readonly low: number; readonly high: number } | null;
}

/** Where a campaign stands. @throws DomainError before its launch. */
export function progress(tx: Tx, countyCode: string, campaignId: string, asOf: Instant): Promise<Progress> {
  return countyWide(tx, () => standing(tx, countyCode, campaignId, asOf));
}

async function standing(tx: Tx, countyCode: string, campaignId: string, asOf: Instant): Promise<Progress> {
  const subject = await subjectOf(tx, countyCode, campaignId, asOf);
  launched(subject);
  const { campaign, scope, headline } = subject;
  const calendar = await loadCalendar(tx, countyCode);
  const window = { from: campaign.windowFrom, to: campaign.windowTo };
  const clock = driveClock(window, scope.launchedOn, scope.today, calendar);
  const seen = headline ? await seenByTownAndDay(tx, scope, headline) : [];
  const totals = headline ? await townTotals(tx, scope, headline) : [];
  const workdays = calendar.workdays(scope.launchedOn, campaign.windowTo);
  const completed = workdays.filter((day) => day < scope.today);
  const byYesterday = seen.filter(({ day }) => day < scope.today);
  const onDay = byWorkday(byYesterday, workdays, calendar);
  const seenOn = completed.map((day) => onDay.get(day) ?? 0);
  const sum = (of: keyof TownTotal): number => totals.reduce((all, town) => all + Number(town[of]), 0);
  const seenSoFar = sum('verified') + sum('unchecked') + sum('refuted');
  const total = sum('total');
  const pace = paceOf(total, seenOn, seenSoFar, workdays.length);
  const left = total - sumOf(byYesterday);
  const finishAt = (daily: number | null): CivilDate | null =>
    seenSoFar >= total ? (seen.at(-1)?.day ?? null) : finishOn(left, daily, scope.today, calendar);
  let evening = 0;
  return {
    campaignId,
    key: campaign.key,
    name: campaign.name,
    stage: campaign.stage,
    window,
    launchedOn: scope.launchedOn,
    today: scope.today,
    clock,
    counted: headline?.subject ?? null,
    total,
    seen: seenSoFar,
    verified: sum('verified'),
    unchecked: sum('unchecked'),
    refuted: sum('refuted'),
    credited: sum('credited'),
    ...pace,
    finishOn: finishAt(pace.pace),
    finishEarliest: finishAt(pace.fastest),
    finishLatest: finishAt(pace.slowest),
    towns: totals.map((town) => ({
      ...town,
      seen: town.verified + town.unchecked + town.refuted,
      percent: shownPercent(town.verified + town.unchecked + town.refuted, town.total),
      ...townForecast(
        town.total,
        sumOf(byYesterday.filter((row) => row.town === town.town)),
        town.verified + town.unchecked + town.refuted,
        completed.length,
        workdays.length,
      ),
    })),
    days: workdays.map((day, n) => {
      evening += onDay.get(day) ?? 0;
      return { day, planned: planned(total, n + 1, workdays.length), seen: day < scope.today ? evening : null };
    }),
    duties: await dutyProgress(tx, subject),
    late: await lateByRung(tx, scope),
  };
}

const sumOf = (rows: readonly { readonly seen: number }[]): number => rows.reduce((all, row) => all + row.seen, 0);

/** What is seen on a day off counts to the working day before it, so that a week's pace is a week's. */
function byWorkday(
  seen: readonly { readonly day: CivilDate; readonly seen: number }[],
  workdays: readonly CivilDate[],
  calendar: Calendar,
): ReadonlyMap<CivilDate, number> {
  const counts = new Map<CivilDate, number>();
  for (const row of seen) {
    const before = calendar.latestWorkday(row.day);
    const day = workdays[0] !== undefined && before < workdays[0] ? workdays[0] : before;
    counts.set(day, (counts.get(day) ?? 0) + row.seen);
  }
  return counts;
}

/** Every duty's tasks by state, in the order of the file. */
export async function dutyProgress(tx: Tx, { campaign, scope }: Subject): Promise<DutyProgress[]> {
  const counts = await tasksByState(tx, scope);
  return campaign.definition.duties.map(({ key, title, clause }) => {
    const mine = counts.filter(({ duty }) => duty === key);
    const sum = (of: 'count' | 'verified' | 'refuted' | 'singleSide'): number =>
      mine.reduce((all, row) => all + row[of], 0);
    const done = mine
      .filter(({ state }) => state === 'done' || state === 'done_late')
      .reduce((all, row) => all + row.count, 0);
    return {
      key,
      title,
      clause,
      tasks: sum('count'),
      states: Object.fromEntries(mine.map(({ state, count }) => [state, count])),
      verified: sum('verified'),
      unchecked: done - sum('verified') - sum('refuted'),
      refuted: sum('refuted'),
      singleSide: sum('singleSide'),
    };
  });
}

/** Every goal with its numerator and denominator, counted now. */
export async function goals(tx: Tx, countyCode: string, campaignId: string, asOf: Instant): Promise<GoalProgress[]> {
  return goalProgress(tx, await subjectOf(tx, countyCode, campaignId, asOf));
}

export async function goalProgress(tx: Tx, { campaign, scope, headline }: Subject): Promise<GoalProgress[]> {
  const found: GoalProgress[] = [];
  for (const goal of campaign.definition.goals) {
    const { key, title, clause, of, atLeast, by } = goal;
    const numerator = await measure(tx, scope, goal.numerator, of, headline);
    const denominator = await measure(tx, scope, goal.denominator, of, headline);
    const sampled = isSurveyed(goal.numerator);
    found.push({
      key,
      title,
      clause,
      of,
      numerator,
      denominator,
      percent: numerator === null || denominator === null ? null : shownPercent(numerator, denominator, atLeast),
      atLeast,
      by,
      state: sampled
        ? surveyState(numerator, denominator, atLeast)
        : countedState(numerator, denominator, atLeast, scope.today > by),
      bound: sampled && numerator !== null && denominator ? shownBound(numerator, denominator, atLeast) : null,
    });
  }
  return found;
}

function shownBound(numerator: number, denominator: number, atLeast: number): { low: number; high: number } {
  const { low, high } = wilson(numerator, denominator);
  const shown = (end: number): number => shownPercent(end, 1, atLeast, 2) ?? 0;
  return { low: shown(low), high: shown(high) };
}
