import { expect, it } from 'vitest';
import { at, plusMinutes } from '../../src/platform/civil.ts';
import { sql } from '../../src/platform/db.ts';
import * as acts from '../../src/referrals/acts.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { fileDatabase } from '../setup/county-database.ts';
import { ask, doorsOf, pressure, record, send, someone, stop } from '../visits/stop.ts';

let county: SmallCounty;
const db = fileDatabase(async (opened) => {
  county = await smallCounty(opened);
});
const EVENING = at('2018-01-30', '20:50');

/** An emergency in the n-th village, recorded at 20:50, or later. */
async function emergency(n: 0 | 1 | 2 | 3, asOf = EVENING): Promise<string> {
  const village = county.villages[n];
  const doors = doorsOf(village);
  const visit = stop(village, asOf, [pressure(doors.old.id, 186, 104)], { householdId: doors.first.id });
  return String((await send(db(), village.doctor, visit, asOf)).records[0]?.judgement?.referralId);
}
const told = (id: string) =>
  ask(
    db(),
    county,
    sql<{ step: string; account_id: string; available_at: string; urgent: boolean }>`
  select params->>'step' as step, account_id, available_at, urgent from notice where subject_id = ${id} order by created_at, step, account_id`,
  );

const raise = (id: string, step: Parameters<typeof acts.raiseAlarm>[3], asOf: typeof EVENING) =>
  db().tx(county.actor, asOf, (tx) => acts.raiseAlarm(tx, county.actor, id, step, asOf));

it('tells the roster, its second, the county, then who asks after the arrival, each once and at any hour', async () => {
  const id = await emergency(0);
  const town = county.towns[0];
  const steps = [
    ['first', EVENING],
    ['second', plusMinutes(EVENING, 15)],
    ['county', plusMinutes(EVENING, 30)],
    ['arrival', plusMinutes(EVENING, 1440)],
    ['arrival_county', plusMinutes(EVENING, 2880)],
  ] as const;
  for (const [step, asOf] of steps) {
    await raise(id, step, asOf);
    await raise(id, step, plusMinutes(asOf, 1));
  }
  const [first, second, line, arrival, last] = await told(id);
  expect(first).toEqual({ step: 'first', account_id: town.facility[0], available_at: EVENING, urgent: true });
  expect(town.facility).toContain(second?.account_id);
  expect(second?.account_id).not.toBe(first?.account_id);
  expect([line, arrival, last].map((one) => [one?.step, one?.account_id, one?.available_at])).toEqual([
    ['county', county.supervisor, at('2018-01-30', '21:20')],
    ['arrival', town.supervisor, at('2018-01-31', '20:50')],
    ['arrival_county', county.supervisor, at('2018-02-01', '20:50')],
  ]);
  expect(await told(id)).toHaveLength(5);
});

it('tells the next post up where a roster has nobody', async () => {
  const id = await emergency(2);
  await db().tx(county.actor, EVENING, (tx) =>
    sql`update duty_roster set to_at = ${EVENING} where area_code = ${county.towns[1].code} and from_at < ${EVENING} and to_at > ${EVENING}`.execute(
      tx,
    ),
  );
  await raise(id, 'first', EVENING);
  expect((await told(id)).map((one) => one.account_id)).toEqual([county.towns[1].supervisor]);
});

it('takes each word once, in its order, and none that talks over another', async () => {
  const id = await emergency(1);
  const doctor = someone(county.villages[1].doctor);
  const town = someone(county.towns[0].supervisor);
  const asOf = plusMinutes(EVENING, 5);
  const say = (actor: typeof doctor, act: typeof acts.own, said: acts.Said = {}) =>
    db().tx(actor, asOf, (tx) => act(tx, actor, id, said, asOf));
  expect(await say(town, acts.own)).toMatchObject({ ownerId: county.towns[0].supervisor, seq: 2 });
  expect(await say(town, acts.own)).toMatchObject({ seq: 2 });
  await expect(say(doctor, acts.leave, { seq: 1 })).rejects.toMatchObject({ faults: [{ code: 'referral_moved_on' }] });
  await expect(say(doctor, acts.arrive, { occurredAt: plusMinutes(asOf, 1) })).rejects.toMatchObject({
    faults: [{ code: 'from_the_future' }],
  });
  await expect(say(town, acts.standDown)).rejects.toMatchObject({ faults: [{ code: 'reason_missing' }] });
  await say(doctor, acts.leave);
  await say(doctor, acts.arrive);
  await expect(say(doctor, acts.arrive)).rejects.toMatchObject({ faults: [{ code: 'already_recorded' }] });
  await expect(say(doctor, acts.outcome)).rejects.toMatchObject({ faults: [{ code: 'outcome_missing' }] });
  await say(doctor, acts.outcome, { note: 'admitted' });
  await expect(say(doctor, acts.own)).rejects.toMatchObject({ faults: [{ code: 'referral_ended' }] });
  const stranger = someone(county.villages[3].doctor);
  await expect(say(stranger, acts.own)).rejects.toMatchObject({ status: 404 });
  const cadre = someone(county.villages[1].cadre);
  await expect(say(cadre, acts.own)).rejects.toMatchObject({ status: 404 });
});

it('rings whoever stands in for somebody on duty, and the next post up where the shift has nobody else', async () => {
  const later = plusMinutes(EVENING, 60);
  const id = await emergency(1, later);
  const [first, second, third] = county.towns[0].facility; // on 30 January the first two
  await ask(
    db(),
    county,
    sql`insert into leave (county_code, account_id, from_on, to_on, substitute_id, consented_at)
      values (${county.countyCode}, ${first}, '2018-01-29', '2018-02-03', ${third}, ${EVENING}),
        (${county.countyCode}, ${second}, '2018-01-29', '2018-02-03', ${third}, ${EVENING}) returning id`,
  );
  await raise(id, 'first', later);
  await raise(id, 'second', plusMinutes(later, 15));
  expect((await told(id)).map(({ step, account_id }) => [step, account_id])).toEqual([
    ['first', third],
    ['second', county.towns[0].supervisor],
  ]);
});

it('hears from a check at the door that the patient arrived and what came of it, and the check’s task is done', async () => {
  const village = county.villages[3];
  const id = await emergency(3);
  const doors = doorsOf(village);
  const check = record('referral_check', { arrived: true, outcome: '住院治疗' }, { personId: doors.old.id });
  const receipt = await send(
    db(),
    village.nurse,
    stop(village, at('2018-02-05', '10:00'), [check], { householdId: doors.first.id }),
  );
  expect(receipt).toMatchObject({ filing: 'accepted' });
  expect(receipt.records[0]?.closed).toHaveLength(1);
  const events = await ask(
    db(),
    county,
    sql<{ kind: string }>`select kind from referral_event where referral_id = ${id} order by seq`,
  );
  expect(events.map(({ kind }) => kind)).toEqual(['advised', 'arrived', 'outcome']);
});
