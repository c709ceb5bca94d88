import { beforeEach, describe, expect, it } from 'vitest';
import { at, type CivilDate, type Instant, plusMinutes } from '../../src/platform/civil.ts';
import { type Db, openDb, rows, sql } from '../../src/platform/db.ts';
import { sweepAt } from '../../src/tasks/rules/sweep-times.ts';
import { closeTasks, insertTasks, type NewTask } from '../../src/tasks/store.ts';
import { sweepAgenda } from '../../src/tasks/sweep.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';

let db: Db;
let drop: () => Promise<void>;
let county: SmallCounty;
beforeEach(async () => {
  const fresh = await freshDatabase();
  drop = fresh.drop;
  db = openDb({ url: fresh.url });
  county = await smallCounty(db);
  return async () => {
    await db.close();
    await drop();
  };
});

const village = () => county.villages[0];
const sweep = (area: string, asOf: Instant) =>
  db.tx(county.actor, asOf, (tx) => sweepAgenda(tx, county.actor, area, asOf));
const morning = (day: CivilDate, area = village().code) => sweepAt(area, day);
const ask = <T>(query: ReturnType<typeof sql<T>>) =>
  db.tx(county.actor, '2018-01-01T00:00:00.000Z', (tx) => rows(tx, query));

/** A policy talk of the first household, due on Wednesday 2018-02-14 unless told otherwise; the fixture's follow-ups are closed. */
async function oneTask(more: Partial<NewTask> = {}): Promise<string> {
  return db.tx(county.actor, at('2018-01-09', '10:00'), async (tx) => {
    await sql`update task set closed_at = '2018-01-09', closed_on = '2018-01-09', close_reason = 'not_done' where closed_at is null`.execute(
      tx,
    );
    const [id = ''] = await insertTasks(
      tx,
      county.countyCode,
      [
        {
          sourceKey: 'talk',
          kind: 'policy_talk',
          subject: 'household',
          subjectId: village().households[0]?.id ?? '',
          householdId: village().households[0]?.id ?? '',
          areaCode: village().code,
          side: 'either',
          opensOn: '2018-01-09',
          dueOn: '2018-02-14',
          ...more,
        },
      ],
      at('2018-01-09', '10:00'),
    );
    return id;
  });
}

const couriersWoken = () =>
  ask(sql<{ id: string }>`select id from wake where workflow_id like 'courier/%'`).then((found) => found.length);

const steps = () =>
  ask(
    sql<{
      step: string;
    }>`select level || ' ' || kind || ' ' || to_char(decided_on, 'MM-DD') as step from escalation order by decided_on, level`,
  ).then((found) => found.map(({ step }) => step));
const told = () =>
  ask(sql<{ who: string }>`select l.kind || coalesce(l.level::text, '') || ' ' || a.login as who from notice_line l
    join account a on a.id = l.account_id where l.kind <> 'owed' order by l.created_at, 1`).then((found) =>
    found.map(({ who }) => who),
  );
/** Who is told on a day what the team owes: its members, the leads among them. */
const owed = (day: CivilDate) =>
  ask(sql<{ who: string }>`select a.login as who from notice_line l join account a on a.id = l.account_id
    where l.kind = 'owed' and split_part(l.key, '/', 4) = ${day} order by 1`).then((found) =>
    found.map(({ who }) => who),
  );
const TEAMS = ['v1.cadre', 'v1.cadre2', 'v1.doctor', 'v1.nurse'];
const envelopes = () =>
  ask(
    sql<{
      key: string;
    }>`select split_part(key, '/', 3) || ' ' || a.login as key from notice n join account a on a.id = n.account_id order by 1`,
  ).then((found) => found.map(({ key }) => key));

describe('the agenda sweep', () => {
  it('reminds both leads on the morning it is due, and tells lead, town and county on 02-22, 02-23 and 02-27', async () => {
    await oneTask();
    for (const day of [
      '2018-02-13',
      '2018-02-14',
      '2018-02-22',
      '2018-02-23',
      '2018-02-24',
      '2018-02-26',
      '2018-02-27',
      '2018-02-28',
    ] as const)
      await sweep(village().code, morning(day));
    expect(await steps()).toEqual(['1 told 02-22', '2 told 02-23', '3 told 02-27']);
    expect(await told()).toEqual([
      'due v1.cadre',
      'due v1.doctor',
      'climb1 v1.cadre',
      'climb1 v1.doctor',
      'climb2 town1.supervisor',
      'climb3 supervisor',
    ]);
    const mornings = ['2018-02-14', '2018-02-22', '2018-02-23', '2018-02-24', '2018-02-26', '2018-02-27', '2018-02-28'];
    for (const day of mornings) expect(await owed(day as CivilDate)).toEqual(TEAMS);
    expect(await envelopes()).toEqual(
      [
        ...mornings.flatMap((day) => TEAMS.map((login) => `${day} ${login}`)),
        '2018-02-23 town1.supervisor',
        '2018-02-27 supervisor',
      ].sort(),
    );
  });

  it('announces on Monday what opened on a Sunday, once', async () => {
    await oneTask({ opensOn: '2018-01-28', dueOn: '2018-02-28' });
    await sweep(village().code, morning('2018-01-26'));
    expect(await told()).toEqual([]);
    await sweep(village().code, morning('2018-01-29'));
    await sweep(village().code, morning('2018-01-30'));
    expect(await told()).toEqual(['opens v1.cadre', 'opens v1.doctor']);
  });

  it('tells whoever stands in for a lead on leave', async () => {
    await oneTask({ side: 'medical' });
    const { doctor, nurse } = village();
    await ask(sql`insert into leave (county_code, account_id, from_on, to_on, substitute_id, consented_at)
      values (${county.countyCode}, ${doctor}, '2018-02-20', '2018-02-22', ${nurse}, '2018-02-01') returning id`);
    await sweep(village().code, morning('2018-02-22'));
    expect(await told()).toEqual(['climb1 v1.nurse']);
  });

  it('writes a level with nobody in it as skipped and tells the next on the same morning', async () => {
    await oneTask();
    await ask(
      sql`update role_grant set to_on = '2018-02-01' where account_id = ${county.towns[0].supervisor} returning id`,
    );
    for (const day of ['2018-02-22', '2018-02-23'] as const) await sweep(village().code, morning(day));
    expect(await steps()).toEqual(['1 told 02-22', '2 skipped 02-23', '3 told 02-23']);
    expect(await told()).toEqual(['climb1 v1.cadre', 'climb1 v1.doctor', 'climb3 supervisor']);
  });

  it('puts what comes after the digest has been taken, or after 20:00, into the next day’s', async () => {
    await oneTask();
    await sweep(village().code, at('2018-02-22', '21:00'));
    expect(await envelopes()).toEqual(TEAMS.map((login) => `2018-02-23 ${login}`));
    await oneTask({ sourceKey: 'other' });
    await ask(sql`insert into notice (county_code, key, kind, account_id, channel, available_at, state, created_at)
      values (${county.countyCode}, ${`digest/${village().doctor}/2018-02-22`}, 'digest', ${village().doctor}, 'email', '2018-02-22T00:00Z', 'sent', '2018-02-22T00:00Z') returning id`);
    await sweep(village().code, at('2018-02-22', '10:00'));
    expect(await envelopes()).toEqual([
      '2018-02-22 v1.cadre',
      '2018-02-22 v1.doctor',
      ...TEAMS.map((login) => `2018-02-23 ${login}`),
    ]);
  });

  it('says nothing of a drive that is paused', async () => {
    const campaignId = '00000000-0000-7000-8000-000000000001';
    await ask(sql`insert into campaign (county_code, id, key, name, window_from, window_to, notice_no, notice_on, definition, created_by, created_at)
      values (${county.countyCode}, ${campaignId}, 'w', 'w', '2017-12-01', '2018-02-28', '1', '2018-01-09',
        '{"ladder": [{"level": 1, "to": "town", "after": 1}]}', ${county.planner}, '2018-01-09') returning id`);
    const stage = (seq: number, name: string) =>
      ask(
        sql`insert into campaign_stage (county_code, campaign_id, seq, stage, at) values (${county.countyCode}, ${campaignId}, ${seq}, ${name}, '2018-01-09') returning seq`,
      );
    await stage(1, 'running');
    await oneTask({ campaignId });
    await stage(2, 'paused');
    await sweep(village().code, morning('2018-02-22'));
    expect(await told()).toEqual([]);
    await stage(3, 'running');
    await sweep(village().code, morning('2018-02-23'));
    expect(await told()).toEqual(['climb1 town1.supervisor']);
  });

  it('asks the town for a call where the village has not been heard of since before the due date', async () => {
    await oneTask();
    await ask(sql`insert into device (county_code, id, account_id, area_code, heard_at, oldest_unsent_at) values
      (${county.countyCode}, gen_random_uuid(), ${village().doctor}, ${village().code}, '2018-02-23T00:00Z', '2018-02-10T00:00Z') returning id`);
    for (const day of ['2018-02-22', '2018-02-23'] as const) await sweep(village().code, morning(day));
    expect(await steps()).toEqual(['1 told 02-22', '2 no_word 02-23']);
  });

  it('ends when nothing is open and no line waits', async () => {
    const id = await oneTask();
    const asOf = morning('2018-02-22');
    expect(await sweep(village().code, asOf)).toEqual({
      next: sweepAt(village().code, '2018-02-23'),
      ended: false,
      more: false,
    });
    await db.tx(county.actor, asOf, (tx) =>
      closeTasks(tx, county.countyCode, [{ id, reason: 'not_done', closedOn: '2018-02-22' }], asOf),
    );
    expect((await sweep(village().code, asOf)).ended).toBe(false);
    expect((await sweep('450803002001', asOf)).ended).toBe(true);
  });
});

describe('ninety idle days', () => {
  it('cost one wake a working day, each strictly after the one before', async () => {
    await oneTask({ dueOn: '2018-06-29', opensOn: '2018-06-01' });
    let asOf: Instant = at('2018-01-10', '00:00');
    let wakes = 0;
    while (asOf < at('2018-04-10', '00:00')) {
      const { next } = await sweep(village().code, asOf);
      expect(next && next > asOf).toBe(true);
      asOf = next ?? at('2018-04-10', '00:00');
      wakes++;
    }
    expect(wakes).toBeLessThanOrEqual(66); // 61 working days from 01-10 to 04-09, and the first look
  });
});

describe('the courier', () => {
  const due = (availableAt: Instant) =>
    db.tx(county.actor, at('2018-02-13', '12:00'), (tx) =>
      sql`insert into notice (county_code, key, kind, account_id, channel, urgent, available_at, created_at)
        values (${county.countyCode}, ${`test/${availableAt}`}, 'clinic', ${county.planner}, 'email', false, ${availableAt}, ${at('2018-02-13', '12:00')})`.execute(
        tx,
      ),
    );

  it('is woken by the first area of a morning, and by no other', async () => {
    await oneTask();
    await db.tx(county.actor, at('2018-01-09', '10:00'), (tx) =>
      insertTasks(
        tx,
        county.countyCode,
        [1, 2].map((n) => ({
          sourceKey: `talk ${n}`,
          kind: 'policy_talk',
          subject: 'household' as const,
          subjectId: county.villages[n]?.households[0]?.id ?? '',
          householdId: county.villages[n]?.households[0]?.id ?? '',
          areaCode: county.villages[n]?.code ?? '',
          side: 'either' as const,
          opensOn: '2018-01-09' as const,
          dueOn: '2018-02-14' as const,
        })),
        at('2018-01-09', '10:00'),
      ),
    );
    for (const { code } of county.villages.slice(0, 3)) await sweep(code, morning('2018-02-14', code));
    expect((await envelopes()).length).toBeGreaterThan(3);
    expect(await couriersWoken()).toBe(1);
  });

  it.each<[string, Instant, number]>([
    ['a notice leaves before these', at('2018-02-14', '07:59'), 0],
    ['one leaves with these', at('2018-02-14', '08:00'), 0],
    ['one leaves after these', at('2018-02-14', '08:01'), 1],
    ['one may be leaving now', plusMinutes(morning('2018-02-14', '450803001001'), 9), 1],
    ['one has waited since yesterday', at('2018-02-13', '18:00'), 1],
  ])('where %s, is woken %s: %i', async (_, availableAt, times) => {
    await oneTask();
    await due(availableAt);
    await sweep(village().code, morning('2018-02-14'));
    expect(await couriersWoken()).toBe(times);
  });

  it('is woken after 08:00, when a digest gathers for the sweeps alone', async () => {
    await oneTask();
    await due(at('2018-02-14', '08:30'));
    await sweep(village().code, at('2018-02-14', '09:00'));
    expect(await couriersWoken()).toBe(1);
  });
});
