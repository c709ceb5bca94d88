import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { at } from '../../src/platform/civil.ts';
import { sql } from '../../src/platform/db.ts';
import { nextTaskKey } from '../../src/visits/rules/matching.ts';
import type { SmallCounty, SmallVillage } from '../fixtures/county.ts';
import { ask, countyEachTest, doorsOf, pressure, record, send, stop, tasksOf } from './stop.ts';

const { db, county: theCounty } = countyEachTest();
let county: SmallCounty;
let village: SmallVillage;
let old: { household: { id: string }; person: ReturnType<typeof doorsOf>['old'] };
let young: typeof old;
beforeEach(() => {
  county = theCounty();
  village = county.villages[0];
  const doors = doorsOf(village);
  old = { household: doors.first, person: doors.old };
  young = { household: doors.second, person: doors.young };
});

describe('the story’s judgements', () => {
  it('calls 186/104 at 68 urgent, asks for a check within 14 days, and wakes the referral alone', async () => {
    const { household, person } = old;
    const visit = stop(village, at('2018-01-30', '20:30'), [pressure(person.id, 186, 104)], {
      householdId: household.id,
    });
    const receipt = await send(db(), village.doctor, visit, at('2018-01-30', '20:50'));
    const judged = receipt.records[0]?.judgement;
    expect(receipt).toMatchObject({ filing: 'accepted', records: [{ closed: [person.htn.taskId] }] });
    expect(judged).toMatchObject({
      class: 'URGENT',
      referral: 'urgent',
      nextDueOn: '2018-02-13',
      nextKind: 'referral_check',
    });
    expect(judged?.steps.indexOf('stabilise')).toBeLessThan(judged?.steps.indexOf('refer_urgently') ?? 0);
    const tasks = await tasksOf(db(), county, household.id);
    expect(tasks.find(({ kind, closeReason }) => kind === 'referral_check' && closeReason === null)).toMatchObject({
      dueOn: '2018-02-13',
      side: 'medical',
    });
    const wakes = await ask(db(), county, sql<{ workflow_id: string }>`select workflow_id from wake`);
    expect(wakes).toEqual([{ workflow_id: `referral/${judged?.referralId}` }]);
    const events = await ask(
      db(),
      county,
      sql<{ kind: string; account_id: string }>`select kind, account_id from referral_event`,
    );
    expect(events).toEqual([{ kind: 'advised', account_id: village.doctor }]);
  });

  it('adjusts at 142/88 the first time and refers the second time in a row, whichever order the phone sends them in', async () => {
    const { household, person } = young;
    const first = stop(village, at('2018-01-30', '09:00'), [pressure(person.id, 142, 88)], {
      householdId: household.id,
    });
    const second = stop(village, at('2018-02-09', '09:00'), [pressure(person.id, 142, 88)], {
      householdId: household.id,
    });
    expect((await send(db(), village.doctor, first)).records[0]?.judgement).toMatchObject({
      class: 'ADJUST',
      nextDueOn: '2018-02-13',
      suggestedOn: '2018-02-13',
    });
    expect((await send(db(), village.doctor, second)).records[0]?.judgement).toMatchObject({
      class: 'REFER',
      referral: 'ordinary',
      nextDueOn: '2018-02-23',
    });

    const other = county.villages[2];
    const { second: door, young: patient } = doorsOf(other);
    const on = (day: '2018-01-30' | '2018-02-09') =>
      stop(other, at(day, '09:00'), [pressure(patient.id, 142, 88)], { householdId: door.id });
    const heard = at('2018-02-09', '18:00');
    expect((await send(db(), other.doctor, on('2018-02-09'), heard)).records[0]?.judgement).toMatchObject({
      class: 'ADJUST',
      nextDueOn: '2018-02-23',
    });
    const late = await send(db(), other.doctor, on('2018-01-30'), heard);
    expect(late).toMatchObject({
      filing: 'accepted',
      records: [{ closed: [], judgement: { class: 'ADJUST', nextDueOn: '2018-02-13' } }],
    });

    const next = async (id: string) =>
      (await tasksOf(db(), county, id))
        .filter(({ closeReason, kind }) => closeReason === null && kind !== 't2dm')
        .map(({ kind, dueOn }) => [kind, dueOn]);
    expect(await next(household.id)).toEqual([['referral_check', '2018-02-23']]);
    expect(await next(door.id)).toEqual([['referral_check', '2018-02-23']]);
    const classes = await ask(
      db(),
      county,
      sql<{ class: string }>`select class from judgement where enrolment_id = ${patient.htn.id} order by at, class`,
    );
    expect(classes.map((row) => row.class)).toEqual(['ADJUST', 'ADJUST', 'REFER']);
  });

  it('is satisfied with 128/80 and comes back in three months, after the drive', async () => {
    const { household, person } = young;
    const visit = stop(village, at('2018-01-30', '10:00'), [pressure(person.id, 128, 80)], {
      householdId: household.id,
    });
    expect((await send(db(), village.doctor, visit)).records[0]?.judgement).toMatchObject({
      class: 'SATISFIED',
      nextDueOn: '2018-04-30',
    });
    const next = (await tasksOf(db(), county, household.id)).find(
      ({ sourceKey }) => sourceKey === nextTaskKey(visit.records[0]?.id ?? ''),
    );
    expect(next).toMatchObject({
      kind: 'htn',
      dueOn: '2018-04-30',
      opensOn: '2018-04-16',
      campaignId: null,
      inGoal: true,
    });
  });

  it('suggests the last working day before a due date inside the holiday, and never moves the date', async () => {
    const { household, person } = young;
    const visit = stop(village, at('2018-02-06', '10:00'), [pressure(person.id, 150, 88)], {
      householdId: household.id,
    });
    expect((await send(db(), village.doctor, visit)).records[0]?.judgement).toMatchObject({
      class: 'ADJUST',
      nextDueOn: '2018-02-20',
      suggestedOn: '2018-02-14',
    });
    expect(await tasksOf(db(), county, household.id)).toContainEqual(
      expect.objectContaining({ kind: 'htn', dueOn: '2018-02-20', closeReason: null }),
    );
  });
});

describe('a reading that cannot be one', () => {
  it('is judged REJECT, leaves its task open and says what is allowed; typed again in the same stop it closes it', async () => {
    const { household, person } = old;
    const slip = pressure(person.id, 1400, 90);
    const again = pressure(person.id, 140, 90, { supersedes: slip.id });
    const visit = stop(village, at('2018-02-20', '09:00'), [slip, again], { householdId: household.id });
    const receipt = await send(db(), village.nurse, visit);
    expect(receipt.filing).toBe('accepted');
    expect(receipt.records[0]).toMatchObject({
      closed: [],
      judgement: { class: 'REJECT', nextDueOn: null, faults: [{ field: 'sbp', low: 40, high: 300 }] },
    });
    expect(receipt.records[1]?.judgement?.class).toMatch(/ADJUST|REFER/);
    expect(receipt.records[1]?.closed.length).toBeGreaterThan(0);
  });

  it('of which nothing is known is INCOMPLETE, and by telephone nothing is measured', async () => {
    const { household, person } = young;
    const before = (await tasksOf(db(), county, household.id)).filter(({ closeReason }) => closeReason === null).length;
    const records = [
      record('htn', {}, { personId: person.id }),
      record('htn', { sbp: 120, dbp: 70, mode: 3 }, { personId: person.id }),
    ];
    const receipt = await send(
      db(),
      village.doctor,
      stop(village, at('2018-03-01', '09:00'), records, { householdId: household.id }),
    );
    expect(receipt.records.map((one) => [one.filing, one.judgement?.class, one.closed])).toEqual([
      ['accepted', 'INCOMPLETE', []],
      ['accepted', 'INCOMPLETE', []],
    ]);
    expect((await tasksOf(db(), county, household.id)).filter(({ closeReason }) => closeReason === null)).toHaveLength(
      before,
    );
  });

  it('heard by telephone raises the emergency and still owes the visit', async () => {
    const { household, person } = old;
    const records = [record('htn', { mode: 3, dangerSigns: ['chest_tightness'] }, { personId: person.id })];
    const receipt = await send(
      db(),
      village.doctor,
      stop(village, at('2018-03-02', '09:00'), records, { householdId: household.id }),
    );
    expect(receipt.records[0]).toMatchObject({ closed: [], judgement: { class: 'URGENT', referral: 'urgent' } });
  });
});

describe('an edit', () => {
  it('moves the next task, counts a new cycle and writes why; a second edit of the same record waits for review', async () => {
    const { household, person } = young;
    const taken = pressure(person.id, 118, 76);
    const visit = stop(village, at('2018-03-20', '09:00'), [taken], { householdId: household.id });
    await send(db(), village.doctor, visit);
    const corrected = pressure(person.id, 181, 100, { supersedes: taken.id });
    const receipt = await send(
      db(),
      village.doctor,
      stop(village, at('2018-03-20', '11:00'), [corrected], { householdId: household.id }),
    );
    expect(receipt).toMatchObject({ filing: 'accepted', records: [{ closed: [], judgement: { class: 'URGENT' } }] });
    const key = nextTaskKey(String(taken.id));
    const mine = (await tasksOf(db(), county, household.id)).filter(
      ({ sourceKey }) => sourceKey === key || sourceKey === nextTaskKey(String(corrected.id)),
    );
    expect(mine).toEqual([
      expect.objectContaining({
        sourceKey: key,
        kind: 'referral_check',
        dueOn: '2018-04-03',
        cycle: 1,
        closeReason: null,
      }),
    ]);
    const moves = await ask(
      db(),
      county,
      sql<{ from_due: string; to_due: string }>`select from_due, to_due from task_move where task_id = ${mine[0]?.id}`,
    );
    expect(moves).toEqual([{ from_due: '2018-06-20', to_due: '2018-04-03' }]);

    const fork = stop(village, at('2018-03-20', '12:00'), [pressure(person.id, 120, 80, { supersedes: taken.id })], {
      householdId: household.id,
    });
    expect(await send(db(), village.nurse, fork)).toMatchObject({ filing: 'review', reason: 'second_record' });

    const wrong = pressure(person.id, 131, 79, { supersedes: corrected.id });
    await send(db(), village.doctor, stop(village, at('2018-03-20', '15:00'), [wrong], { householdId: household.id }));
    const ended = await ask(
      db(),
      county,
      sql<{
        kind: string;
        note: string | null;
      }>`select e.kind, e.note from referral_event e join referral r on r.id = e.referral_id
      where r.record_id = ${String(corrected.id)} order by e.seq`,
    );
    expect(ended).toEqual([
      { kind: 'advised', note: null },
      { kind: 'stood_down', note: 'corrected_reading' },
    ]);
    const back = (await tasksOf(db(), county, household.id)).find(({ sourceKey }) => sourceKey === key);
    expect(back).toMatchObject({ kind: 'htn', dueOn: '2018-06-20', cycle: 2 });
  });

  it('of a reading nobody stored is kept for review', async () => {
    const { household, person } = old;
    const visit = stop(
      village,
      at('2018-03-21', '09:00'),
      [pressure(person.id, 120, 80, { supersedes: randomUUID() })],
      { householdId: household.id },
    );
    expect(await send(db(), village.doctor, visit)).toMatchObject({ filing: 'review', reason: 'unknown_subject' });
  });
});
