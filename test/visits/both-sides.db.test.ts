import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { at } from '../../src/platform/civil.ts';
import { sql } from '../../src/platform/db.ts';
import { insertTasks } from '../../src/tasks/store.ts';
import type { SmallCounty, SmallVillage } from '../fixtures/county.ts';
import { ask, countyEachTest, doorsOf, record, send, stop, tasksOf } from './stop.ts';

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
const sides = async (householdId: string, kind: string) =>
  (await tasksOf(db(), county, householdId))
    .filter((task) => task.kind === kind)
    .map((task) => [task.side, task.closeReason, task.closeDetail]);

describe('a joint duty', () => {
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

  it('is closed for both by one record that the partner confirms, with a confirmation of each', async () => {
    const visit = verify(ALL, { confirmedByPartner: true }, { partnerId: village.cadre });
    const receipt = await send(db(), village.doctor, visit);
    expect(receipt.records[0]?.closed).toHaveLength(2);
    const confirmed = await ask(db(), county, sql`select side, account_id from confirmation order by side`);
    expect(confirmed).toEqual([
      { side: 'cadre', account_id: village.cadre },
      { side: 'medical', account_id: village.doctor },
    ]);
    const cadres = verify(ALL, { confirmedByPartner: true }, { partnerId: village.doctor });
    expect(await send(db(), village.cadre, cadres)).toMatchObject({ filing: 'review', reason: 'second_record' });
  });

  it('takes no confirmation from somebody of the same side or of another village', async () => {
    for (const partnerId of [village.nurse, county.villages[1].cadre]) {
      await send(db(), village.doctor, sign({ confirmedByPartner: true }, { partnerId }));
    }
    expect(await sides(doors.third.id, 'contract')).toEqual([
      ['cadre', null, null],
      ['medical', 'done', null],
    ]);
    expect(await ask(db(), county, sql`select * from contract where household_id = ${doors.third.id}`)).toEqual([]);
  });

  it('done by one side with a reason closes both and says so', async () => {
    await send(db(), village.cadre, verify(lines('reimbursement'), { singleSideReason: '村医在培训' }));
    expect(await sides(doors.first.id, 'verification')).toEqual([
      ['cadre', 'done', 'single_side'],
      ['medical', 'done', 'single_side'],
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
    expect(await signed()).toEqual([]);
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
