// test/chaos/plan.ts: which part is struck when: drawn from a seed, so that a run that failed can be run again.
import { chance, pick } from '../../examples/winter-drive/chance.ts';
import { type Part, parts } from './stack.ts';

/** The two instants of a day: the morning's sweeps, then the digests while people are in the field. */
export const steps = ['07:51', '12:00'] as const;

export interface Blow {
  readonly day: number;
  readonly step: 0 | 1;
  /** Milliseconds after the clock was moved. */
  readonly after: number;
  readonly part: Part;
}

export interface Loss {
  readonly day: number;
  readonly step: 0 | 1;
  /** Before anybody was woken, or once this many mails of the step have left. */
  readonly mails: number;
}

export interface Plan {
  readonly name: string;
  readonly blows: readonly Blow[];
  /** A whole day through which a part stays down: its rungs come late. */
  readonly missed: { readonly day: number; readonly part: 'worker' | 'temporal' } | null;
  /** When everything Temporal has stored is deleted; nobody is woken but by the worker's start. */
  readonly losses: readonly Loss[];
}

export const undisturbed: Plan = { name: 'undisturbed', blows: [], missed: null, losses: [] };

/** The store is lost before a morning's first sweep, and again while mail is leaving. */
export const storeLost: Plan = {
  name: 'store-lost',
  blows: [],
  missed: null,
  losses: [
    { day: 1, step: 0, mails: 0 },
    { day: 2, step: 1, mails: 2 },
  ],
};

const LATEST = 8_000; // ms: a step's sweeps begin after 5 s and its mail leaves until about 8
const BY_CHANCE = 2; // blows besides one for each part

/** Every part is struck at least once, and one of those that wait stays down through a day in the middle. */
export function planOf(seed: number, days: number): Plan {
  const draw = (...of: readonly (string | number)[]): number => chance('blow', seed, ...of);
  const below = (most: number, ...of: readonly (string | number)[]): number => Math.floor(draw(...of) * most);
  const missed = {
    day: 1 + below(Math.max(1, days - 2), 'missed'),
    part: pick(['worker', 'temporal'] as const, 'missed part', seed),
  };
  const standing = Array.from({ length: days }, (_, day) => day).filter((day) => day !== missed.day);
  const more = Math.max(BY_CHANCE, Math.floor(days / 2));
  const struck = [...parts, ...Array.from({ length: more }, (_, n) => pick(parts, 'part', seed, n))];
  const blows = struck.map(
    (part, n): Blow => ({
      day: standing[below(standing.length, 'day', n)] ?? 0,
      step: draw('step', n) < 0.5 ? 0 : 1,
      after: below(LATEST, 'after', n),
      part,
    }),
  );
  return { name: `seed-${seed}`, blows, missed, losses: [] };
}

export function tellPlan({ name, blows, missed, losses }: Plan): string {
  const moment = (day: number, step: 0 | 1, after: number): string => `day ${day + 1} ${steps[step]}+${after} ms`;
  const told = [
    ...blows.map((blow) => `${blow.part} at ${moment(blow.day, blow.step, blow.after)}`),
    ...(missed ? [`${missed.part} down all day ${missed.day + 1}`] : []),
    ...losses.map((loss) => `store deleted on day ${loss.day + 1} ${steps[loss.step]} after ${loss.mails} mails`),
  ];
  return `${name}: ${told.join('; ') || 'nothing happens'}`;
}
