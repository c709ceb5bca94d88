// test/chaos/judge.ts: what a run must be, beside the run that nothing disturbed; every difference is a sentence.
import type { Run } from './drive.ts';
import type { Rung } from './facts.ts';
import { earned } from './ladder.ts';

const MOST_SHOWN = 20; // differences of one kind: the first ones show the cause

/** @returns nothing for a run that is right. */
export function faultsOf(run: Run, calm: Run, days: readonly string[]): string[] {
  return [...run.facts.faults, ...compared(run, calm), ...ladders(run, calm, days), ...lines(run, calm), ...mails(run)];
}

function compared(run: Run, calm: Run): string[] {
  return differences('fact', run.facts.told, calm.facts.told);
}

/** Each rung on the first swept morning that earned it: late where that morning was missed, and never two at once. */
function ladders(run: Run, calm: Run, days: readonly string[]): string[] {
  const told = ({ task, cycle, level, kind, decidedOn }: Rung): string =>
    `${task} ${cycle} level ${level} ${kind} ${decidedOn}`;
  const right = earned(run.facts.tasks, days, run.mornings);
  const step = ({ task, cycle, level }: Rung): string => `${task} ${cycle} level ${level}`;
  const before = new Map(calm.facts.rungs.map((rung) => [step(rung), rung.decidedOn]));
  return [
    ...differences('rung', run.facts.rungs.map(told), right.map(told)),
    ...run.facts.rungs
      .filter((rung) => (before.get(step(rung)) ?? '9') > rung.decidedOn)
      .map((rung) => `rung ${told(rung)} comes before the undisturbed one, ${before.get(step(rung))}`),
  ];
}

/** A line for each rung and recipient, and each reminder; but a reminder of a day on which nothing ran is not said later. */
function lines(run: Run, calm: Run): string[] {
  const climbed = new Set(run.facts.rungs.map(({ task, cycle, level }) => `${task} ${cycle} ${level}`));
  const expected = calm.facts.lines.filter(({ task, cycle, level, writtenOn }) =>
    level === null ? run.mornings.includes(writtenOn) : climbed.has(`${task} ${cycle} ${level}`),
  );
  return differences(
    'line',
    run.facts.lines.map(({ key }) => key),
    expected.map(({ key }) => key),
  );
}

function mails({ facts, mails }: Run): string[] {
  const times = new Map<string, number>();
  for (const { messageId } of mails) times.set(messageId, (times.get(messageId) ?? 0) + 1);
  const idOf = (notice: string): string => `<${notice}@doorstep>`;
  const known = new Map(facts.notices.map((notice) => [idOf(notice.id), notice]));
  const days = Map.groupBy(
    mails.filter(({ messageId }) => known.get(messageId)?.kind === 'digest'),
    ({ to, date }) => `${to} ${new Date(Date.parse(date) + 8 * 3_600_000).toISOString().slice(0, 10)}`,
  );
  return [
    ...[...times.keys()].filter((id) => !known.has(id)).map((id) => `a mail of no notice: ${id}`),
    ...facts.notices.flatMap(({ id, key, kind, state }) => {
      const n = times.get(idOf(id)) ?? 0;
      return [
        ...(kind !== 'urgent' && n > 1 ? [`${key} was delivered ${n} times`] : []),
        ...(kind === 'urgent' && n === 0 ? [`${key} is urgent and was never delivered`] : []),
        ...(state === 'sent' && n === 0 ? [`${key} is said to be sent and was never delivered`] : []),
        ...(n > 0 && state !== 'sent' && state !== 'unknown'
          ? [`${key} was delivered and is said to be ${state}`]
          : []),
      ];
    }),
    ...[...days].filter(([, of]) => of.length > 1).map(([day, of]) => `${of.length} digests on one day: ${day}`),
  ];
}

function differences(what: string, found: readonly string[], expected: readonly string[]): string[] {
  const missing = without(expected, found).map((one) => `${what} missing: ${one}`);
  const extra = without(found, expected).map((one) => `${what} too many: ${one}`);
  return [...missing.slice(0, MOST_SHOWN), ...extra.slice(0, MOST_SHOWN)];
}

/** What `these` has more often than `those`. */
function without(these: readonly string[], those: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const one of those) left.set(one, (left.get(one) ?? 0) + 1);
  return these.filter((one) => {
    const n = left.get(one) ?? 0;
    left.set(one, n - 1);
    return n <= 0;
  });
}
