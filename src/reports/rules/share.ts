// src/reports/rules/share.ts: shares of a whole: how they are printed, and how far a sample proves them.

/**
 * A share as the percentage that is printed. It is rounded, but never onto 0, 100 or the line it has not reached: 6,688 of
 * 6,689 is 99.9, and 94.96 % of a goal of 95 is 94.9.
 * @param atLeast the share that is to be reached, as a fraction.
 * @returns null where the whole is nothing.
 */
export function shownPercent(part: number, whole: number, atLeast = 1, digits = 1): number | null {
  if (whole <= 0) return null;
  const share = part / whole;
  const steps = 10 ** digits;
  const rounded = Math.round(share * 100 * steps) / steps;
  if (share > 0 && rounded === 0) return 1 / steps;
  const below = (line: number): number => (Math.ceil(Number((line * 100 * steps).toFixed(6))) - 1) / steps;
  if (share < atLeast && rounded > below(atLeast)) return below(atLeast);
  if (share < 1 && rounded >= 100) return below(1);
  return rounded;
}

const Z95 = 1.959963984540054; // two-sided 95 %

/** Wilson's 95 % interval of a share, as fractions. @throws RangeError for an impossible sample. */
export function wilson(successes: number, asked: number): { readonly low: number; readonly high: number } {
  if (asked <= 0 || successes < 0 || successes > asked) throw new RangeError(`${successes} of ${asked} is no sample`);
  const p = successes / asked;
  const z2 = Z95 * Z95;
  const centre = p + z2 / (2 * asked);
  const spread = Z95 * Math.sqrt((p * (1 - p)) / asked + z2 / (4 * asked * asked));
  const scale = 1 + z2 / asked;
  return { low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) };
}
