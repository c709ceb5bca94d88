import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Class } from '../../src/followups/protocols/assessment.ts';
import { htnRules } from '../../src/followups/protocols/htn.ts';
import { entryFaults, limits, toConfirm } from '../../src/followups/protocols/limits.ts';
import { assess, historyOf, type JudgedVisit } from '../../src/followups/rules.ts';
import type { HtnRecord, T2dmRecord } from '../../src/followups/schema.ts';
import { ageOn, type CivilDate, plusDays, plusMonths } from '../../src/platform/civil.ts';

const visitedOn: CivilDate = '2018-01-30';
const first = { priorUnsatisfactory: 0, priorReaction: 0 };

describe('the next date', () => {
  it('is a deadline within two weeks for hypertension, a target at two weeks for diabetes', () => {
    expect(assess('htn', { visitedOn, age: 50, sbp: 142, dbp: 88 }, first)).toMatchObject({
      nextDueOn: '2018-02-13',
      nextKind: 'recheck',
      dueKind: 'deadline',
      windowFrom: null,
      graceUntil: null,
    });
    expect(assess('t2dm', { visitedOn, fastingGlucose: 8 }, first)).toMatchObject({
      nextDueOn: '2018-02-13',
      nextKind: 'recheck',
      dueKind: 'target',
      windowFrom: '2018-02-10',
      graceUntil: null,
    });
  });

  it('has 14 days of grace when routine, but not past the year', () => {
    const routine = (on: CivilDate) => assess('htn', { visitedOn: on, age: 50, sbp: 128, dbp: 80 }, first);
    expect(routine(visitedOn)).toMatchObject({ nextDueOn: '2018-04-30', dueKind: 'target', graceUntil: '2018-05-14' });
    expect(routine('2018-09-25')).toMatchObject({ nextDueOn: '2018-12-25', graceUntil: '2018-12-31' });
    expect(routine('2018-09-17')).toMatchObject({ nextDueOn: '2018-12-17', graceUntil: '2018-12-31' });
  });

  it('follows the county’s routine interval', () => {
    expect(assess('htn', { visitedOn, age: 50, sbp: 128, dbp: 80 }, first, { routineMonths: 1 }).nextDueOn).toBe(
      '2018-02-28',
    );
  });

  it('stays where it is inside the holiday', () => {
    const { nextDueOn } = assess('htn', { visitedOn: '2018-02-06', age: 50, sbp: 142, dbp: 88 }, first);
    expect(nextDueOn).toBe('2018-02-20');
  });
});

describe('the steps', () => {
  it('treat first, then refer', () => {
    const { steps } = assess('htn', { visitedOn, age: 68, sbp: 186, dbp: 104 }, first);
    expect(steps.indexOf('stabilise')).toBe(0);
    expect(steps.indexOf('refer_urgently')).toBeGreaterThan(0);
  });

  it('begin with sugar by mouth for low glucose', () => {
    expect(assess('t2dm', { visitedOn, fastingGlucose: 'LO' }, first).steps[0]).toBe('sugar_by_mouth_if_awake');
  });

  it('say that an emergency reading stands beside one that was mistyped', () => {
    expect(assess('htn', { visitedOn, age: 50, sbp: 1400, dbp: 120 }, first)).toMatchObject({
      class: 'REJECT',
      steps: ['measure_again', 'act_on_emergency_reading'],
    });
  });

  it('come with the rule that decided, its source and its grade', () => {
    const pregnant = assess('t2dm', { visitedOn, fastingGlucose: 7, pregnantOrLactating: true }, first);
    expect(pregnant).toMatchObject({ rule: 't2dm.urgent.pregnancy', grade: 'M' });
    expect(pregnant.source).not.toBe('');
  });
});

describe('a reading that cannot be one', () => {
  it('says what was probably meant', () => {
    expect(assess('t2dm', { visitedOn, fastingGlucose: 126 }, first).faults).toEqual([
      { field: 'fastingGlucose', code: 'maybe_mg_dl', low: 0.6, high: 50, suggestion: 7 },
    ]);
    expect(entryFaults({ sbp: 18.6, dbp: 12.1 }).map(({ code, suggestion }) => [code, suggestion])).toEqual([
      ['maybe_kpa', 140],
      ['maybe_kpa', 91],
    ]);
    expect(entryFaults({ sbp: 139.5 })).toMatchObject([{ code: 'not_whole' }]);
    expect(entryFaults({ sbp: 80, dbp: 120 })).toMatchObject([{ field: 'sbp', code: 'sbp_not_above_dbp' }]);
  });

  it('is one outside the hard limits, both ends allowed', () => {
    for (const [field, { hard }] of Object.entries(limits)) {
      expect(entryFaults({ [field]: hard[0] })).toEqual([]);
      expect(entryFaults({ [field]: hard[1] })).toEqual([]);
      expect(entryFaults({ [field]: hard[0] - 1 })).toHaveLength(1);
      expect(entryFaults({ [field]: hard[1] + 1 })).toHaveLength(1);
    }
  });

  it('is not the same as an odd one, which is confirmed', () => {
    expect(toConfirm({ sbp: 271, dbp: 150, temperature: 34.9, fastingGlucose: 'HI' })).toEqual(['sbp', 'temperature']);
    expect(toConfirm({ sbp: 120, dbp: 110 })).toEqual(['sbp']); // pulse pressure under 15 mmHg
    expect(toConfirm({ sbp: 128, dbp: 80, heartRate: 70, glucose: 6 })).toEqual([]);
  });
});

describe('consecutive', () => {
  const visit = (changes: Partial<JudgedVisit> = {}): JudgedVisit => ({
    class: 'ADJUST',
    unsatisfactory: true,
    reaction: false,
    telephone: false,
    ...changes,
  });
  const satisfactory = visit({ class: 'SATISFIED', unsatisfactory: false });

  it('counts back to the last satisfactory visit', () => {
    expect(historyOf([])).toEqual({ priorUnsatisfactory: 0, priorReaction: 0 });
    expect(historyOf([visit(), visit({ class: 'REFER' }), satisfactory, visit()]).priorUnsatisfactory).toBe(2);
    expect(historyOf([satisfactory, visit()]).priorUnsatisfactory).toBe(0);
  });

  it('passes over telephone, incomplete and rejected visits', () => {
    const passed = [
      visit({ telephone: true }),
      visit({ class: 'INCOMPLETE', unsatisfactory: false }),
      visit({ class: 'REJECT', unsatisfactory: false }),
    ];
    expect(historyOf([...passed, visit()]).priorUnsatisfactory).toBe(1);
    expect(historyOf([...passed, satisfactory, visit()]).priorUnsatisfactory).toBe(0);
  });

  it('counts an emergency as unsatisfactory', () => {
    expect(historyOf([visit({ class: 'URGENT' })]).priorUnsatisfactory).toBe(1);
  });

  it('counts reactions apart from readings', () => {
    const reaction = visit({ unsatisfactory: false, reaction: true });
    expect(historyOf([reaction, visit(), reaction])).toEqual({ priorUnsatisfactory: 0, priorReaction: 1 });
  });
});

const day = fc.integer({ min: 0, max: 1500 }).map((n) => plusDays('2016-01-01', n));
const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: undefined });
const history = fc.record({ priorUnsatisfactory: fc.nat(3), priorReaction: fc.nat(3) });
const chronicVisit = {
  visitedOn: day,
  mode: maybe(fc.constantFrom(1 as const, 2 as const, 3 as const)),
  age: maybe(fc.integer({ min: 35, max: 100 })),
  sbp: maybe(fc.integer({ min: 30, max: 310 })),
  dbp: maybe(fc.integer({ min: 10, max: 210 })),
  dangerSigns: maybe(fc.subarray(['eye_pain', 'sweating'])),
  otherUnmanageable: maybe(fc.boolean()),
  pregnantOrLactating: maybe(fc.boolean()),
  adverseReaction: maybe(fc.constantFrom('none' as const, 'present' as const, 'uncontrolled' as const)),
  complication: maybe(fc.constantFrom('none' as const, 'new' as const, 'worse' as const)),
};
const glucose = fc.oneof(
  fc.integer({ min: 0, max: 600 }).map((tenths) => tenths / 10),
  fc.constantFrom('HI' as const, 'LO' as const),
);
const htn: fc.Arbitrary<HtnRecord> = fc.record(chronicVisit);
const t2dm: fc.Arbitrary<T2dmRecord> = fc.record({
  ...chronicVisit,
  fastingGlucose: maybe(glucose),
  glucose: maybe(glucose),
  fasting: maybe(fc.boolean()),
  temperature: maybe(fc.integer({ min: 290, max: 460 }).map((tenths) => tenths / 10)),
  heartRate: maybe(fc.integer({ min: 10, max: 260 })),
  tachycardiaPersistent: maybe(fc.boolean()),
});
/** Either programme's record with its answer, for what holds of both. */
const judged = fc.oneof(
  fc.tuple(htn, history).map(([record, before]) => ({
    record,
    answer: assess('htn', record, before),
    again: (other: HtnRecord) => assess('htn', other, before),
  })),
  fc.tuple(t2dm, history).map(([record, before]) => ({
    record,
    answer: assess('t2dm', record, before),
    again: (other: HtnRecord) => assess('t2dm', other, before),
  })),
);

const seriousness = Object.values(Class);
const rank = (found: Class) => seriousness.indexOf(found);

describe('of any record', () => {
  const check = (property: (one: typeof judged extends fc.Arbitrary<infer One> ? One : never) => void) =>
    fc.assert(fc.property(judged, property), { numRuns: 2000 });

  it('the answer is the same again', () => {
    check(({ record, answer, again }) => {
      expect(again(record)).toEqual(answer);
    });
  });

  it('a danger sign makes an emergency of it, so never lowers the class', () => {
    check(({ record, answer, again }) => {
      const worse = again({ ...record, dangerSigns: [...(record.dangerSigns ?? []), 'chest_tightness'] });
      expect(worse.class).toBe('URGENT');
      expect(rank(worse.class)).toBeGreaterThanOrEqual(rank(answer.class));
    });
  });

  it('a new complication or an uncontrolled reaction never lowers the class', () => {
    check(({ record, answer, again }) => {
      expect(rank(again({ ...record, complication: 'new' }).class)).toBeGreaterThanOrEqual(rank(answer.class));
      expect(rank(again({ ...record, adverseReaction: 'uncontrolled' }).class)).toBeGreaterThanOrEqual(
        rank(answer.class),
      );
    });
  });

  it('the next date is after the visit and never later than a quarter; without a class there is none', () => {
    check(({ record, answer }) => {
      if (answer.class === 'INCOMPLETE' || answer.class === 'REJECT') {
        expect([answer.nextDueOn, answer.nextKind, answer.dueKind, answer.graceUntil, answer.referral]).toEqual([
          null,
          null,
          null,
          null,
          null,
        ]);
        return;
      }
      const dueOn = answer.nextDueOn ?? '';
      expect(dueOn > record.visitedOn && dueOn <= plusMonths(record.visitedOn, 3)).toBe(true);
      if (answer.graceUntil)
        expect(answer.graceUntil >= dueOn && answer.graceUntil.slice(0, 4) === dueOn.slice(0, 4)).toBe(true);
    });
  });

  it('a routine date three months on is the same day of the month, or the month’s last', () => {
    check(({ record, answer }) => {
      if (answer.nextKind !== 'routine' || !answer.nextDueOn) return;
      const sameDay = answer.nextDueOn.slice(8) === record.visitedOn.slice(8);
      const lastDay =
        plusDays(answer.nextDueOn, 1).endsWith('-01') && answer.nextDueOn.slice(8) < record.visitedOn.slice(8);
      expect(sameDay || lastDay).toBe(true);
    });
  });

  it('faults and REJECT go together, unless a danger sign outweighs them', () => {
    check(({ record, answer }) => {
      const danger = (record.dangerSigns?.length ?? 0) > 0 || record.otherUnmanageable === true;
      expect(answer.class === 'REJECT').toBe(entryFaults(record).length > 0 && !danger);
      expect(answer.faults.length > 0).toBe(answer.class === 'REJECT');
    });
  });
});

describe('of any hypertension record', () => {
  const check = (
    property: (record: HtnRecord, before: { priorUnsatisfactory: number; priorReaction: number }) => void,
  ) => fc.assert(fc.property(htn, history, property), { numRuns: 2000 });

  it('equals the decision table read again, line by line', () => {
    check((record, before) => {
      const { sbp = null, dbp = null } = record;
      const over = (s: number, d: number) => (sbp !== null && sbp >= s) || (dbp !== null && dbp >= d);
      const danger = (record.dangerSigns?.length ?? 0) > 0 || record.otherUnmanageable === true;
      const limit = (record.age ?? 0) >= 65 ? 150 : 140;
      const table: [boolean, string][] = [
        [!danger && entryFaults(record).length > 0, 'REJECT'],
        [danger || over(180, 110) || (record.pregnantOrLactating === true && over(140, 90)), 'URGENT'],
        [record.mode === 3 || sbp === null || dbp === null, 'INCOMPLETE'],
        [['new', 'worse'].includes(record.complication ?? ''), 'REFER'],
        [record.adverseReaction === 'uncontrolled', 'REFER'],
        [record.adverseReaction === 'present' && before.priorReaction >= 1, 'REFER'],
        [over(limit, 90) && before.priorUnsatisfactory >= 1, 'REFER'],
        [over(limit, 90) || record.adverseReaction === 'present', 'ADJUST'],
        [true, 'SATISFIED'],
      ];
      const expected = table.find(([holds]) => holds)?.[1];
      const answer = assess('htn', record, before);
      expect(answer.class).toBe(expected);
      expect(answer.rule.startsWith(`htn.${answer.class.toLowerCase()}`)).toBe(true);
      expect(Object.keys(htnRules)).toContain(answer.rule);
    });
  });

  it('is never satisfied where a pressure is missing, or was only heard of', () => {
    check((record, before) => {
      if (assess('htn', record, before).class !== 'SATISFIED') return;
      expect([typeof record.sbp, typeof record.dbp]).toEqual(['number', 'number']);
      expect(record.mode).not.toBe(3);
    });
    check((record, before) => {
      expect(assess('htn', { ...record, sbp: null }, before).class).not.toBe('SATISFIED');
      expect(assess('htn', { ...record, dbp: undefined }, before).class).not.toBe('SATISFIED');
    });
  });

  it('is never less serious for a higher pressure within the limits', () => {
    check((record, before) => {
      const higher = { ...record, sbp: record.sbp == null ? null : record.sbp + 1 };
      const answers = [assess('htn', record, before).class, assess('htn', higher, before).class] as const;
      if (!answers.includes('REJECT')) expect(rank(answers[1])).toBeGreaterThanOrEqual(rank(answers[0]));
    });
  });

  it('judges age on the day of the visit', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 60 * 365, max: 70 * 366 }), (on, days) => {
        const bornOn = plusDays(on, -days);
        const answer = assess('htn', { visitedOn: on, bornOn, sbp: 145, dbp: 80 }, first);
        expect(answer.class).toBe(ageOn(bornOn, on) >= 65 ? 'SATISFIED' : 'ADJUST');
      }),
    );
  });
});

describe('of any diabetes record', () => {
  it('is never satisfied without a fasting reading below 7.0 taken face to face', () => {
    fc.assert(
      fc.property(t2dm, history, (record, before) => {
        if (assess('t2dm', record, before).class !== 'SATISFIED') return;
        const fasting = record.fastingGlucose ?? (record.fasting ? record.glucose : null);
        expect(typeof fasting === 'number' && fasting < 7 && fasting > 3.9 && record.mode !== 3).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('is never more serious for a routine symptom', () => {
    fc.assert(
      fc.property(t2dm, history, (record, before) => {
        expect(assess('t2dm', { ...record, routineSymptoms: ['polydipsia', 'polyuria'] }, before)).toEqual(
          assess('t2dm', record, before),
        );
      }),
    );
  });
});
