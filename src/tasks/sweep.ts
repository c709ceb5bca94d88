// src/tasks/sweep.ts: one agenda sweep: who is told this morning that an area's tasks open, are due or are late.
import { putIntoDigests } from '../notices/store.ts';
import type { Calendar } from '../places/rules.ts';
import { loadCalendar } from '../places/store.ts';
import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { dateOf, type Instant, plusDays } from '../platform/civil.ts';
import type { Tx } from '../platform/db.ts';
import { workflowIds } from '../platform/wake.ts';
import { type LadderLevel, LadderTo, ROUTINE_LADDER } from './rules/default-ladder.ts';
import { climb, StepKind } from './rules/ladder.ts';
import { nextSweep, sweepAt, sweptDay } from './rules/sweep-times.ts';
import { noteSweep } from './store/area-sweep.ts';
import {
  type AreaFacts,
  areaFacts,
  type Candidate,
  candidates,
  type NewRung,
  type ReminderMorning,
  writeSweep,
} from './store/sweep.ts';

const PAGE = 1_000; // tasks that may need a step: 30 ms to decide, and no transaction holds more locks than that

export interface AgendaSwept {
  /** Strictly after `asOf`; null when nothing is open and no line is untaken. */
  readonly next: Instant | null;
  readonly ended: boolean;
  /** A full page was done: sweep again at once. */
  readonly more: boolean;
}

interface Mornings {
  readonly workday: ReturnType<typeof dateOf>;
  readonly day: ReturnType<typeof dateOf>;
  readonly today: ReturnType<typeof dateOf>;
}

/** Sweeps an area in the caller's READ COMMITTED transaction. Run twice, concurrently or late, it writes the same rows. */
export async function sweepAgenda(tx: Tx, actor: Actor, area: string, asOf: Instant): Promise<AgendaSwept> {
  const { countyCode } = actor;
  const calendar = await loadCalendar(tx, countyCode);
  const today = dateOf(asOf);
  const facts = await areaFacts(tx, countyCode, area, asOf);
  if (facts.open === 0 && facts.untaken === 0) {
    await noteSweep(tx, countyCode, area, null, asOf);
    return { next: null, ended: true, more: false };
  }

  const mornings = { workday: sweptDay(area, asOf, calendar, false), day: sweptDay(area, asOf, calendar, true), today };
  const { rungs, full } = await decide(tx, countyCode, area, facts, mornings, calendar);
  // Announced on worked mornings only: what is due on a weekend on the Friday before, what opened on one on the Monday.
  const reminders = mornings.workday === today ? reminderMorning(today, calendar) : null;
  const swept =
    rungs.length > 0 || reminders
      ? await writeSweep(tx, countyCode, area, rungs, reminders, facts, asOf)
      : { rungs: 0, skipped: 0, lines: 0, people: [] };

  const people = [...new Set([...swept.people, ...facts.stranded])];
  await putIntoDigests(tx, countyCode, people, asOf);
  if (swept.rungs > 0 || swept.lines > 0)
    await audit(tx, actor, asOf, 'agenda.swept', workflowIds.agenda(area), {
      rungs: swept.rungs,
      skipped: swept.skipped,
      lines: swept.lines,
    });
  const next = nextSweep(area, asOf, calendar, facts.bounded);
  await noteSweep(tx, countyCode, area, full ? asOf : next, asOf);
  return { next, ended: false, more: full };
}

/** The rungs of one page; a page without any is passed over, so that held tasks never hide the ones behind them. */
async function decide(
  tx: Tx,
  countyCode: string,
  area: string,
  facts: AreaFacts,
  mornings: Mornings,
  calendar: Calendar,
): Promise<{ rungs: NewRung[]; full: boolean }> {
  if (facts.open === 0) return { rungs: [], full: false };
  const ladders = new Map<string | null, readonly LadderLevel[]>([[null, ROUTINE_LADDER]]);
  for (const { id, running, ladder } of facts.drives)
    if (running)
      ladders.set(
        id,
        ladder.toSorted((a, b) => a.level - b.level),
      );
  const thresholds = [...ladders].map(([id, levels]) => ({ id, after: levels.map(({ after }) => after) }));
  const toTell = recipients(facts);

  for (let after: string | null = null; ; ) {
    const page: Candidate[] = await candidates(tx, countyCode, area, thresholds, mornings, after, PAGE);
    const full = page.length === PAGE;
    const rungs = page.flatMap((task) =>
      rungsOf(task, area, ladders.get(task.driveId) ?? [], toTell, facts, mornings, calendar),
    );
    after = page.at(-1)?.id ?? null;
    if (rungs.length > 0 || !full) return { rungs, full };
  }
}

function rungsOf(
  task: Candidate,
  area: string,
  levels: readonly LadderLevel[],
  toTell: (to: LadderTo, task: Candidate) => readonly string[],
  facts: AreaFacts,
  mornings: Mornings,
  calendar: Calendar,
): NewRung[] {
  const people = levels.map(({ to }) => toTell(to, task));
  const steps = climb(
    {
      task: { ...task, closeReason: null, closedOn: null },
      running: true,
      rungs:
        task.topLevel === null || task.topDecidedOn === null
          ? []
          : [{ level: task.topLevel, decidedOn: task.topDecidedOn }],
      lastStepOn: task.lastStepOn,
      promisedOn: task.promisedOn,
      horizonOn: facts.horizonOn,
      vacant: people.flatMap((of, n) => (of.length === 0 ? [n + 1] : [])),
    },
    { afterDays: levels.map(({ after }) => after) },
    task.boundedUntil === null ? mornings.workday : mornings.day,
    calendar,
    mornings.today,
  );
  return steps.map(({ level, kind, decidedOn, dueOn }) => ({
    task: task.id,
    cycle: task.cycle,
    version: task.version,
    level,
    kind,
    reason: kind === StepKind.skipped ? 'nobody' : null,
    decidedOn,
    dueAt: sweepAt(area, dueOn),
    people: kind === StepKind.skipped ? [] : (people[level - 1] ?? []),
  }));
}

/** Whom a level means for a task, remembered: an area has a handful of kinds of task in this respect. */
function recipients({ seats }: AreaFacts): (to: LadderTo, task: Candidate) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (to, { teamId, side, joint }) => {
    const kind = `${to} ${teamId} ${side} ${joint}`;
    const found =
      known.get(kind) ??
      seats.filter((seat) => isTold(seat, to, teamId, side, joint)).map(({ accountId }) => accountId);
    const distinct = [...new Set(found)];
    known.set(kind, distinct);
    return distinct;
  };
}

function isTold(
  seat: AreaFacts['seats'][number],
  to: LadderTo,
  teamId: string | null,
  side: Candidate['side'],
  joint: boolean,
): boolean {
  if (to !== LadderTo.lead) return seat.seat === to;
  if (seat.seat !== 'lead') return false;
  if (teamId !== null) return seat.teamId === teamId;
  return joint || side === 'either' ? seat.side === 'medical' || seat.side === 'cadre' : seat.side === side;
}

function reminderMorning(today: Mornings['today'], calendar: Calendar): ReminderMorning {
  return { after: calendar.latestWorkday(plusDays(today, -1)), today, next: calendar.nextWorkday(today) };
}
