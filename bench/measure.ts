// bench/measure.ts: two ways of doing the same, in turn, and what their ratio was.

/** Milliseconds of the product and of the bare way, a pair a round. */
export interface Rounds {
  readonly product: readonly number[];
  readonly bare: readonly number[];
}

const LEAST = 3; // rounds, however slow the machine

/**
 * A B A B …: what slows the machine for a while slows both. Each way returns its own milliseconds.
 * @param patience ms after which no round beyond the third is begun.
 */
export async function alternate(
  rounds: number,
  patience: number,
  product: (round: number) => Promise<number>,
  bare: (round: number) => Promise<number>,
): Promise<Rounds> {
  const taken = { product: [] as number[], bare: [] as number[] };
  const until = performance.now() + patience;
  for (let round = 0; round < rounds && (round < LEAST || performance.now() < until); round++) {
    taken.product.push(await product(round));
    taken.bare.push(await bare(round));
  }
  return taken;
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (n: number): number => sorted[n] ?? Number.NaN;
  const half = sorted.length / 2;
  return {
    median: sorted.length % 2 === 1 ? at(Math.floor(half)) : (at(half - 1) + at(half)) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  };
}

/** The ratio of each round: neighbours in time are compared with each other. */
export const ratios = ({ product, bare }: Rounds): number[] => product.map((ms, n) => ms / (bare[n] ?? Number.NaN));

/** The ratio of medians, with the medians of `groups` consecutive parts as its range: for hundreds of short rounds. */
export function ratioOfMedians(rounds: Rounds, groups: number): Spread {
  const part = Math.ceil(rounds.product.length / groups);
  const of = (from: number, to: number) =>
    spread(rounds.product.slice(from, to)).median / spread(rounds.bare.slice(from, to)).median;
  const parts = Array.from({ length: groups }, (_, n) => of(n * part, (n + 1) * part));
  return { median: of(0, rounds.product.length), min: Math.min(...parts), max: Math.max(...parts) };
}
