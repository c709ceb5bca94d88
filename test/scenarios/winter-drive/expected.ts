// test/scenarios/winter-drive/expected.ts: what the drive must come to, counted from the registers and the schedule alone.
import type { HouseholdFacts, Stop } from '../../../examples/winter-drive/field-work.ts';

type Ending = 'done' | 'excused' | 'not_done' | 'released';

/** One task the drive must have made, minded and ended, by the words of the plan. */
interface ExpectedTask {
  readonly kind: string;
  ending: Ending;
}

export interface Expected {
  /** Tasks the campaign made itself, by kind. */
  readonly made: Readonly<Record<string, number>>;
  /** Follow-up tasks claimed at launch: due by the window's end. */
  readonly adopted: Readonly<Record<string, number>>;
  /** Next tasks that fell due inside the window because of what was measured or not understood. */
  readonly next: Readonly<Record<string, number>>;
  /** How every task of the campaign ended, `kind/ending`. */
  readonly endings: Readonly<Record<string, number>>;
  readonly seen: number;
  readonly urgent: number;
}

const WINDOW_TO = '2018-02-28';

const tally = (keys: Iterable<string>): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
};

/** Walks the schedule once, door by door; shares no code with the product. */
export function expectedOf(households: readonly HouseholdFacts[], stops: readonly Stop[]): Expected {
  const tasks = new Map<string, ExpectedTask>();
  const adopted: string[] = [];
  const next: string[] = [];
  const open = (key: string, kind: string): void => {
    tasks.set(key, { kind, ending: 'not_done' });
  };
  const end = (key: string, ending: Ending): void => {
    const task = tasks.get(key);
    if (task?.ending === 'not_done') task.ending = ending;
  };
  for (const household of households) {
    open(`talk/${household.registerNo}`, 'policy_talk');
    if (!household.signed)
      for (const side of ['medical', 'cadre']) open(`contract/${household.registerNo}/${side}`, 'contract');
    for (const person of household.persons) {
      if (person.planned)
        for (const side of ['medical', 'cadre']) open(`verify/${person.idNo}/${side}`, 'verification');
      for (const { programme, nextDueOn } of person.enrolments) {
        if (nextDueOn > WINDOW_TO) continue;
        open(`${programme}/${person.idNo}/current`, programme);
        adopted.push(programme);
      }
    }
  }
  const made = tally([...tasks.values()].map((task) => task.kind).filter((kind) => kind !== 'htn' && kind !== 't2dm'));

  const peopleOf = new Map(
    households.map((household) => [household.registerNo, household.persons.map((person) => person.idNo)]),
  );
  const seen = new Set<string>();
  let urgent = 0;
  for (const stop of stops) {
    const people = peopleOf.get(stop.registerNo) ?? [];
    if (stop.talk !== null) {
      seen.add(stop.registerNo);
      const repeated = tasks.get(`talk-again/${stop.registerNo}`);
      end(`talk/${stop.registerNo}`, 'done');
      if (repeated) end(`talk-again/${stop.registerNo}`, 'done');
      else if (stop.talk === 'not' && dayPlus(stop.on, 14) <= WINDOW_TO) {
        open(`talk-again/${stop.registerNo}`, 'policy_talk');
        next.push('policy_talk');
      }
    }
    if (stop.contract) for (const side of ['medical', 'cadre']) end(`contract/${stop.registerNo}/${side}`, 'done');
    for (const idNo of stop.verified) for (const side of ['medical', 'cadre']) end(`verify/${idNo}/${side}`, 'done');
    for (const { idNo, programme } of stop.referralChecks) {
      end(`referral_check/${idNo}/${programme}`, 'done');
      // That night nothing is owed to this enrolment: the review books a visit two weeks on.
      if (dayPlus(chinaDay(stop.heardAt), 15) > WINDOW_TO) continue;
      open(`${programme}/${idNo}/current`, programme);
      next.push(programme);
    }
    for (const reading of stop.readings) {
      const current = `${reading.programme}/${reading.idNo}/current`;
      const task = tasks.get(current);
      if (task) {
        task.ending = 'done';
        tasks.set(`${reading.programme}/${reading.idNo}/${stop.on}`, task);
        tasks.delete(current);
      }
      if (reading.class === 'URGENT') urgent++;
      if (reading.class === 'SATISFIED' || dayPlus(stop.on, 14) > WINDOW_TO) continue;
      const kind = reading.class === 'ADJUST' ? reading.programme : 'referral_check';
      open(kind === 'referral_check' ? `referral_check/${reading.idNo}/${reading.programme}` : current, kind);
      next.push(kind);
    }
    if (stop.missed?.reason === 'died') for (const key of keysOf(tasks, stop.missed.idNo)) end(key, 'excused');
    if (stop.missed?.reason === 'moved_out')
      for (const part of [stop.registerNo, ...people]) for (const key of keysOf(tasks, part)) end(key, 'excused');
  }
  // What routine owed before the drive goes back to routine; the drive's own work is not done.
  for (const task of tasks.values())
    if (task.ending === 'not_done' && ['htn', 't2dm', 'referral_check'].includes(task.kind)) task.ending = 'released';
  return {
    made,
    adopted: tally(adopted),
    next: tally(next),
    endings: tally([...tasks.values()].map((task) => `${task.kind}/${task.ending}`)),
    seen: seen.size,
    urgent,
  };
}

const keysOf = (tasks: ReadonlyMap<string, ExpectedTask>, part: string | null): string[] =>
  [...tasks.keys()].filter((key) => key.split('/').includes(part ?? ''));

const dayPlus = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);

const chinaDay = (moment: string): string => new Date(Date.parse(moment) + 8 * 3_600_000).toISOString().slice(0, 10);
