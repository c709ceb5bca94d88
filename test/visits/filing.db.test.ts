import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { brokenLink } from '../../src/platform/audit.ts';
import { at, plusMinutes } from '../../src/platform/civil.ts';
import { sql } from '../../src/platform/db.ts';
import { registerDevice } from '../../src/tasks/acts/devices.ts';
import { insertTasks } from '../../src/tasks/store.ts';
import { NewVisit } from '../../src/visits/schema.ts';
import type { SmallCounty, SmallVillage } from '../fixtures/county.ts';
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
  talk,
  tasksOf,
} from './stop.ts';

const { db, county: theCounty } = countyEachTest();
let county: SmallCounty;
let village: SmallVillage;
let doors: ReturnType<typeof doorsOf>;
const MORNING = at('2018-01-30', '09:00');
beforeEach(() => {
  county = theCounty();
  village = county.villages[0];
  doors = doorsOf(village);
});

const owe = (kind: string, side: 'medical' | 'cadre' | 'either', more: Record<string, unknown> = {}) =>
  db().tx(county.actor, MORNING, async (tx) => {
    const [id] = await insertTasks(
      tx,
      county.countyCode,
      [
        {
          sourceKey: `test/${randomUUID()}`,
          kind,
          subject: 'household',
          subjectId: doors.third.id,
          areaCode: village.code,
          householdId: doors.third.id,
          side,
          opensOn: '2018-01-09',
          dueOn: '2018-02-01',
          ...more,
        },
      ],
      at('2018-01-09', '10:00'),
    );
    return String(id);
  });
const talkAt = (more: Record<string, unknown> = {}, when = MORNING) =>
  stop(village, when, [talk('said', more)], { householdId: doors.third.id });
const filedAs = (filing: string, reason: string | null) => expect.objectContaining({ filing, reason });

describe('a visit from the field is never refused', () => {
  it('is accepted from a cadre, closes the household’s talk and wakes nobody', async () => {
    const task = await owe('policy_talk', 'either');
    const receipt = await send(db(), village.cadre, talkAt());
    expect(receipt).toMatchObject({ filing: 'accepted', reason: null, records: [{ closed: [task] }] });
    expect(await ask(db(), county, sql`select * from wake`)).toEqual([]);
    expect(await db().tx(county.actor, MORNING, (tx) => brokenLink(tx, county.countyCode))).toBeNull();
  });

  it('sent again gets the same receipt and writes nothing, however much the phone has sent meanwhile', async () => {
    await owe('policy_talk', 'either');
    const visit = talkAt();
    const first = await send(db(), village.doctor, visit);
    const before = await countRows(db(), county);
    const again = await send(
      db(),
      village.doctor,
      { ...visit, oldestUnsentAt: at('2018-01-30', '11:00') },
      at('2018-01-31', '12:00'),
    );
    expect(again).toEqual(first);
    expect(await countRows(db(), county)).toEqual(before);
  });

  it('with another body under the same id is kept beside the first, each time with its own receipt', async () => {
    await owe('policy_talk', 'either');
    const visit = talkAt();
    await send(db(), village.doctor, visit);
    const other = { ...visit, present: [doors.young.id] };
    const filed = await send(db(), village.doctor, other);
    expect(filed).toEqual(filedAs('review', 'same_id_other_body'));
    expect(await send(db(), village.doctor, other)).toEqual(filed);
    expect((await countRows(db(), county)).visits).toBe(2);
  });

  it('whose record another visit has used is kept for review', async () => {
    const visit = talkAt();
    await send(db(), village.doctor, visit);
    expect(await send(db(), village.doctor, { ...visit, id: randomUUID() })).toEqual(
      filedAs('review', 'same_id_other_body'),
    );
  });

  it('with an id that a village she cannot see has used is kept for review, and so is a record with one', async () => {
    const elsewhere = county.villages[2];
    const first = stop(elsewhere, MORNING, [talk()], { householdId: doorsOf(elsewhere).first.id });
    await send(db(), elsewhere.doctor, first);
    const sameVisit = { ...talkAt(), id: first.id };
    expect(await send(db(), village.doctor, sameVisit)).toEqual(filedAs('review', 'same_id_other_body'));
    const sameRecord = talkAt();
    const borrowed = {
      ...sameRecord,
      records: sameRecord.records.map((one) => ({ ...one, id: first.records[0]?.id })),
    };
    expect(await send(db(), village.doctor, borrowed as typeof sameRecord)).toEqual(
      filedAs('review', 'same_id_other_body'),
    );
    expect((await countRows(db(), county)).visits).toBe(3);
  });

  it('in capitals is the same id', async () => {
    const visit = talkAt();
    const first = await send(db(), village.doctor, visit);
    const capitals = NewVisit.parse({ ...visit, id: visit.id.toUpperCase() });
    expect(await send(db(), village.doctor, capitals)).toEqual(first);
    const other = NewVisit.parse({ ...capitals, present: [doors.young.id.toUpperCase()] });
    expect(await send(db(), village.doctor, other)).toEqual(filedAs('review', 'same_id_other_body'));
  });

  it('that waits for a reason of its own keeps a record whose id is used, too', async () => {
    const visit = talkAt();
    await send(db(), village.doctor, visit);
    const ahead = { ...visit, id: randomUUID() };
    const receipt = await send(db(), village.doctor, ahead, plusMinutes(MORNING, -30));
    expect(receipt).toMatchObject({ reason: 'clock_suspect', records: [{ reason: 'same_id_other_body' }] });
  });

  it('raises an emergency under an id that another person’s emergency has', async () => {
    const elsewhere = county.villages[2];
    const first = pressure(doorsOf(elsewhere).old.id, 186, 104);
    await send(db(), elsewhere.doctor, stop(elsewhere, MORNING, [first]));
    const second = { ...pressure(doors.old.id, 190, 110), id: first.id };
    const receipt = await send(db(), village.doctor, stop(village, MORNING, [second]));
    expect(receipt).toMatchObject({ filing: 'review', reason: 'same_id_other_body' });
    const people = await ask(
      db(),
      county,
      sql<{ id: string }>`select person_id as id from referral where kind = 'urgent'`,
    );
    expect(new Set(people.map(({ id }) => id))).toEqual(new Set([doorsOf(elsewhere).old.id, doors.old.id]));
  });

  it('sent again by another account is another’s word, kept beside the first', async () => {
    await owe('policy_talk', 'either');
    const visit = talkAt();
    await send(db(), village.doctor, visit);
    expect(await send(db(), village.cadre, visit)).toEqual(filedAs('review', 'same_id_other_body'));
  });

  it('from more than ten minutes ahead has a suspect clock; from eight has not', async () => {
    expect(await send(db(), village.doctor, talkAt(), plusMinutes(MORNING, -11))).toEqual(
      filedAs('review', 'clock_suspect'),
    );
    expect(await send(db(), village.doctor, talkAt(), plusMinutes(MORNING, -8))).toEqual(filedAs('accepted', null));
  });

  it('at another village’s household is kept in the recorder’s own village, with the household as she sent it', async () => {
    const elsewhere = doorsOf(county.villages[2]);
    const visit = stop(village, MORNING, [pressure(elsewhere.old.id, 128, 80, { enrolmentId: elsewhere.old.htn.id })], {
      householdId: elsewhere.first.id,
    });
    expect(await send(db(), village.doctor, visit)).toEqual(filedAs('review', 'other_area'));
    const [kept] = await ask(
      db(),
      county,
      sql<
        Record<string, unknown>
      >`select v.area_code, v.household_id, v.body->>'householdId' as sent, r.person_id, r.body->'sent'->>'personId' as person
        from visit v join record r on r.visit_id = v.id`,
    );
    expect(kept).toEqual({
      area_code: village.code,
      household_id: null,
      sent: elsewhere.first.id,
      person_id: null,
      person: elsewhere.old.id,
    });
    const there = stop(county.villages[2], MORNING, [talk()], { householdId: elsewhere.first.id });
    expect(await send(db(), village.doctor, there)).toEqual(filedAs('review', 'other_area'));
    const [second] = await ask(
      db(),
      county,
      sql<{ area_code: string }>`select area_code from visit where id = ${there.id}`,
    );
    expect(second?.area_code).toBe(village.code);
  });

  it('from somebody not in post on its day is kept; from a former member within his term it is accepted, however late', async () => {
    const task = await owe('policy_talk', 'either');
    await db().tx(county.actor, MORNING, async (tx) => {
      await sql`update role_grant set to_on = '2018-01-31' where account_id = ${village.cadre}`.execute(tx);
      await sql`update team_member set to_on = '2018-01-31' where account_id = ${village.cadre}`.execute(tx);
    });
    const heard = at('2018-02-06', '08:00');
    expect(await send(db(), village.cadre, talkAt({}, at('2018-02-02', '09:00')), heard)).toEqual(
      filedAs('review', 'not_in_post'),
    );
    expect(await send(db(), village.cadre, talkAt(), heard)).toMatchObject({
      filing: 'accepted',
      records: [{ closed: [task] }],
    });
  });

  it('with a reading by somebody without a clinical role is kept', async () => {
    const visit = stop(village, MORNING, [pressure(doors.old.id, 128, 80)], { householdId: doors.first.id });
    expect(await send(db(), village.cadre, visit)).toEqual(filedAs('review', 'not_in_post'));
  });

  it('to somebody who has moved away, or to a household that has ended, is kept', async () => {
    await db().tx(county.actor, MORNING, async (tx) => {
      await sql`update person set moved_out_on = '2018-01-20' where id = ${doors.old.id}`.execute(tx);
      await sql`update household set ended_on = '2018-01-20' where id = ${doors.third.id}`.execute(tx);
    });
    const visit = stop(village, MORNING, [pressure(doors.old.id, 128, 80)], { householdId: doors.first.id });
    expect(await send(db(), village.doctor, visit)).toEqual(filedAs('review', 'moved_away'));
    expect(await send(db(), village.doctor, talkAt())).toEqual(filedAs('review', 'moved_away'));
  });

  it('for a task that another record has closed, or that was excused, is kept', async () => {
    const task = await owe('policy_talk', 'either');
    await send(db(), village.doctor, talkAt({ taskId: task }));
    expect(await send(db(), village.cadre, talkAt({ taskId: task }, at('2018-01-31', '09:00')))).toEqual(
      filedAs('review', 'second_record'),
    );
    const excused = await owe('policy_talk', 'either');
    await db().tx(county.actor, MORNING, (tx) =>
      sql`update task set closed_at = ${MORNING}, closed_on = '2018-01-30', close_reason = 'excused', close_detail = 'waived' where id = ${excused}`.execute(
        tx,
      ),
    );
    expect(await send(db(), village.cadre, talkAt({ taskId: excused }, at('2018-02-01', '09:00')))).toEqual(
      filedAs('review', 'closed_task'),
    );
  });

  it('after its campaign has closed is kept; while it is closing it still counts', async () => {
    const campaign = await aCampaign();
    const task = await owe('policy_talk', 'either', { campaignId: campaign, dutyKey: 'talk' });
    const missed = await owe('policy_talk', 'either', {
      campaignId: campaign,
      dutyKey: 'talk',
      householdId: doors.second.id,
      subjectId: doors.second.id,
    });
    await stage(campaign, 2, 'closing');
    expect(await send(db(), village.doctor, talkAt({}, at('2018-03-02', '09:00')))).toMatchObject({
      filing: 'accepted',
      records: [{ closed: [task] }],
    });
    await db().tx(county.actor, MORNING, (tx) =>
      sql`update task set closed_at = '2018-03-08T00:00:00Z', closed_on = '2018-03-08', close_reason = 'not_done' where id = ${missed}`.execute(
        tx,
      ),
    );
    await stage(campaign, 3, 'closed');
    const late = stop(village, at('2018-02-20', '09:00'), [talk()], { householdId: doors.second.id });
    expect(await send(db(), village.doctor, late, at('2018-03-09', '09:00'))).toEqual(
      filedAs('review', 'closed_campaign'),
    );
  });

  it('raises an emergency even where it waits for review', async () => {
    const visit = stop(village, MORNING, [pressure(doors.old.id, 190, 100)], { householdId: doors.first.id });
    const receipt = await send(db(), village.doctor, visit, plusMinutes(MORNING, -30));
    expect(receipt).toMatchObject({
      filing: 'review',
      reason: 'clock_suspect',
      records: [{ closed: [], judgement: { class: 'URGENT', referral: 'urgent' } }],
    });
    const [referral] = await ask(
      db(),
      county,
      sql<{ advised_at: string; person_id: string }>`select advised_at, person_id from referral`,
    );
    expect(referral).toEqual({ advised_at: plusMinutes(MORNING, -30), person_id: doors.old.id });
    expect((await tasksOf(db(), county, doors.first.id)).every(({ closeReason }) => closeReason === null)).toBe(true);
  });

  it('hears from the phone how far it has sent', async () => {
    const deviceId = randomUUID();
    const doctor = someone(village.doctor);
    await db().tx(doctor, MORNING, (tx) => registerDevice(tx, doctor, { id: deviceId }, MORNING));
    const visit = stop(village, MORNING, [talk()], {
      householdId: doors.third.id,
      deviceId,
      oldestUnsentAt: '2018-01-30T10:15:00+08:00',
    });
    await send(db(), village.doctor, visit);
    const [device] = await ask(
      db(),
      county,
      sql<Record<string, unknown>>`select account_id, area_code, oldest_unsent_at from device where id = ${deviceId}`,
    );
    expect(device).toEqual({
      account_id: village.doctor,
      area_code: village.code,
      oldest_unsent_at: at('2018-01-30', '10:15'),
    });
  });
});

describe('nobody met', () => {
  it('never closes a task; away until a day says who is home when, and binds her tasks to the day she leaves', async () => {
    const task = await owe('verification', 'medical', {
      householdId: doors.second.id,
      personId: doors.migrant.id,
      subject: 'person',
      subjectId: doors.migrant.id,
    });
    const away = record(
      'not_met',
      { reason: 'away', backOn: '2018-02-08', awayAgainOn: '2018-02-22' },
      { personId: doors.migrant.id },
    );
    const receipt = await send(db(), village.cadre, stop(village, MORNING, [away], { householdId: doors.second.id }));
    expect(receipt).toMatchObject({ filing: 'accepted', records: [{ closed: [] }] });
    expect((await tasksOf(db(), county, doors.second.id)).find(({ id }) => id === task)).toMatchObject({
      closeReason: null,
      boundedUntil: '2018-02-22',
    });
    const stays = await ask(
      db(),
      county,
      sql`select place, from_on, to_on from presence where person_id = ${doors.migrant.id} and recorded_at >= ${MORNING} order by from_on`,
    );
    expect(stays).toEqual([
      { place: 'away', from_on: '2018-01-30', to_on: '2018-02-07' },
      { place: 'home', from_on: '2018-02-08', to_on: '2018-02-22' },
      { place: 'away', from_on: '2018-02-23', to_on: null },
    ]);
    expect(await ask(db(), county, sql`select workflow_id from wake`)).toEqual([
      { workflow_id: `agenda/${village.code}` },
    ]);
  });

  it('because somebody has died, moved or is unknown asks for a decision and closes nothing', async () => {
    const died = record('not_met', { reason: 'died', occurredOn: '2018-01-25' }, { personId: doors.young.id });
    const unknown = record('not_met', { reason: 'unknown_person' }, { personId: doors.old.id });
    const moved = record('not_met', { reason: 'moved_out', wholeHousehold: true });
    await send(db(), village.cadre, stop(village, MORNING, [died], { householdId: doors.second.id }));
    await send(db(), village.cadre, stop(village, MORNING, [unknown], { householdId: doors.first.id }));
    await send(db(), village.cadre, stop(village, MORNING, [moved], { householdId: doors.third.id }));
    for (const door of [doors.first, doors.second, doors.third])
      expect((await tasksOf(db(), county, door.id)).every(({ closeReason }) => closeReason === null)).toBe(true);
    expect(await asked()).toEqual([
      { kind: 'died', person_id: doors.young.id, whole_household: false, occurred_on: '2018-01-25' },
      { kind: 'moved_out', person_id: null, whole_household: true, occurred_on: '2018-01-30' },
      { kind: 'unknown_person', person_id: doors.old.id, whole_household: false, occurred_on: '2018-01-30' },
    ]);
    const again = { ...died, id: randomUUID() };
    await send(db(), village.doctor, stop(village, MORNING, [again], { householdId: doors.second.id }));
    expect(await asked()).toHaveLength(3);
  });

  it.each(['1900-01-01', '1967-11-19', '2018-01-31', '2199-01-01'])(
    'a death on %s, before the birth or after the knock, is for review and asks for nothing',
    async (occurredOn) => {
      const died = record('not_met', { reason: 'died', occurredOn }, { personId: doors.young.id });
      const visit = stop(village, MORNING, [died], { householdId: doors.second.id });
      expect(await send(db(), village.cadre, visit)).toEqual(filedAs('review', 'impossible_day'));
      expect(await asked()).toEqual([]);
    },
  );

  it('without a name nobody has died or moved, and a death names one, whoever else has gone', async () => {
    for (const body of [{ reason: 'moved_out' }, { reason: 'died' }, { reason: 'died', wholeHousehold: true }]) {
      const visit = stop(village, MORNING, [record('not_met', body)], { householdId: doors.second.id });
      expect(await send(db(), village.cadre, visit)).toEqual(filedAs('review', 'unknown_subject'));
    }
    expect(await asked()).toEqual([]);
  });

  it('until a day beyond all knowing, or one that has passed, says nothing of who is home when', async () => {
    for (const backOn of ['2199-01-01', '1900-01-01']) {
      const away = record('not_met', { reason: 'away', backOn }, { personId: doors.migrant.id });
      await send(db(), village.cadre, stop(village, MORNING, [away], { householdId: doors.second.id }));
    }
    expect(await ask(db(), county, sql`select * from presence where recorded_at >= ${MORNING}`)).toEqual([]);
  });
});

describe('a visit closes only what is owed at its door by that side', () => {
  it('and not another door’s by its task, person, enrolment or corrected record', async () => {
    const [here, there] = [await owe('policy_talk', 'either'), await owe('policy_talk', 'either', at2())];
    const first = stop(village, MORNING, [talk('said')], { householdId: doors.second.id });
    const other = talk('not', { taskId: there });
    const byPerson = pressure(doors.old.id, 128, 80);
    const byEnrolment = record('htn', { sbp: 128, dbp: 80 }, { enrolmentId: doors.young.htn.id });
    const mine = talk('said', { taskId: here });
    const sent = stop(village, MORNING, [mine, other, byPerson, byEnrolment], { householdId: doors.third.id });
    const receipt = await send(db(), village.doctor, sent);
    expect(receipt.records.map(({ reason, closed }) => [reason, closed])).toEqual([
      [null, [here]],
      ['other_door', []],
      ['other_door', []],
      ['other_door', []],
    ]);
    await send(db(), village.doctor, first);
    const edit = talk('not', { supersedes: first.records[0]?.id });
    const fromNextDoor = stop(village, plusMinutes(MORNING, 60), [edit], { householdId: doors.third.id });
    expect(await send(db(), village.doctor, fromNextDoor)).toEqual(filedAs('review', 'unknown_subject'));
    expect((await tasksOf(db(), county, doors.second.id)).filter(({ kind }) => kind === 'policy_talk')).toHaveLength(1);
  });

  it('eight households do not fall by their tasks from one door, named or not', async () => {
    const tasks = [await owe('policy_talk', 'either', at2()), await owe('policy_talk', 'either')];
    const nowhere = stop(
      village,
      MORNING,
      tasks.map((taskId) => talk('said', { taskId })),
    );
    const receipt = await send(db(), village.doctor, nowhere);
    expect(receipt.records.map(({ reason }) => reason)).toEqual([null, 'other_door']);
  });

  it('nor another person’s of the same door by its task', async () => {
    const check = await owe('referral_check', 'medical', {
      subject: 'person',
      subjectId: doors.migrant.id,
      householdId: doors.second.id,
      personId: doors.migrant.id,
    });
    const said = record('referral_check', { arrived: true }, { personId: doors.young.id, taskId: check });
    const visit = stop(village, MORNING, [said], { householdId: doors.second.id });
    expect(await send(db(), village.doctor, visit)).toEqual(filedAs('review', 'unknown_subject'));
  });

  it.each(['planner', 'bureau.health', 'admin', 'supervisor', 'town1.supervisor', 'trainer', 'town1.hospital1'])(
    'and not by %s, who owes nothing there',
    async (login) => {
      const task = await owe('policy_talk', 'either');
      const account = county.accounts[login] ?? '';
      expect(await send(db(), account, talkAt({ taskId: task }))).toEqual(filedAs('review', 'not_in_post'));
      expect(await send(db(), account, talkAt())).toEqual(filedAs('review', 'not_in_post'));
      const [open] = (await tasksOf(db(), county, doors.third.id)).filter(({ id }) => id === task);
      expect(open?.closeReason).toBeNull();
    },
  );

  it('nor by the other side', async () => {
    await owe('policy_talk', 'medical');
    expect(await send(db(), village.cadre, talkAt())).toEqual(filedAs('review', 'not_in_post'));
    expect(await send(db(), village.doctor, talkAt())).toEqual(filedAs('accepted', null));
  });
});

const at2 = () => ({ householdId: doors.second.id, subjectId: doors.second.id });
const asked = () =>
  ask(db(), county, sql`select kind, person_id, whole_household, occurred_on from change_request order by kind`);

async function aCampaign(): Promise<string> {
  const id = randomUUID();
  await db().tx(county.actor, MORNING, async (tx) => {
    await sql`insert into campaign (county_code, id, key, name, window_from, window_to, notice_no, notice_on, definition, created_by, created_at)
      values (${county.countyCode}, ${id}, 'drive', '冬季行动', '2017-12-01', '2018-02-28', 'n', '2018-01-09', ${JSON.stringify({ areas: [county.countyCode] })}, ${county.planner}, ${MORNING})`.execute(
      tx,
    );
    await sql`insert into duty (county_code, campaign_id, key, clause, title, subject, mode, selects, side, record, due, grace)
      values (${county.countyCode}, ${id}, 'talk', 'S1-3', '政策宣讲', 'household', 'create', '{}', 'either', 'policy_talk', '"spread"', 0),
        (${county.countyCode}, ${id}, 'htn', 'S1-16', '高血压随访', 'enrolment', 'adopt', '{}', 'medical', 'htn', '"protocol"', 0)`.execute(
      tx,
    );
  });
  await stage(id, 1, 'running');
  return id;
}

function stage(campaign: string, seq: number, name: string): Promise<unknown> {
  return db().tx(county.actor, MORNING, (tx) =>
    sql`insert into campaign_stage (county_code, campaign_id, seq, stage, at) values (${county.countyCode}, ${campaign}, ${seq}, ${name}, ${MORNING})`.execute(
      tx,
    ),
  );
}

describe('what follows a record, while a campaign runs', () => {
  it('is claimed outside the goal where it falls due in the window, and left to routine after it', async () => {
    const campaign = await aCampaign();
    await owe('policy_talk', 'either', { campaignId: campaign, dutyKey: 'talk' });
    const soon = stop(village, MORNING, [pressure(doors.old.id, 162, 92)], { householdId: doors.first.id });
    const later = stop(village, MORNING, [pressure(doors.young.id, 120, 80)], { householdId: doors.second.id });
    const again = stop(village, MORNING, [talk('not')], { householdId: doors.third.id });
    for (const visit of [soon, later, again]) await send(db(), village.doctor, visit);
    const open = async (id: string, kind: string) =>
      (await tasksOf(db(), county, id)).filter(
        (task) =>
          task.closeReason === null &&
          task.kind === kind &&
          task.sourceKey.startsWith('follow/') &&
          task.dueOn > '2018-02-10',
      );
    expect(await open(doors.first.id, 'htn')).toEqual([
      expect.objectContaining({ dueOn: '2018-02-13', campaignId: campaign, inGoal: false }),
    ]);
    expect(await open(doors.second.id, 'htn')).toEqual([
      expect.objectContaining({ dueOn: '2018-04-30', campaignId: null, inGoal: true }),
    ]);
    expect(await open(doors.third.id, 'policy_talk')).toEqual([
      expect.objectContaining({ dueOn: '2018-02-13', campaignId: campaign, inGoal: false, side: 'either' }),
    ]);
  });
});
