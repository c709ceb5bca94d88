import { describe, expect, it } from 'vitest';
import { readDate } from '../../../src/imports/rules/cells.ts';
import { idCheck, readIdNumber } from '../../../src/population/rules.ts';

describe('a date in a register', () => {
  it.each([
    ['2018-01-09', '2018-01-09'],
    ['2018/1/9', '2018-01-09'],
    ['2018.1.9', '2018-01-09'],
    ['2018年1月9日', '2018-01-09'],
    ['20180109', '2018-01-09'],
    ['43109', '2018-01-09'], // a date cell that is not formatted as one
    ['2016-02-29', '2016-02-29'],
  ])('reads %s', (text, day) => {
    expect(readDate(text)).toBe(day);
  });

  it.each(['2018-02-29', '2018-13-01', '1818-01-01', '09/01/2018', '一月九日', '4310', '2018-1'])(
    'does not take %s for a day',
    (text) => {
      expect(readDate(text)).toBeNull();
    },
  );
});

describe('an ID number', () => {
  const first17 = '45089919500115001';
  it('says when its holder was born, and the sex', () => {
    expect(readIdNumber(first17 + idCheck(first17))).toEqual({ bornOn: '1950-01-15', sex: 'm' });
  });

  it('takes a small x for the check character', () => {
    const withX = Array.from({ length: 500 }, (_, n) => `45089919500115${String(n).padStart(3, '0')}`).find(
      (text) => idCheck(text) === 'X',
    );
    expect(readIdNumber(`${withX}x`)?.bornOn).toBe('1950-01-15');
  });

  it('is refused with any one digit changed', () => {
    const number = first17 + idCheck(first17);
    for (let place = 0; place < 18; place++)
      for (const digit of '0123456789X')
        if (digit !== number[place])
          expect(readIdNumber(number.slice(0, place) + digit + number.slice(place + 1))).toBeNull();
  });

  it('is refused when its birthday never was, even with the right check character', () => {
    const never = '45089919510229001';
    expect(readIdNumber(never + idCheck(never))).toBeNull();
  });
});
