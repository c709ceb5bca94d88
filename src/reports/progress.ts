// src/reports/progress.ts: where a drive stands today: planned, seen, pace, forecast, towns, goals, and what is late on which rung.
import type { Stage } from '../campaigns/rules/stages.ts';
import { countyWide } from '../campaigns/store/plan.ts';
import { type Calendar, planned } from '../places/rules.ts';
import { loadCalendar } from '../places/store.ts';
import type { CivilDate, Instant } from '../platform/civil.ts';
import type { Tx } from '../platform/db.ts';
import { type DriveClock, driveClock } from './rules/clock.ts';
import { finishOn, type Pace, paceOf, townForecast } from './rules/pace.ts';
import { shownPercent } from './rules/share.ts';
import { launched, type Subject, subjectOf } from './scope.ts';
import { type DoorCounts, seenByTownAndDay, type TownTotal, townTotals } from './store/doors.ts';
import { type DutyStates, lateByRung, type Rung, tasksByState } from './store/tasks.ts';

export interface TownProgress extends TownTotal {
  /** Seen of total, as it is printed. */
  readonly percent: number | null;
  readonly forecast: number | null;
  readonly shortfall: number | null;
}

export interface DutyProgress {
  readonly key: string;
  readonly title: string;
  readonly clause: string;
  /** What the goals count, by state; next tasks are beside. */
  readonly tasks: number;
  readonly states: Readonly<Record<string, number>>;
  /** Tasks that followed from what was found: minded, in no goal. */
  readonly next: number;
  /** Of those done: re-checked and right, not yet checked, refuted. Never one total. */
  readonly verified: number;
  readonly unchecked: number;
  readonly refuted: number;
  /** Joint tasks that one side did alone, with a reason. */
  readonly singleSide: number;
}

export interface Progress extends Pace, DoorCounts {
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
  readonly finishOn: CivilDate | null;
  readonly finishEarliest: CivilDate | null;
  readonly finishLatest: CivilDate | null;
  readonly towns: readonly TownProgress[];
  /** Each working day from the launch to the window's end: what was planned and seen by its evening; seen is null from today on. */
  readonly days: readonly { readonly day: CivilDate; readonly planned: number; readonly seen: number | null }[];
  readonly duties: readonly DutyProgress[];
  readonly late: readonly Rung[];
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
  const counted = inAll(totals);
  const { total, seen: seenSoFar } = counted;
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
    ...counted,
    ...pace,
    finishOn: finishAt(pace.pace),
    finishEarliest: finishAt(pace.fastest),
    finishLatest: finishAt(pace.slowest),
    towns: totals.map((town) => ({
      ...town,
      percent: shownPercent(town.seen, town.total),
      ...townForecast(
        town.total,
        sumOf(byYesterday.filter((row) => row.town === town.town)),
        town.seen,
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

/** A county's doors are its towns' together. */
export function inAll(towns: readonly DoorCounts[]): DoorCounts {
  const sum = (of: keyof DoorCounts): number => towns.reduce((all, town) => all + town[of], 0);
  return {
    total: sum('total'),
    seen: sum('seen'),
    verified: sum('verified'),
    unchecked: sum('unchecked'),
    refuted: sum('refuted'),
    lateEntry: sum('lateEntry'),
    credited: sum('credited'),
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

/** States of what is done: in time, late, recorded too late, or before the launch. */
const DONE: readonly string[] = ['done', 'done_late', 'late_entry', 'credited'];

/** Every duty's tasks by state, in the order of the file. */
export async function dutyProgress(tx: Tx, { campaign, scope }: Subject): Promise<DutyProgress[]> {
  const counts = await tasksByState(tx, scope);
  return campaign.definition.duties.map(({ key, title, clause }) => {
    const mine = counts.filter(({ duty, inGoal }) => duty === key && inGoal);
    const { verified, unchecked, refuted, singleSide } = checked(mine);
    return {
      key,
      title,
      clause,
      tasks: mine.reduce((all, row) => all + row.count, 0),
      states: Object.fromEntries(mine.map(({ state, count }) => [state, count])),
      next: counts.filter(({ duty, inGoal }) => duty === key && !inGoal).reduce((all, row) => all + row.count, 0),
      verified,
      unchecked,
      refuted,
      singleSide,
    };
  });
}

/** What re-checks said of the tasks that are done. */
function checked(rows: readonly DutyStates[]) {
  const done = rows.filter(({ state }) => DONE.includes(state));
  const sum = (of: 'count' | 'verified' | 'refuted' | 'singleSide'): number =>
    done.reduce((all, row) => all + row[of], 0);
  const [verified, refuted] = [sum('verified'), sum('refuted')];
  return { verified, refuted, unchecked: sum('count') - verified - refuted, singleSide: sum('singleSide') };
}
