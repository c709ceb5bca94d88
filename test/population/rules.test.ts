import { describe, expect, it } from 'vitest';
import { idCheck, maskIdNumber } from '../../src/population/rules.ts';

/** Every number that somebody could mean who knows the district, the birthday and the sex, and sees this much of it. */
function candidates(district: string, born: string, sex: 'm' | 'f', shown: string): string[] {
  return Array.from({ length: 1000 }, (_, n) => `${district}${born}${String(n).padStart(3, '0')}`)
    .filter((first17) => (Number(first17[16]) % 2 === 1) === (sex === 'm'))
    .map((first17) => first17 + idCheck(first17))
    .filter((number) => [...shown].every((character, n) => character === '*' || character === number[n]));
}

describe('a masked ID number', () => {
  it.each([
    ['450803', '19500101', '123'],
    ['450803', '20050630', '468'],
    ['110105', '19491231', '002'],
  ])('of district %s and birthday %s leaves 500 to somebody who knows both and the sex', (district, born, turn) => {
    const first17 = district + born + turn;
    const number = first17 + idCheck(first17);
    const sex = Number(turn) % 2 === 1 ? 'm' : 'f';
    const left = candidates(district, born, sex, maskIdNumber(number));
    expect(left).toContain(number);
    expect(left.length).toBeGreaterThanOrEqual(500);
  });

  it('shows nothing of a number too short to be one', () => {
    expect(maskIdNumber('4508')).toBe('4508');
    expect(maskIdNumber('450803')).toBe('4508**');
  });
});
