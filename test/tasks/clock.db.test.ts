import { beforeEach, describe, expect, it } from 'vitest';
import { at, type CivilDate, type Instant, plusDays } from '../../src/platform/civil.ts';
import { sql } from '../../src/platform/db.ts';
import { approveHold, liftHold, moveTask, requestHold, transferTask } from '../../src/tasks/acts.ts';
import { sweepAt } from '../../src/tasks/rules/sweep-times.ts';
import { insertTasks } from '../../src/tasks/store.ts';
import { sweepAgenda } from '../../src/tasks/sweep.ts';
import type { SmallVillage } from '../fixtures/county.ts';
import { ask, countyEachTest, record, send, someone, stop } from '../visits/stop.ts';

const { db, county } = countyEachTest();
const TASKS = 48;
let village: SmallVillage;
beforeEach(async () => {
  village = county().villages[0];
  await owe(county().villages[0].households[0]?.id ?? '', '2018-02-01');
});

/** Talks owed at a door; the fixture's own follow-ups are closed. */
async function owe(householdId: string, dueOn: CivilDate, count = TASKS, personId: string | null = null) {
  const asOf = at('2018-01-09', '10:00');
  await db().tx(county().actor, asOf, async (tx) => {
    await sql`update task set closed_at = ${asOf}, closed_on = '2018-01-09', close_reason = 'not_done' where closed_at is null`.execute(
      tx,
    );
    await insertTasks(
      tx,
      county().countyCode,
      Array.from({ length: count }, (_, n) => ({
        sourceKey: `talk/${dueOn}/${n}`,
        kind: 'policy_talk',
        subject: 'household' as const,
        subjectId: householdId,
        householdId,
        personId,
        areaCode: village.code,
        side: 'either' as const,
        opensOn: '2018-01-09' as const,
        dueOn,
      })),
      asOf,
    );
  });
}
const sweepOn = (day: CivilDate, asOf: Instant = sweepAt(village.code, day)) =>
  db().tx(county().actor, asOf, (tx) => sweepAgenda(tx, county().actor, village.code, asOf));
async function sweepThrough(from: CivilDate, to: CivilDate) {
  for (let day = from; day <= to; day = plusDays(day, 1)) await sweepOn(day);
}
/** `level kind cycle morning`, with how many tasks, one line a kind. */
const steps = async () =>
  (
    await ask(
      db(),
      county(),
      sql<{
        step: string;
      }>`select concat_ws(' ', level, kind, 'c' || cycle, to_char(decided_on, 'MM-DD'), count(*)) as step from escalation
        group by level, kind, cycle, decided_on order by decided_on, level`,
    )
  ).map(({ step }) => step);
const supervisor = () => someone(county().supervisor);
const town = () => someone(county().towns[0].supervisor);

describe('a hold', () => {
  it('of a village, approved and lifted at once, takes nothing from 48 tasks on level 3', async () => {
    await sweepThrough('2018-02-02', '2018-02-08');
    const reached = ['1 told c0 02-02 48', '2 told c0 02-05 48', '3 told c0 02-08 48'];
    expect(await steps()).toEqual(reached);
    const asOf = at('2018-02-08', '10:00');
    const hold = { villageCode: village.code, fromOn: '2018-02-08', toOn: '2018-02-20', reason: 'snow' } as const;
    const { id } = await db().tx(town(), asOf, (tx) => requestHold(tx, town(), hold, asOf));
    await db().tx(supervisor(), asOf, async (tx) => {
      await approveHold(tx, supervisor(), id, asOf);
      await liftHold(tx, supervisor(), id, null, asOf);
    });
    await sweepOn('2018-02-08', at('2018-02-08', '10:01'));
    await sweepThrough('2018-02-09', '2018-02-27');
    expect(await steps()).toEqual(reached);
  });

  it('stops the clock, and afterwards the ladder goes on from where it stood', async () => {
    await sweepThrough('2018-02-02', '2018-02-05');
    const asOf = at('2018-02-05', '10:00');
    await db().tx(town(), asOf, (tx) =>
      requestHold(
        tx,
        town(),
        { householdId: village.households[0]?.id, fromOn: '2018-02-06', toOn: '2018-02-12', reason: 'snow' },
        asOf,
      ),
    );
    await sweepThrough('2018-02-06', '2018-02-27');
    expect(await steps()).toEqual(['1 told c0 02-02 48', '2 told c0 02-05 48', '3 told c0 02-22 48']); // three more: 02-13, 02-14, 02-22
  });

  it('that begins tomorrow changes nothing today: a step told this morning was told, and none comes after it', async () => {
    await sweepThrough('2018-02-02', '2018-02-05');
    const told = await steps();
    const asOf = at('2018-02-05', '09:13');
    await db().tx(town(), asOf, (tx) =>
      requestHold(
        tx,
        town(),
        { householdId: village.households[0]?.id, fromOn: '2018-02-06', toOn: '2018-02-07', reason: 'snow' },
        asOf,
      ),
    );
    await sweepOn('2018-02-05', asOf);
    expect(await steps()).toEqual(told);
  });

  it('is not lifted into the past, so that no day counts twice', async () => {
    const asOf = at('2018-02-01', '10:00');
    const hold = {
      householdId: village.households[0]?.id,
      fromOn: '2018-02-01',
      toOn: '2018-02-07',
      reason: 'snow',
    } as const;
    const { id } = await db().tx(town(), asOf, (tx) => requestHold(tx, town(), hold, asOf));
    const later = at('2018-02-05', '10:00');
    const lift = db().tx(town(), later, (tx) => liftHold(tx, town(), id, '2018-02-01', later));
    await expect(lift).rejects.toMatchObject({ faults: [{ code: 'hold_lift_past' }] });
  });
});

describe('a step', () => {
  it('is one a task a morning, over cycles: a date brought into the past by a judgement says nothing twice', async () => {
    await sweepOn('2018-02-02');
    const asOf = at('2018-02-02', '10:00');
    await db().tx(county().actor, asOf, (tx) =>
      sql`update task set due_on = '2018-01-31', cycle = cycle + 1 where closed_at is null`.execute(tx),
    );
    await sweepOn('2018-02-02', asOf);
    expect(await steps()).toEqual(['1 told c0 02-02 48']);
    await sweepOn('2018-02-05');
    expect(await steps()).toEqual(['1 told c0 02-02 48', '1 told c1 02-05 48']);
  });

  it('begins anew when the due date moves, and then only', async () => {
    await sweepOn('2018-02-02');
    const asOf = at('2018-02-02', '10:00');
    const [task] = await ask(
      db(),
      county(),
      sql<{ id: string }>`select id from task where closed_at is null order by id limit 1`,
    );
    await db().tx(county().actor, asOf, (tx) =>
      moveTask(tx, county().actor, task?.id ?? '', '2018-02-05', 'market', asOf),
    );
    await sweepThrough('2018-02-03', '2018-02-06');
    expect(await steps()).toEqual(['1 told c0 02-02 48', '2 told c0 02-05 47', '1 told c1 02-06 1']);
  });
});

describe('a hand-over', () => {
  it('is told to the team that has the task now, by a line of its own, and its ladder goes on', async () => {
    await sweepOn('2018-02-02');
    const asOf = at('2018-02-02', '10:00');
    const [task] = await ask(
      db(),
      county(),
      sql<{ id: string }>`select id from task where closed_at is null order by id limit 1`,
    );
    const other = county().villages[1];
    await db().tx(town(), asOf, (tx) => transferTask(tx, town(), task?.id ?? '', other.medicalTeam, asOf));
    const sweepOther = (instant: Instant) =>
      db().tx(county().actor, instant, (tx) => sweepAgenda(tx, county().actor, other.code, instant));
    await sweepOther(asOf);
    await sweepOther(at('2018-02-02', '10:01'));
    await sweepOther(sweepAt(other.code, '2018-02-05'));
    const told = await ask(
      db(),
      county(),
      sql<{ told: string }>`select concat_ws(' ', l.kind, l.level, a.login, 'c' || l.cycle) as told from notice_line l
        join account a on a.id = l.account_id where l.task_id = ${task?.id} order by l.created_at, 1`,
    );
    expect(told.map((line) => line.told)).toEqual([
      'climb 1 v1.cadre c0',
      'climb 1 v1.doctor c0',
      'opens v2.doctor c0',
      'climb 2 town1.supervisor c0',
    ]);
  });
});

describe('somebody known to be away', () => {
  const away = (more: object, personId?: string) =>
    record('not_met', { reason: 'away', backOn: '2018-02-08', ...more }, personId ? { personId } : {});

  it('as a household until 8 February is not late before it, and the ladder begins on that morning', async () => {
    const householdId = village.households[0]?.id;
    await send(db(), village.cadre, stop(village, at('2018-02-01', '15:00'), [away({})], { householdId }));
    await sweepThrough('2018-02-02', '2018-02-07');
    expect(await steps()).toEqual([]);
    await sweepOn('2018-02-08');
    expect(await steps()).toEqual(['1 told c0 02-08 48']);
  });

  it('stops the household’s clock only with every adult of it', async () => {
    const { id: householdId = '', persons = [] } = village.households[0] ?? {};
    const [first, second] = persons;
    await send(db(), village.cadre, stop(village, at('2018-02-01', '15:00'), [away({}, first?.id)], { householdId }));
    await sweepOn('2018-02-02');
    expect(await steps()).toEqual(['1 told c0 02-02 48']);
    await send(db(), village.cadre, stop(village, at('2018-02-02', '15:00'), [away({}, second?.id)], { householdId }));
    await sweepThrough('2018-02-03', '2018-02-07');
    expect(await steps()).toEqual(['1 told c0 02-02 48']);
    await sweepThrough('2018-02-08', '2018-02-09'); // the 2nd, told of in the morning, no longer counts: both were away on it
    expect(await steps()).toEqual(['1 told c0 02-02 48', '2 told c0 02-09 48']);
  });

  it('without a return stops nothing; a later word stands', async () => {
    const householdId = village.households[0]?.id;
    const gone = record('not_met', { reason: 'away' });
    await send(db(), village.cadre, stop(village, at('2018-02-01', '15:00'), [gone], { householdId }));
    await sweepOn('2018-02-02');
    expect(await steps()).toEqual(['1 told c0 02-02 48']);
    await send(db(), village.cadre, stop(village, at('2018-02-02', '15:00'), [away({})], { householdId }));
    const sooner = away({ backOn: '2018-02-05' });
    await send(db(), village.cadre, stop(village, at('2018-02-03', '15:00'), [sooner], { householdId }));
    await sweepThrough('2018-02-04', '2018-02-06');
    expect(await steps()).toEqual(['1 told c0 02-02 48', '2 told c0 02-06 48']);
  });
});

describe('a change of the register that waits for its decision', () => {
  it('stops the clock of that person’s tasks until it is decided; a rejection ends the stop', async () => {
    const person = village.households[0]?.persons[0];
    const householdId = village.households[0]?.id ?? '';
    await owe(householdId, '2018-02-02', 1, person?.id ?? null);
    await ask(
      db(),
      county(),
      sql`insert into change_request (county_code, village_code, person_id, household_id, kind, occurred_on, record_id, requested_at, requested_by)
        values (${county().countyCode}, ${village.code}, ${person?.id}, ${householdId}, 'moved_out', '2018-01-20', gen_random_uuid(),
          ${at('2018-02-05', '16:00')}, ${village.cadre}) returning id`,
    );
    await sweepThrough('2018-02-05', '2018-02-09');
    expect(await steps()).toEqual([]);
    await ask(
      db(),
      county(),
      sql`update change_request set decided_at = ${at('2018-02-10', '09:00')}, decision = 'rejected', decided_by = ${county().supervisor} returning id`,
    );
    await sweepThrough('2018-02-11', '2018-02-12');
    expect(await steps()).toEqual(['1 told c0 02-11 1', '2 told c0 02-12 1']);
  });
});
