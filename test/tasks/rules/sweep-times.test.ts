import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, dateOf, type Instant, instant, plusDays, plusMs, timeOf } from '../../../src/platform/civil.ts';
import {
  availableAt,
  digestAt,
  envelopeDay,
  nextSweep,
  sweepAt,
  sweptDay,
} from '../../../src/tasks/rules/sweep-times.ts';
import { calendar } from './story.ts';

const village = '450803101201';

describe('an area’s morning', () => {
  it('lies between 07:30 and 07:50 and is the same one every day', () => {
    const moments = Array.from({ length: 167 }, (_, n) =>
      sweepAt(`4508031${String(n).padStart(5, '0')}`, '2018-01-30'),
    );
    expect(moments.every((moment) => moment >= at('2018-01-30', '07:30') && moment < at('2018-01-30', '07:50'))).toBe(
      true,
    );
    expect(new Set(moments).size).toBeGreaterThan(100); // spread out
    expect(timeOf(sweepAt(village, '2018-01-30'))).toBe(timeOf(sweepAt(village, '2018-02-24')));
    expect(sweepAt(village, '2018-01-30')).toBe(sweepAt(village, '2018-01-30'));
  });

  it('decides the day up to which lateness counts', () => {
    const before = plusMs(sweepAt(village, '2018-02-22'), -1);
    expect(sweptDay(village, before, calendar, false)).toBe('2018-02-14');
    expect(sweptDay(village, before, calendar, true)).toBe('2018-02-21');
    expect(sweptDay(village, sweepAt(village, '2018-02-22'), calendar, false)).toBe('2018-02-22');
  });
});

describe('the next sweep', () => {
  it('is on the next working day, over the holiday', () => {
    expect(nextSweep(village, sweepAt(village, '2018-02-14'), calendar, false)).toBe(sweepAt(village, '2018-02-22'));
    expect(nextSweep(village, at('2018-02-14', '06:00'), calendar, false)).toBe(sweepAt(village, '2018-02-14'));
  });

  it('is on the next calendar day while a task bounded by presence is open', () => {
    expect(nextSweep(village, sweepAt(village, '2018-02-14'), calendar, true)).toBe(sweepAt(village, '2018-02-15'));
  });

  it('is strictly after now, and no morning is passed over', () => {
    const moment = fc
      .integer({ min: 0, max: 60 * 1440 - 1 })
      .map((minute) => plusMs(at('2018-01-01', '00:00'), minute * 60_000));
    fc.assert(
      fc.property(moment, fc.boolean(), fc.stringMatching(/^[0-9]{12}$/), (now, bounded, area) => {
        const next = nextSweep(area, now, calendar, bounded);
        expect(next > now).toBe(true);
        expect(sweptDay(area, next, calendar, bounded)).toBe(dateOf(next));
        expect(sweptDay(area, plusMs(next, -1), calendar, bounded)).toBe(sweptDay(area, now, calendar, bounded));
      }),
    );
  });
});

describe('the envelope a line goes into', () => {
  it.each([
    ['2018-01-30T07:31:00', '2018-01-30', '2018-01-30T08:00:00'],
    ['2018-01-30T00:10:00', '2018-01-30', '2018-01-30T08:00:00'],
    ['2018-01-30T14:00:00', '2018-01-30', '2018-01-30T14:00:00'], // the county's other areas are swept within seconds
    ['2018-01-30T19:59:00', '2018-01-30', '2018-01-30T19:59:00'],
    ['2018-01-30T20:00:00', '2018-01-31', '2018-01-31T08:00:00'],
    ['2018-01-30T23:59:00', '2018-01-31', '2018-01-31T08:00:00'],
  ] as const)('written %s is of %s and leaves at %s', (written, day, leaves) => {
    const now = instant(`${written}+08:00`);
    expect(envelopeDay(now)).toBe(day);
    expect(availableAt(now)).toBe(instant(`${leaves}+08:00`));
  });

  it('of the next day, where today’s has left, waits for its own morning', () => {
    const now: Instant = at('2018-01-30', '14:00');
    expect(availableAt(now, plusDays(envelopeDay(now), 1))).toBe(digestAt('2018-01-31'));
  });
});
