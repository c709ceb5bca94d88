import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { at, type CivilDate, type Instant, plusMinutes } from '../../src/platform/civil.ts';
import { sql } from '../../src/platform/db.ts';
import type { DomainError } from '../../src/platform/errors.ts';
import { awayClauses, stopJoins, taskState } from '../../src/tasks/standing.ts';
import { insertTasks } from '../../src/tasks/store.ts';
import { confirmVisit, mindJointDuties } from '../../src/visits/acts/confirm.ts';
import type { SmallCounty, SmallVillage } from '../fixtures/county.ts';
import { ask, countyEachTest, doorsOf, record, send, someone, stop, tasksOf } from './stop.ts';

const { db, county: theCounty } = countyEachTest();
let county: SmallCounty;
let village: SmallVillage;
let doors: ReturnType<typeof doorsOf>;
const MORNING = at('2018-01-30', '09:00');
beforeEach(async () => {
  county = theCounty();
  village = county.villages[0];
  doors = doorsOf(village);
  const pair = (
    kind: string,
    subject: 'household' | 'person',
    subjectId: string,
    householdId: string,
    personId: string | null,
  ) =>
    (['medical', 'cadre'] as const).map((side) => ({
      sourceKey: `test/${randomUUID()}`,
      kind,
      subject,
      subjectId,
      areaCode: village.code,
      householdId,
      personId,
      side,
      opensOn: '2018-01-09' as const,
      dueOn: '2018-01-20' as const,
    }));
  const owed = [
    ...pair('verification', 'person', doors.old.id, doors.first.id, doors.old.id),
    ...pair('contract', 'household', doors.third.id, doors.third.id, null),
  ];
  await db().tx(county.actor, MORNING, (tx) => insertTasks(tx, county.countyCode, owed, MORNING));
});

const lines = (...items: string[]) => ({ lines: items.map((item) => ({ item, ok: true })) });
const ALL = lines('illness', 'treatment', 'reimbursement');
const verify = (
  body: Record<string, unknown>,
  more: Record<string, unknown> = {},
  stopMore: Record<string, unknown> = {},
) =>
  stop(village, MORNING, [record('verification', body, { personId: doors.old.id, ...more })], {
    householdId: doors.first.id,
    ...stopMore,
  });
const sign = (more: Record<string, unknown> = {}, stopMore: Record<string, unknown> = {}) =>
  stop(village, MORNING, [record('contract', {}, more)], { householdId: doors.third.id, ...stopMore });
const HEARD = at('2018-01-30', '18:00');
/** As the door does it: the transaction is the system's, the account is whose word it is. */
const confirm = (accountId: string, visitId: string, asOf: Instant = HEARD) =>
  db().tx(county.actor, asOf, (tx) => confirmVisit(tx, someone(accountId), visitId, asOf));
const sides = async (householdId: string, kind: string) =>
  (await tasksOf(db(), county, householdId))
    .filter((task) => task.kind === kind)
    .map((task) => [task.side, task.closeReason, task.closeDetail]);

const states = async (householdId: string) => {
  const found = await ask(
    db(),
    county,
    sql<{ said: string }>`with ${awayClauses(county.countyCode, sql`true`, '2018-02-10')}
      select ${taskState('2018-02-10', null)} || ' ' || t.side as said from task t ${stopJoins}
      where t.household_id = ${householdId} and t.kind = 'verification' order by t.side`,
  );
  return found.map(({ said }) => said);
};

describe('a joint duty', () => {
  it('confirmed on the third day is in the book since the day of its one record', async () => {
    const visit = verify(ALL, {}, { partnerId: village.cadre });
    await send(db(), village.doctor, visit, at('2018-02-01', '09:00'));
    await confirm(village.cadre, visit.id, at('2018-02-04', '18:00'));
    expect(await states(doors.first.id)).toEqual(['done_late cadre', 'done_late medical']);
  });

  it('is closed a side at a time by each side’s own lines', async () => {
    await send(db(), village.doctor, verify(lines('illness')));
    expect(await sides(doors.first.id, 'verification')).toEqual([
      ['cadre', null, null],
      ['medical', null, null],
    ]);
    await send(db(), village.doctor, verify(lines('illness', 'treatment')));
    await send(db(), village.cadre, verify({ lines: [{ item: 'reimbursement', ok: false, note: '已补办' }] }));
    expect(await sides(doors.first.id, 'verification')).toEqual([
      ['cadre', 'done', null],
      ['medical', 'done', null],
    ]);
  });

  it('is confirmed by the partner from an account of its own, never by the recorder’s word', async () => {
    const visit = verify(ALL, { confirmedByPartner: true }, { partnerId: village.cadre });
    expect((await send(db(), village.doctor, visit)).records[0]?.closed).toHaveLength(1);
    const confirmed = () => ask(db(), county, sql`select side, account_id from confirmation order by side`);
    expect(await confirmed()).toEqual([{ side: 'medical', account_id: village.doctor }]);
    const first = await confirm(village.cadre, visit.id);
    expect(first.closed).toHaveLength(1);
    expect(await confirm(village.cadre, visit.id)).toMatchObject({ records: first.records, closed: [] });
    expect(await confirmed()).toEqual([
      { side: 'cadre', account_id: village.cadre },
      { side: 'medical', account_id: village.doctor },
    ]);
    expect(await sides(doors.first.id, 'verification')).toEqual([
      ['cadre', 'done', null],
      ['medical', 'done', null],
    ]);
  });

  it('takes no confirmation from its recorder, the same side, another village, another than the one named, or after three days', async () => {
    const visit = sign({}, { partnerId: village.cadre });
    await send(db(), village.doctor, visit);
    const refused = async (accountId: string, at = HEARD) =>
      confirm(accountId, visit.id, at).then(
        () => null,
        (error: DomainError) => error.faults[0]?.code,
      );
    expect(await refused(village.doctor)).toBe('confirm_own_visit');
    expect(await refused(village.nurse)).toBe('confirm_not_in_post');
    expect(await refused(county.villages[1].cadre)).toBe('visit_unknown');
    expect(await refused(county.planner)).toBe('confirm_not_in_post');
    expect(await refused(village.secondCadre)).toBe('confirm_not_partner');
    expect(await refused(village.cadre, at('2018-02-03', '00:01'))).toBe('confirm_too_late');
    expect(await refused(village.cadre, at('2018-02-02', '23:59'))).toBeNull();
    expect(await sides(doors.third.id, 'contract')).toEqual([
      ['cadre', 'done', null],
      ['medical', 'done', null],
    ]);
  });

  it('named with somebody of the same side is confirmed by whoever is of the other', async () => {
    const visit = sign({}, { partnerId: village.nurse });
    await send(db(), village.doctor, visit);
    expect((await confirm(village.secondCadre, visit.id)).closed).toHaveLength(1);
  });

  it('leaves a side’s lines owed where the record it confirms has none of them', async () => {
    const visit = verify(lines('illness', 'treatment'));
    await send(db(), village.doctor, visit);
    expect(await confirm(village.cadre, visit.id)).toMatchObject({ records: [], closed: [] });
  });

  it.each(['first', 'correcting'] as const)(
    'put right before the partner confirms is confirmed as it stands, by the %s visit',
    async (by) => {
      const said = record('verification', ALL, { personId: doors.old.id });
      const first = stop(village, MORNING, [said], { householdId: doors.first.id, partnerId: village.cadre });
      await send(db(), village.doctor, first);
      const right = record(
        'verification',
        { lines: ALL.lines.map((line) => (line.item === 'illness' ? { ...line, ok: false, note: '病名写错' } : line)) },
        { personId: doors.old.id, supersedes: said.id },
      );
      const correcting = stop(village, plusMinutes(MORNING, 60), [right], { householdId: doors.first.id });
      expect(await send(db(), village.doctor, correcting)).toMatchObject({ filing: 'accepted' });
      const confirmed = await confirm(village.cadre, (by === 'first' ? first : correcting).id);
      expect(confirmed).toMatchObject({ records: [right.id], closed: [expect.any(String)] });
      expect(await sides(doors.first.id, 'verification')).toEqual([
        ['cadre', 'done', null],
        ['medical', 'done', null],
      ]);
    },
  );

  it('tells the partner whom it names, once a visit', async () => {
    const both = [
      record('verification', ALL, { personId: doors.old.id }),
      record('verification', ALL, { personId: doors.second.persons[0]?.id }),
    ];
    await send(
      db(),
      village.doctor,
      stop(village, MORNING, both, { householdId: doors.first.id, partnerId: village.secondCadre }),
    );
    const morning = at('2018-01-31', '02:00');
    for (const asOf of [morning, plusMinutes(morning, 10)])
      await db().tx(county.actor, asOf, (tx) => mindJointDuties(tx, county.actor, asOf));
    const items = await ask(
      db(),
      county,
      sql`select l.kind, l.account_id, n.kind as notice from notice_line l
      join notice n on n.account_id = l.account_id`,
    );
    expect(items).toEqual([{ kind: 'confirm', account_id: village.secondCadre, notice: 'digest' }]);
  });

  it('left unsaid for three days, or given a reason at once, ends for the other side as done by one', async () => {
    const night = (day: CivilDate) =>
      db().tx(county.actor, at(day, '02:00'), (tx) => mindJointDuties(tx, county.actor, at(day, '02:00')));
    await send(db(), village.doctor, verify(ALL));
    await send(db(), village.cadre, sign({ singleSideReason: '村医在培训' }));
    expect(await sides(doors.third.id, 'contract')).toEqual([
      ['cadre', 'done', null],
      ['medical', 'done', 'single_side'],
    ]);
    expect(await night('2018-02-02')).toEqual({ closed: 0, told: 1 });
    expect(await sides(doors.first.id, 'verification')).toEqual([
      ['cadre', null, null],
      ['medical', 'done', null],
    ]);
    expect(await night('2018-02-03')).toEqual({ closed: 1, told: 0 });
    expect(await night('2018-02-03')).toEqual({ closed: 0, told: 0 });
    expect(await states(doors.first.id)).toEqual(['done_late cadre', 'done_late medical']); // in the book since the 30th
    expect(await sides(doors.first.id, 'verification')).toEqual([
      ['cadre', 'done', 'single_side'],
      ['medical', 'done', null],
    ]);
    const told = () => ask(db(), county, sql`select kind, account_id from notice_line`);
    expect(await told()).toEqual([{ kind: 'confirm', account_id: village.cadre }]);
    const signatures = await ask(
      db(),
      county,
      sql`select medical_on, cadre_on, cadre_account_id, signed_on from contract where household_id = ${doors.third.id}`,
    );
    expect(signatures).toEqual([
      { medical_on: null, cadre_on: '2018-01-30', cadre_account_id: village.cadre, signed_on: null },
    ]);
  });

  it('becomes a contract when the second side has signed, once', async () => {
    await send(db(), village.doctor, sign());
    const signed = () =>
      ask(
        db(),
        county,
        sql`select signed_on, medical_team_id, cadre_team_id from contract where household_id = ${doors.third.id}`,
      );
    expect(await signed()).toEqual([{ signed_on: null, medical_team_id: village.medicalTeam, cadre_team_id: null }]);
    await send(db(), village.cadre, sign());
    expect(await signed()).toEqual([
      { signed_on: '2018-01-30', medical_team_id: village.medicalTeam, cadre_team_id: village.cadreTeam },
    ]);
    expect(await send(db(), village.secondCadre, sign())).toMatchObject({ filing: 'review', reason: 'second_record' });
    expect(await signed()).toHaveLength(1);
  });
});

describe('who sees what of a stop', () => {
  it('keeps readings and judgements from cadres and from other villages', async () => {
    const reading = record('htn', { sbp: 152, dbp: 84 }, { personId: doors.old.id });
    await send(db(), village.doctor, stop(village, MORNING, [reading], { householdId: doors.first.id }));
    const seen = (accountId: string) =>
      db().tx({ kind: 'account', countyCode: county.countyCode, accountId }, MORNING, async (tx) => {
        const one = async (table: string) =>
          Number((await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(tx)).rows[0]?.n);
        return [await one('visit'), await one('record'), await one('measurement'), await one('judgement')];
      });
    expect(await seen(village.nurse)).toEqual([1, 1, 2, 1]);
    expect(await seen(village.cadre)).toEqual([1, 0, 0, 0]);
    expect(await seen(county.villages[1].doctor)).toEqual([0, 0, 0, 0]);
    expect(await seen(county.towns[0].supervisor)).toEqual([1, 1, 2, 1]);
  });
});
