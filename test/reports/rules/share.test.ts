import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shownPercent } from '../../../src/reports/rules/share.ts';

describe('a printed percentage', () => {
  it.each([
    ['one household short of all is not 100', 6_688, 6_689, 1, 99.9],
    ['all of them is', 6_689, 6_689, 1, 100],
    ['one is not none', 1, 6_689, 1, 0.1],
    ['none is none', 0, 6_689, 1, 0],
    ['a goal just missed is not shown as reached', 9_496, 10_000, 0.95, 94.9],
    ['a goal just reached is', 9_500, 10_000, 0.95, 95],
    ['a line between two steps is left alone', 9_954, 10_000, 0.9955, 99.5],
    ['everything else is rounded', 5_703, 6_689, 1, 85.3],
    ['persons treated (S0)', 7_164, 7_218, 1, 99.3],
  ])('%s', (_, part, whole, atLeast, shown) => expect(shownPercent(part, whole, atLeast)).toBe(shown));

  it('has no value where there is nothing to share', () => expect(shownPercent(0, 0)).toBeNull());

  it('has as many digits as are asked for', () => {
    expect(shownPercent(0.9546, 1, 0.95, 2)).toBe(95.46);
    expect(shownPercent(0.949_999, 1, 0.95, 2)).toBe(94.99);
    expect(shownPercent(0.999_999, 1, 0.95, 2)).toBe(99.99);
  });

  it('stands on the same side of 0, of 100 and of its line as the share, and within a step of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 100 }),
        (whole, of, line) => {
          const part = Math.floor(whole * of);
          const shown = shownPercent(part, whole, line / 100) ?? Number.NaN;
          expect([shown === 0, shown === 100]).toEqual([part === 0, part === whole]);
          expect(shown >= line).toBe(part / whole >= line / 100);
          expect(Math.abs(shown - (part / whole) * 100)).toBeLessThanOrEqual(0.1 + 1e-9);
        },
      ),
    );
  });
});
