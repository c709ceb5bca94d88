import { describe, expect, it } from 'vitest';
import { countedState, surveyState } from '../../../src/reports/rules/goal.ts';
import { wilson } from '../../../src/reports/rules/share.ts';

describe('a sampled goal', () => {
  const percent = (share: number): string => (share * 100).toFixed(2);
  it('is reached where the interval is above it: 390 of 400', () => {
    const { low, high } = wilson(390, 400);
    expect([percent(low), percent(high)]).toEqual(['95.46', '98.64']);
    expect(surveyState(390, 400, 0.95)).toBe('reached');
  });
  it('is not proven where the interval spans it: 288 of 300', () => {
    const { low, high } = wilson(288, 300);
    expect([percent(low), percent(high)]).toEqual(['93.14', '97.70']);
    expect(surveyState(288, 300, 0.95)).toBe('not_proven');
  });
  it('is not reached where the interval is below it', () => expect(surveyState(250, 300, 0.95)).toBe('not_reached'));
  it('is 未测 until somebody has asked', () => {
    expect(surveyState(null, null, 0.95)).toBe('not_surveyed');
    expect(surveyState(0, 0, 0.95)).toBe('not_surveyed');
  });
});

it('calls a counted goal missed only when its day is over', () => {
  expect(countedState(5_703, 6_689, 1, false)).toBe('open');
  expect(countedState(5_703, 6_689, 1, true)).toBe('not_reached');
  expect(countedState(6_689, 6_689, 1, false)).toBe('reached');
});

it('says of a count that nobody can make that it is not measured, also when its day is over', () => {
  expect([countedState(null, 7_676, 1, false), countedState(null, 7_676, 1, true)]).toEqual([
    'not_measured',
    'not_measured',
  ]);
});
