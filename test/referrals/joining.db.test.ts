import fc from 'fast-check';
import { expect, it } from 'vitest';
import { at, type Instant, plusMinutes } from '../../src/platform/civil.ts';
import { sql } from '../../src/platform/db.ts';
import * as acts from '../../src/referrals/acts.ts';
import type { VisitReceipt } from '../../src/visits/schema.ts';
import type { SmallCounty } from '../fixtures/county.ts';
import { ask, countyEachTest, doorsOf, pressure, record, send, someone, stop } from '../visits/stop.ts';

const { db, county: theCounty } = countyEachTest();
const MORNING = at('2018-01-30', '09:00');

/** One reading of the hypertensive of the first village, by its doctor unless somebody else is named. */
async function measured(
  sbp: number,
  arrivedAt: Instant = MORNING,
  more: Record<string, unknown> = {},
  by?: string,
): Promise<{ receipt: VisitReceipt; recordId: string; referralId: string | null }> {
  const county = theCounty();
  const [village] = county.villages;
  const doors = doorsOf(village);
  const reading = pressure(doors.old.id, sbp, 104, more);
  const visit = stop(village, arrivedAt, [reading], { householdId: doors.first.id });
  const receipt = await send(db(), by ?? village.doctor, visit);
  return { receipt, recordId: String(reading.id), referralId: receipt.records[0]?.judgement?.referralId ?? null };
}
const events = (county: SmallCounty) =>
  ask(
    db(),
    county,
    sql<{
      kind: string;
      note: string | null;
    }>`select e.kind, e.note from referral_event e join referral r on r.id = e.referral_id
      where r.kind = 'urgent' order by r.recorded_at, r.id, e.seq`,
  );
const kinds = async () => (await events(theCounty())).map(({ kind }) => kind);

it('a doubled reading put to review joins the open emergency, and correcting the accepted one stands it down', async () => {
  const first = await measured(186);
  const doubled = await measured(186, plusMinutes(MORNING, 5), {}, theCounty().villages[0].nurse);
  expect(doubled.receipt).toMatchObject({ filing: 'review', reason: 'second_record' });
  expect(doubled.referralId).toBe(first.referralId);
  expect(await kinds()).toEqual(['advised', 'joined']);
  await measured(128, plusMinutes(MORNING, 60), { supersedes: first.recordId });
  expect(await events(theCounty())).toEqual([
    { kind: 'advised', note: null },
    { kind: 'joined', note: null },
    { kind: 'stood_down', note: 'corrected_reading' },
  ]);
});

it('a further emergency of its own keeps it open when the first is corrected, until it is corrected too', async () => {
  const first = await measured(186);
  const second = await measured(192, at('2018-01-31', '09:00'));
  expect(second.referralId).toBe(first.referralId);
  await measured(128, at('2018-01-31', '10:00'), { supersedes: first.recordId });
  expect(await kinds()).toEqual(['advised', 'joined']);
  const edited = await measured(188, at('2018-01-31', '11:00'), { supersedes: second.recordId });
  expect(edited.referralId).toBe(first.referralId);
  await measured(126, at('2018-01-31', '12:00'), { supersedes: edited.recordId });
  expect((await kinds()).at(-1)).toBe('stood_down');
});

it('two readings of one stop, or of two phones at one moment, open one', async () => {
  const county = theCounty();
  const [village] = county.villages;
  const doors = doorsOf(village);
  const sugar = record('t2dm', { fastingGlucose: 19 }, { personId: doors.young.id });
  const visit = stop(village, MORNING, [pressure(doors.young.id, 190, 112), sugar], { householdId: doors.second.id });
  const { records } = await send(db(), village.doctor, visit);
  expect(records.map(({ judgement }) => judgement?.class)).toEqual(['URGENT', 'URGENT']);
  expect(new Set(records.map(({ judgement }) => judgement?.referralId)).size).toBe(1);
  expect(await kinds()).toEqual(['advised', 'joined']);
  const both = await Promise.all([measured(186), measured(188, plusMinutes(MORNING, 3), {}, village.nurse)]);
  expect(new Set(both.map(({ referralId }) => referralId)).size).toBe(1);
  expect(await ask(db(), county, sql`select id from referral where kind = 'urgent'`)).toHaveLength(2);
});

it('a reading of somebody in hand rings again, once for each', async () => {
  const county = theCounty();
  const first = await measured(186);
  const id = String(first.referralId);
  const town = someone(county.towns[0].supervisor);
  const later = at('2018-01-30', '15:00');
  await db().tx(town, MORNING, (tx) => acts.own(tx, town, id, {}, plusMinutes(MORNING, 30)));
  const look = (asOf: Instant) => db().tx(county.actor, asOf, (tx) => acts.lookAtReferral(tx, county.actor, id, asOf));
  const raise = (step: 'first' | 'again', asOf: Instant) =>
    db().tx(county.actor, asOf, (tx) => acts.raiseAlarm(tx, county.actor, id, step, asOf));
  await raise('first', plusMinutes(MORNING, 31));
  expect((await look(plusMinutes(MORNING, 40))).due).toBeNull();
  await measured(192, later);
  const heard = plusMinutes(later, 21);
  expect((await look(heard)).due).toBe('again');
  await raise('again', heard);
  expect((await look(plusMinutes(heard, 1))).due).toBeNull();
  const told = await ask(
    db(),
    county,
    sql<{
      account: string;
    }>`select account_id as account from notice where subject_id = ${id} and params->>'step' = 'again'`,
  );
  expect(told.map(({ account }) => account)).toContain(county.towns[0].supervisor);
  await db().tx(town, heard, (tx) => acts.outcome(tx, town, id, { note: '住院治疗' }, heard));
  const after = await measured(190, at('2018-02-01', '09:00'));
  expect(after.referralId).not.toBe(id);
});

it('whatever is sent in whatever order, one person has at most one open emergency, and corrected readings leave none', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ sbp: fc.constantFrom(186, 192, 128), edits: fc.boolean(), nurse: fc.boolean() }), {
        minLength: 2,
        maxLength: 6,
      }),
      async (sendings) => {
        const county = theCounty();
        const [village] = county.villages;
        const standing: string[] = [];
        let arrivedAt = MORNING;
        const say = async (sbp: number, nurse: boolean, edited?: string) => {
          arrivedAt = plusMinutes(arrivedAt, 25);
          const more = edited ? { supersedes: edited } : {};
          const { receipt, recordId } = await measured(sbp, arrivedAt, more, nurse ? village.nurse : village.doctor);
          if (edited && receipt.filing === 'accepted') standing.splice(standing.indexOf(edited), 1);
          if (receipt.filing === 'accepted') standing.push(recordId);
          const open = await ask(
            db(),
            county,
            sql`select r.id from referral r where r.kind = 'urgent' and not exists (select from referral_event e
              where e.referral_id = r.id and e.kind in ('outcome', 'stood_down'))`,
          );
          expect(open.length).toBeLessThanOrEqual(1);
          return open.length;
        };
        for (const { sbp, edits, nurse } of sendings) await say(sbp, nurse, edits ? standing.at(-1) : undefined);
        let open = 0;
        for (const one of [...standing]) open = await say(120, false, one);
        expect(open).toBe(0);
      },
    ),
    { numRuns: 8, seed: 20180130 },
  );
});
