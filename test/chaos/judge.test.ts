import { describe, expect, it } from 'vitest';
import type { Run } from './drive.ts';
import type { Facts } from './facts.ts';
import { faultsOf } from './judge.ts';
import { undisturbed } from './plan.ts';

const days = ['2018-01-25', '2018-01-26', '2018-01-29', '2018-01-30'];
const rung = (level: number, decidedOn: string) => ({ task: 'duty/a', cycle: 0, level, kind: 'told', decidedOn });
const line = (level: number | null, writtenOn: string) => ({
  key: `${level === null ? 'rem' : 'esc'}/duty/a/0/${level ?? 'due'}/p`,
  task: 'duty/a',
  cycle: 0,
  level,
  writtenOn,
});
const calmFacts: Facts = {
  told: ['task duty/a open'],
  tasks: [{ task: 'duty/a', lateAfter: '2018-01-25', grace: 0, ofDrive: true, bornOn: '2018-01-25', closedOn: null }],
  rungs: [rung(1, '2018-01-26'), rung(2, '2018-01-29'), rung(3, '2018-01-30')],
  lines: [line(null, '2018-01-25'), line(1, '2018-01-26'), line(2, '2018-01-29'), line(3, '2018-01-30')],
  notices: [
    { id: 'n1', key: 'digest/p/2018-01-25', kind: 'digest', state: 'sent' },
    { id: 'n2', key: 'urg/r/first/p', kind: 'urgent', state: 'sent' },
  ],
  faults: [],
};
const mail = (id: string, date = '2018-01-25T04:00:00.000Z') => ({ messageId: `<${id}@doorstep>`, to: 'p', date });
const calm: Run = {
  plan: undisturbed,
  facts: calmFacts,
  mails: [mail('n1'), mail('n2')],
  mornings: days,
  retries: 0,
  recovered: [],
  log: [],
  took: 0,
};
const judged = (facts: Partial<Facts>, more: Partial<Run> = {}): string[] =>
  faultsOf({ ...calm, ...more, facts: { ...calmFacts, ...facts } }, calm, days);

describe('the judge of a run', () => {
  it('finds nothing in the undisturbed run', () => expect(judged({})).toEqual([]));

  it('lets a missed day delay a rung, and those after it by the same working days', () => {
    const mornings = days.filter((day) => day !== '2018-01-26');
    const rungs = [rung(1, '2018-01-29'), rung(2, '2018-01-30')];
    const lines = [line(null, '2018-01-25'), line(1, '2018-01-29'), line(2, '2018-01-30')];
    expect(judged({ rungs, lines }, { mornings })).toEqual([]);
  });

  it.each([
    ['a compressed ladder', { rungs: [rung(1, '2018-01-29'), rung(2, '2018-01-29'), rung(3, '2018-01-30')] }],
    ['a rung too early', { rungs: [rung(1, '2018-01-25'), rung(2, '2018-01-29'), rung(3, '2018-01-30')] }],
    ['a rung that is missing', { rungs: [rung(1, '2018-01-26'), rung(2, '2018-01-29')] }],
    ['another fact', { told: ['task duty/a done'] }],
    ['a fact twice', { told: ['task duty/a open', 'task duty/a open'] }],
    ['a line that is missing', { lines: calmFacts.lines.slice(1) }],
    ['a line twice', { lines: [...calmFacts.lines, line(1, '2018-01-26')] }],
    ['a broken chain', { faults: ['audit entry 7 does not fit'] }],
    ['a notice said to be due that was delivered', { notices: calmFacts.notices.map((n) => ({ ...n, state: 'due' })) }],
  ])('sees %s', (_, facts) => expect(judged(facts)).not.toEqual([]));

  it.each([
    ['a routine mail twice', [mail('n1'), mail('n1'), mail('n2')], 'digest/p/2018-01-25 was delivered 2 times'],
    ['an urgent one never', [mail('n1')], 'urg/r/first/p is urgent and was never delivered'],
    ['a mail of no notice', [mail('n1'), mail('n2'), mail('n3')], 'a mail of no notice: <n3@doorstep>'],
  ])('sees %s', (_, mails, fault) => expect(judged({}, { mails })).toContain(fault));

  it('takes an urgent mail twice for what it is: a repeat', () =>
    expect(judged({}, { mails: [mail('n1'), mail('n2'), mail('n2')] })).toEqual([]));
});
