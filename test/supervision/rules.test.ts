import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at } from '../../src/platform/civil.ts';
import { wilson } from '../../src/reports/rules/share.ts';
import {
  chanceBound,
  decideLot,
  drawAt,
  dueRoundStep,
  lotPlan,
  roundStages,
  stageAfter,
} from '../../src/supervision/rules.ts';

describe('a round of re-visits', () => {
  it('goes through its stages in one order, and is decided by nobody but a person', () => {
    expect(roundStages.map(stageAfter)).toEqual(['drawn', 'in_field', 'answered', 'decided', 'sealed', null]);
    const round = { periodTo: '2018-01-31', unanswered: 0 } as const;
    const late = at('2018-06-01', '00:00');
    expect(roundStages.map((stage) => dueRoundStep({ ...round, stage }, late))).toEqual([
      'draw',
      'send',
      'answer',
      null,
      'seal',
      null,
    ]);
  });

  it('is drawn at 07:30 on the morning after its period, never within it', () => {
    expect(drawAt('2018-01-31')).toBe(at('2018-02-01', '07:30'));
    const round = { stage: 'announced', periodTo: '2018-01-31', unanswered: 0 } as const;
    expect(dueRoundStep(round, at('2018-02-01', '07:29'))).toBeNull();
    expect(dueRoundStep(round, at('2018-02-01', '07:30'))).toBe('draw');
  });

  it('stays in the field while one re-visit is missing', () => {
    expect(
      dueRoundStep({ stage: 'in_field', periodTo: '2018-01-31', unanswered: 1 }, at('2018-06-01', '00:00')),
    ).toBeNull();
  });
});

describe('the decision on a lot', () => {
  // follow-up-protocols §12, "audit plans for visit authenticity"
  it.each([
    [25, 0.02, 0.15, 1, 0.09, 0.09],
    [32, 0.05, 0.2, 3, 0.07, 0.09],
    [19, 0.05, 0.3, 2, 0.067, 0.046],
  ])('for n = %i at %f / %f accepts %i, with its two risks', (n, good, bad, accept, alpha, beta) => {
    const plan = lotPlan(n, good, bad);
    expect(plan.accept).toBe(accept);
    expect(plan.alpha).toBeCloseTo(alpha, 2);
    expect(plan.beta).toBeCloseTo(beta, 2);
  });

  it('says passes only where a bad lot would hardly pass, and not enough to tell where it might', () => {
    const of = (n: number, refuted: number) => decideLot(refuted, lotPlan(n, 0.05, 0.3));
    expect([of(0, 0), of(1, 0), of(2, 0), of(5, 0), of(19, 2)]).toEqual([
      'not_enough',
      'not_enough',
      'not_enough', // β 0.49
      'passes', // β 0.17
      'passes',
    ]);
    expect([of(2, 1), of(19, 3)]).toEqual(['fails', 'fails']);
  });

  it('has risks between 0 and 1 for any size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (n) => {
        const { accept, alpha, beta } = lotPlan(n, 0.05, 0.3);
        expect(accept).toBeLessThan(n);
        for (const risk of [alpha, beta]) expect(risk >= -1e-9 && risk <= 1).toBe(true);
      }),
    );
  });
});

describe('the bound on copied readings', () => {
  it("takes Wilson's upper end, and everything for possible where nothing is known", () => {
    expect(chanceBound('same_day', 1, 1, { same: 390, all: 400 })).toBeCloseTo(0.9864, 4); // STORY: awareness of cadres
    expect(chanceBound('same_day', 5, 5, { same: 0, all: 0 })).toBe(1);
  });

  it('is small for five of five with a reading that is rare elsewhere, and grows with what it was found among', () => {
    const elsewhere = { same: 2, all: 400 };
    const five = chanceBound('same_day', 5, 5, elsewhere);
    expect(five).toBeCloseTo(wilson(2, 400).high ** 5, 12);
    expect(chanceBound('same_day', 5, 20, elsewhere)).toBeGreaterThan(five);
    expect(chanceBound('consecutive', 5, 20, elsewhere)).toBeCloseTo(16 * wilson(2, 400).high ** 5, 12);
  });
});
