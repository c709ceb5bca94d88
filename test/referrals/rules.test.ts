import { describe, expect, it } from 'vitest';
import { at, plusMinutes } from '../../src/platform/civil.ts';
import { alarmPlan, isOver, nextAlarm, type ReferralFacts, refusedEvent } from '../../src/referrals/rules.ts';

const EVENING = at('2018-01-30', '20:50');
const urgent = (more: Partial<ReferralFacts> = {}): ReferralFacts => ({
  kind: 'urgent',
  advisedAt: EVENING,
  recordedAt: EVENING,
  events: ['advised'],
  ...more,
});

describe('the alarms of an emergency', () => {
  it('are due at once, after 15 and 30 minutes, and for arrival after 24 and 48 hours', () => {
    expect(alarmPlan(urgent())).toEqual({
      first: EVENING,
      second: at('2018-01-30', '21:05'),
      county: at('2018-01-30', '21:20'),
      arrival: at('2018-01-31', '20:50'),
      arrival_county: at('2018-02-01', '20:50'),
    });
  });

  it('count arrival from the reading, and the telling from when the county could know', () => {
    const recordedAt = at('2018-02-01', '08:00');
    expect(alarmPlan(urgent({ recordedAt }))).toEqual({
      first: recordedAt,
      second: plusMinutes(recordedAt, 15),
      county: plusMinutes(recordedAt, 30),
      arrival: recordedAt,
      arrival_county: at('2018-02-01', '20:50'),
    });
  });

  it('come one after another, the earliest first', () => {
    expect(nextAlarm(urgent(), [], EVENING)).toEqual({ due: 'first', next: at('2018-01-30', '21:05') });
    expect(nextAlarm(urgent(), ['first'], EVENING)).toEqual({ due: null, next: at('2018-01-30', '21:05') });
    expect(nextAlarm(urgent(), ['first', 'second', 'county'], EVENING)).toEqual({
      due: null,
      next: at('2018-01-31', '20:50'),
    });
    const all = ['first', 'second', 'county', 'arrival', 'arrival_county'] as const;
    expect(nextAlarm(urgent(), all, at('2018-02-05', '08:00'))).toEqual({ due: null, next: null });
  });

  it('for an owner stop when somebody has it in hand, those for arrival when the patient is there, all with the outcome', () => {
    const owned = urgent({ events: ['advised', 'owned'] });
    expect(nextAlarm(owned, ['first'], EVENING).next).toBe(at('2018-01-31', '20:50'));
    const arrived = urgent({ events: ['advised', 'arrived'] });
    expect(nextAlarm(arrived, ['first'], EVENING)).toEqual({ due: null, next: null });
    for (const end of ['outcome', 'stood_down'] as const)
      expect(nextAlarm(urgent({ events: ['advised', end] }), [], EVENING)).toEqual({ due: null, next: null });
  });

  it('ring once more for each further reading of somebody already in hand, and go on while nobody has her', () => {
    const waiting = urgent({ events: ['advised', 'joined'] });
    expect(nextAlarm(waiting, ['first'], EVENING)).toEqual({ due: null, next: at('2018-01-30', '21:05') });
    const arrived = urgent({ events: ['advised', 'joined', 'arrived', 'joined', 'joined'] });
    expect(nextAlarm(arrived, ['first'], EVENING)).toEqual({ due: 'again', next: null });
    expect(nextAlarm(arrived, ['first', 'again'], EVENING)).toEqual({ due: 'again', next: null });
    expect(nextAlarm(arrived, ['first', 'again', 'again'], EVENING)).toEqual({ due: null, next: null });
    const over = urgent({ events: ['advised', 'owned', 'joined', 'outcome'] });
    expect(nextAlarm(over, ['first'], EVENING)).toEqual({ due: null, next: null });
  });

  it('are not for an ordinary referral', () => {
    expect(isOver('first', { kind: 'ordinary', events: ['advised'] })).toBe(true);
    expect(nextAlarm(urgent({ kind: 'ordinary' }), [], EVENING)).toEqual({ due: null, next: null });
  });
});

describe('an event of a referral', () => {
  it('is written once, and none after the end; taking it in hand may change hands', () => {
    expect(refusedEvent('arrived', ['advised', 'arrived'])).toBe('already_recorded');
    expect(refusedEvent('owned', ['advised', 'owned'])).toBeNull();
    expect(refusedEvent('arrived', ['advised'])).toBeNull();
    expect(refusedEvent('left', ['advised', 'outcome'])).toBe('referral_ended');
    expect(refusedEvent('outcome', ['advised', 'outcome'])).toBe('already_recorded');
    expect(refusedEvent('stood_down', ['advised', 'stood_down'])).toBe('referral_ended');
  });
});
