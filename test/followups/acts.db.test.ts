import { beforeEach, expect, it } from 'vitest';
import { endEnrolment, enrol, nightlyReview } from '../../src/followups/acts.ts';
import { routineGraceUntil } from '../../src/followups/protocols/assessment.ts';
import { workdaysBy } from '../../src/followups/store.ts';
import { loadCalendar } from '../../src/places/store.ts';
import { at, type CivilDate, plusDays } from '../../src/platform/civil.ts';
import { sql } from '../../src/platform/db.ts';
import type { SmallCounty } from '../fixtures/county.ts';
import {
  ask,
  countRows,
  countyEachTest,
  doorsOf,
  pressure,
  record,
  send,
  someone,
  stop,
  tasksOf,
} from '../visits/stop.ts';

const { db, county: theCounty } = countyEachTest();
let county: SmallCounty;
let doors: ReturnType<typeof doorsOf>;
beforeEach(() => {
  county = theCounty();
  doors = doorsOf(county.villages[0]);
});
const NIGHT = at('2018-01-30', '02:00');
const review = (asOf = NIGHT) => db().tx(county.actor, asOf, (tx) => nightlyReview(tx, county.actor, asOf));
const open = async (householdId: string) =>
  (await tasksOf(db(), county, householdId))
    .filter(({ closeReason }) => closeReason === null)
    .map(({ kind, dueOn }) => [kind, dueOn]);

it('leaves no enrolment without an open task, and a second look writes nothing', async () => {
  await db().tx(county.actor, NIGHT, (tx) =>
    sql`update task set closed_at = ${NIGHT}, closed_on = '2018-01-29', close_reason = 'excused', close_detail = 'test' where person_id = ${doors.old.id}`.execute(
      tx,
    ),
  );
  expect(await review()).toMatchObject({ made: 1, yearly: 0 });
  const [, dueOn] = (await open(doors.first.id)).find(([kind]) => kind === 'htn') ?? [];
  expect(String(dueOn) >= plusDays('2018-01-30', 14)).toBe(true); // never visited: spread over the quarter that follows
  expect(String(dueOn) < plusDays('2018-01-30', 14 + 77)).toBe(true);
  const before = await countRows(db(), county);
  expect(await review()).toMatchObject({ made: 0, yearly: 0 });
  expect(await countRows(db(), county)).toEqual(before);
});

it('comes back two weeks after a referral has been checked', async () => {
  const village = county.villages[0];
  const refer = record('htn', { sbp: 128, dbp: 80, complication: 'new' }, { personId: doors.old.id });
  await send(db(), village.doctor, stop(village, at('2018-01-30', '09:00'), [refer], { householdId: doors.first.id }));
  const check = record('referral_check', { arrived: true, outcome: '调整用药' }, { personId: doors.old.id });
  await send(db(), village.doctor, stop(village, at('2018-02-05', '09:00'), [check], { householdId: doors.first.id }));
  expect((await open(doors.first.id)).filter(([kind]) => kind !== 't2dm')).toEqual([]);
  expect(await review(at('2018-02-06', '02:00'))).toMatchObject({ made: 1 });
  expect(await open(doors.first.id)).toContainEqual(['htn', '2018-02-20']);
});

it('books nothing for somebody whose death was told at the door, before anybody has decided on it', async () => {
  const village = county.villages[0];
  const died = record('not_met', { reason: 'died', occurredOn: '2018-01-29' }, { personId: doors.old.id });
  await send(db(), village.doctor, stop(village, at('2018-01-29', '09:00'), [died], { householdId: doors.first.id }));
  expect(await review()).toMatchObject({ made: 0 });
  expect((await open(doors.first.id)).filter(([kind]) => kind === 'htn')).toEqual([['htn', '2018-02-01']]);
});

it('makes up the year’s four in its last quarter, counting what is still owed', async () => {
  const village = county.villages[0];
  for (const day of ['2018-03-01', '2018-07-20'] as const) {
    await send(
      db(),
      village.doctor,
      stop(village, at(day, '09:00'), [pressure(doors.old.id, 128, 80)], { householdId: doors.first.id }),
    );
  }
  expect((await review(at('2018-09-30', '02:00'))).yearly).toBe(0);
  const [{ n = 0 } = {}] = await ask(
    db(),
    county,
    sql<{ n: number }>`select count(*) as n from enrolment where to_on is null`,
  );
  await review(at('2018-10-01', '02:00'));
  const mine = (await open(doors.first.id)).filter(([kind]) => kind === 'htn');
  expect(mine).toEqual([
    ['htn', '2018-10-20'],
    ['htn', '2018-12-31'],
  ]); // two measured, one owed, one made up
  expect(await review(at('2018-10-02', '02:00'))).toMatchObject({ made: 0, yearly: 0 });
  expect(n).toBeGreaterThan(0);
});

it('counts as lost whom three stops in a row did not find', async () => {
  const village = county.villages[0];
  for (const day of ['2018-01-22', '2018-01-24', '2018-01-29'] as const) {
    expect((await review()).lost).toBe(0);
    const missed = record('not_met', { reason: 'no_answer' }, { personId: doors.old.id });
    await send(db(), village.doctor, stop(village, at(day, '09:00'), [missed], { householdId: doors.first.id }));
  }
  expect((await review()).lost).toBe(1);
  await send(
    db(),
    village.doctor,
    stop(village, at('2018-01-30', '09:00'), [pressure(doors.old.id, 128, 80)], { householdId: doors.first.id }),
  );
  expect((await review(at('2018-01-31', '02:00'))).lost).toBe(0);
});

it('enrols with a first date, once; ending it excuses what it owes', async () => {
  const doctor = someone(county.villages[0].doctor);
  const asOf = at('2018-01-30', '10:00');
  const begin = () =>
    db().tx(doctor, asOf, (tx) => enrol(tx, doctor, { personId: doors.old.id, programme: 't2dm' }, asOf));
  const { id, dueOn } = await begin();
  expect(dueOn).toBe('2018-04-30');
  await expect(begin()).rejects.toMatchObject({ faults: [{ code: 'already_enrolled' }] });
  await db().tx(doctor, asOf, (tx) => endEnrolment(tx, doctor, id, { on: '2018-01-30', reason: 'misdiagnosed' }, asOf));
  const [task] = await ask(db(), county, sql`select close_reason, close_detail from task where enrolment_id = ${id}`);
  expect(task).toEqual({ close_reason: 'excused', close_detail: 'misdiagnosed' });
  const stranger = someone(county.villages[2].doctor);
  await expect(
    db().tx(stranger, asOf, (tx) => enrol(tx, stranger, { personId: doors.old.id, programme: 't2dm' }, asOf)),
  ).rejects.toMatchObject({ status: 404 });
});

it('ends the grace of a visit made up at night with the year, as the protocol does', async () => {
  for (const [n, night] of (
    ['2018-11-20', '2018-12-10', '2018-12-17', '2018-12-25', '2018-06-01'] as const
  ).entries()) {
    const asOf = at(night, '02:00');
    await db().tx(county.actor, asOf, (tx) =>
      sql`update task set closed_at = ${asOf}, closed_on = ${night}, close_reason = 'excused', close_detail = 'test' where closed_at is null`.execute(
        tx,
      ),
    );
    expect((await review(asOf)).made, String(n)).toBeGreaterThan(0);
  }
  const made = await ask(
    db(),
    county,
    sql<{
      due: CivilDate;
      grace: CivilDate;
    }>`select due_on as due, grace_until as grace from task where source_key like '%/from-%'`,
  );
  for (const { due, grace } of made) expect({ due, grace }).toEqual({ due, grace: routineGraceUntil(due) });
  expect(made.some(({ grace }) => grace.endsWith('-12-31'))).toBe(true);
});

it('suggests the last working day on or before a due date, on every day of the year', async () => {
  const asked = Array.from({ length: 365 }, (_, n) => plusDays('2018-01-01', n));
  const suggested = await db().tx(county.actor, NIGHT, (tx) => workdaysBy(tx, county.countyCode, asked));
  const calendar = await db().tx(county.actor, NIGHT, (tx) => loadCalendar(tx, county.countyCode));
  for (const day of asked) expect([day, suggested.get(day)]).toEqual([day, calendar.latestWorkday(day)]);
  expect(suggested.get('2018-02-20')).toBe('2018-02-14');
});
