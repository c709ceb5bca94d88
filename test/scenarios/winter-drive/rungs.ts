// test/scenarios/winter-drive/rungs.ts: which rungs the drive must have climbed, found day by day from dates alone; it shares no code with the product.

export interface Dated {
  readonly id: string;
  readonly kind: string;
  readonly area: string;
  readonly createdAt: string;
  readonly closedAt: string | null;
  readonly dueOn: string;
  readonly graceUntil: string | null;
  readonly grace: number;
  readonly boundedUntil: string | null;
  /** Claimed by the drive when, and released when: its own ladder is the same as routine's in the example, but rests while the drive is not running. */
  readonly ofDrive: boolean;
  /** When the drive handed it back to routine: the last worked morning before that is then taken up. */
  readonly releasedAt: string | null;
}

export interface Held {
  readonly village: string;
  readonly from: string;
  readonly to: string;
  /** When it came into force: the open tasks of the village begin another cycle. */
  readonly at: string;
}

export interface ExpectedRung {
  readonly task: string;
  readonly cycle: number;
  readonly level: number;
  readonly kind: 'told' | 'skipped';
  readonly morning: string;
}

const AFTER = [1, 2, 5];
const DAY_MS = 86_400_000;

/** @param mornings every calendar day from the launch on, with whether it is worked; `sweptAt` its sweep as an instant. */
export function expectedRungs(
  tasks: readonly Dated[],
  holds: readonly Held[],
  days: readonly { readonly day: string; readonly workday: boolean }[],
  emptyTowns: readonly string[],
  running: { readonly from: string; readonly until: string },
): ExpectedRung[] {
  const found: ExpectedRung[] = [];
  for (const task of tasks) {
    const own = holds.filter((hold) => hold.village === task.area);
    const start = task.graceUntil ?? task.dueOn;
    const counted = (day: string): boolean =>
      (task.boundedUntil !== null || days.some((d) => d.day === day && d.workday)) &&
      !own.some((hold) => hold.from <= day && day <= hold.to && hold.at.slice(0, 10) <= day);
    const between = (after: string, through: string): number =>
      days.filter(({ day }) => day > after && day <= through && counted(day)).length;
    let cycle = 0;
    let level = 0;
    let last = '';
    const passed = new Set<Held>();
    for (const { day, workday } of days) {
      const sweptAt = new Date(Date.parse(`${day}T07:40:00+08:00`)).toISOString();
      for (const hold of own)
        if (hold.at <= sweptAt && !passed.has(hold)) {
          passed.add(hold);
          if (task.createdAt <= hold.at && (task.closedAt === null || task.closedAt > hold.at)) {
            cycle++;
            level = 0;
          }
        }
      if (task.createdAt > sweptAt || (task.closedAt !== null && task.closedAt <= sweptAt)) continue;
      if (!workday && task.boundedUntil === null) continue;
      if (task.ofDrive && (sweptAt < running.from || (sweptAt >= running.until && !takenUp(task, day, sweptAt, days))))
        continue;
      if (own.some((hold) => hold.at <= sweptAt && hold.from <= day && day <= hold.to)) continue;
      const thresholds = limits(task, start, between);
      const next = thresholds[level];
      if (next === undefined || between(start, day) < next) continue;
      if (level > 0 && between(last, day) < Math.max(1, next - (thresholds[level - 1] ?? 0))) continue;
      for (;;) {
        level++;
        const skipped = level === 2 && (task.area.length === 6 || emptyTowns.includes(task.area.slice(0, 9)));
        found.push({ task: task.id, cycle, level, kind: skipped ? 'skipped' : 'told', morning: day });
        if (!skipped || level === AFTER.length) break;
      }
      last = day;
    }
  }
  return found;
}

function takenUp(
  { releasedAt }: Dated,
  day: string,
  sweptAt: string,
  days: readonly { readonly day: string; readonly workday: boolean }[],
): boolean {
  if (releasedAt === null) return false;
  const last = days
    .filter((d) => d.workday && new Date(Date.parse(`${d.day}T07:40:00+08:00`)).toISOString() <= releasedAt)
    .at(-1);
  return sweptAt > releasedAt || day === last?.day;
}

/** For somebody who leaves, the last level comes by the morning before, the ones below it a morning earlier each. */
function limits(task: Dated, start: string, between: (after: string, through: string) => number): number[] {
  const normal = AFTER.map((after) => after + task.grace);
  if (task.boundedUntil === null) return normal;
  const mornings = between(start, new Date(Date.parse(task.boundedUntil) - DAY_MS).toISOString().slice(0, 10));
  return normal.map((threshold, n) => Math.max(n + 1, Math.min(threshold, mornings - (normal.length - 1 - n))));
}
