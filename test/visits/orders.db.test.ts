import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { at, plusMinutes } from '../../src/platform/civil.ts';
import { sql } from '../../src/platform/db.ts';
import { insertTasks } from '../../src/tasks/store.ts';
import type { NewVisit } from '../../src/visits/schema.ts';
import { COUNTY, type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { fileDatabase } from '../setup/county-database.ts';
import { ask, pressure, send, stop, talk, tasksOf } from './stop.ts';

let county: SmallCounty;
const db = fileDatabase(async (opened) => {
  county = await smallCounty(opened);
});
const HEARD = at('2018-02-06', '18:00');

/** A household and a hypertensive of its own for every run, beside those of the fixture. */
async function freshDoor(): Promise<{ householdId: string; personId: string; enrolmentId: string; talkTask: string }> {
  const village = county.villages[0];
  return db().tx(county.actor, HEARD, async (tx) => {
    const [householdId, personId, enrolmentId] = [randomUUID(), randomUUID(), randomUUID()];
    await sql`insert into household (county_code, id, village_code, register_no, group_no, name) values (${COUNTY}, ${householdId}, ${village.code}, ${householdId}, 1, '户主')`.execute(
      tx,
    );
    await sql`insert into person (county_code, id, household_id, village_code, name, sex, born_on) values (${COUNTY}, ${personId}, ${householdId}, ${village.code}, '某', 'm', '1967-01-01')`.execute(
      tx,
    );
    await sql`insert into enrolment (county_code, id, village_code, person_id, programme, from_on) values (${COUNTY}, ${enrolmentId}, ${village.code}, ${personId}, 'htn', '2017-03-01')`.execute(
      tx,
    );
    const common = { areaCode: village.code, householdId, opensOn: '2018-01-09', dueOn: '2018-02-01' } as const;
    const [talkTask] = await insertTasks(
      tx,
      COUNTY,
      [
        {
          ...common,
          sourceKey: `test/${householdId}/talk`,
          kind: 'policy_talk',
          subject: 'household',
          subjectId: householdId,
          side: 'either',
        },
        {
          ...common,
          sourceKey: `test/${householdId}/htn`,
          kind: 'htn',
          subject: 'enrolment',
          subjectId: enrolmentId,
          side: 'medical',
          personId,
          enrolmentId,
        },
      ],
      at('2018-01-09', '10:00'),
    );
    return { householdId, personId, enrolmentId, talkTask: String(talkTask) };
  });
}

/** What two phones without signal may hold: the same visit twice, duplicates of the other's work, another body, an edit and its fork, a later visit. */
function held(
  door: Awaited<ReturnType<typeof freshDoor>>,
): { readonly by: 'doctor' | 'nurse' | 'cadre'; readonly visit: NewVisit }[] {
  const village = county.villages[0];
  const morning = at('2018-01-30', '09:00');
  const at1 = (records: Parameters<typeof stop>[2], when = morning) =>
    stop(village, when, records, { householdId: door.householdId });
  const first = at1([talk('said', { taskId: door.talkTask }), pressure(door.personId, 150, 88)]);
  const reading = first.records[1]?.id;
  const edit = at1([pressure(door.personId, 118, 76, { supersedes: reading })], plusMinutes(morning, 60));
  const fork = at1([pressure(door.personId, 160, 96, { supersedes: reading })], plusMinutes(morning, 90));
  return [
    { by: 'doctor', visit: first },
    { by: 'doctor', visit: first },
    { by: 'cadre', visit: at1([talk('said', { taskId: door.talkTask })], plusMinutes(morning, 5)) },
    { by: 'nurse', visit: at1([pressure(door.personId, 149, 89)], plusMinutes(morning, 30)) },
    { by: 'doctor', visit: { ...first, present: [door.personId] } },
    { by: 'doctor', visit: edit },
    { by: 'nurse', visit: fork },
  ];
}

it('two phones offline, in any order: every record is stored, each task is closed once, one follow-up is owed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7, maxLength: 7 }), async (order) => {
      const door = await freshDoor();
      const sendings = held(door);
      const village = county.villages[0];
      for (const n of order) {
        const sending = sendings[n];
        if (sending) await send(db(), village[sending.by], sending.visit, HEARD);
      }
      const stored = await ask(
        db(),
        county,
        sql<{
          n: number;
        }>`select count(*) as n from record r join visit v on v.id = r.visit_id and v.body_hash = r.visit_hash
        where v.household_id = ${door.householdId}`,
      );
      expect(stored).toEqual([{ n: 8 }]); // the visit sent twice is one; every other body is kept whole
      const tasks = await tasksOf(db(), county, door.householdId);
      const talks = tasks.filter(({ kind }) => kind === 'policy_talk');
      expect(talks.map(({ closeReason }) => closeReason)).toEqual(['done']);
      const owed = tasks.filter(({ kind, closeReason }) => kind !== 'policy_talk' && closeReason === null);
      expect(owed).toHaveLength(1);
      expect(tasks.find(({ sourceKey }) => sourceKey === `test/${door.householdId}/htn`)?.closeReason).toBe('done');
      const closers = await ask(
        db(),
        county,
        sql<{
          n: number;
        }>`select count(*) as n from task t join record r on r.id = t.closed_by and r.filing = 'accepted'
        where t.household_id = ${door.householdId}`,
      );
      expect(closers[0]?.n).toBe(tasks.filter(({ closeReason }) => closeReason === 'done').length);
    }),
    { numRuns: 25, seed: 20180130 },
  );
});

it('the same visit from two connections at once is written once, and both are told the same', async () => {
  const door = await freshDoor();
  const village = county.villages[0];
  const visit = stop(village, at('2018-01-31', '09:00'), [talk('said', { taskId: door.talkTask })], {
    householdId: door.householdId,
  });
  const receipts = await Promise.all([1, 2, 3, 4].map(() => send(db(), village.doctor, visit, HEARD)));
  for (const receipt of receipts) expect(receipt).toEqual(receipts[0]);
  expect(receipts[0]).toMatchObject({ filing: 'accepted' });
  expect(await ask(db(), county, sql<{ n: number }>`select count(*) as n from visit where id = ${visit.id}`)).toEqual([
    { n: 1 },
  ]);
});

it('two talks at one door at once close its task once', async () => {
  const door = await freshDoor();
  const village = county.villages[0];
  const by = (when: ReturnType<typeof at>) =>
    stop(village, when, [talk('said', { taskId: door.talkTask })], { householdId: door.householdId });
  const receipts = await Promise.all([
    send(db(), village.doctor, by(at('2018-01-31', '09:00')), HEARD),
    send(db(), village.cadre, by(at('2018-01-31', '09:05')), HEARD),
  ]);
  expect(receipts.map(({ filing }) => filing).sort()).toEqual(['accepted', 'review']);
});
