// One digest a person a day, which waits for its morning: proof 7 of the durable loops, and what a digest says.
import { beforeEach, describe, expect, it } from 'vitest';
import { openMail } from '../../src/notices/channels/email.ts';
import { courierSweep, type PostOffice } from '../../src/notices/courier.ts';
import { openMailbox } from '../../src/notices/mailbox.ts';
import { tellInDigest } from '../../src/notices/store.ts';
import { at, type CivilDate, type Instant, plusDays, plusMinutes } from '../../src/platform/civil.ts';
import { type Db, openDb, rows, sql, type Tx } from '../../src/platform/db.ts';
import { sweepAt } from '../../src/tasks/rules/sweep-times.ts';
import { insertTasks, type NewTask } from '../../src/tasks/store.ts';
import { sweepAgenda } from '../../src/tasks/sweep.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';
import { random } from '../tasks/random.ts';

let db: Db;
let county: SmallCounty;
let post: PostOffice;
beforeEach(async () => {
  const fresh = await freshDatabase();
  db = openDb({ url: fresh.url });
  county = await smallCounty(db);
  const mailbox = await openMailbox(db);
  const mail = openMail(mailbox.url, 1_000);
  post = { db, mail, mailFrom: '到户 <doorstep@doorstep.example>', publicUrl: 'https://doorstep.example' };
  await ask(
    sql`update task set closed_at = '2018-01-09', closed_on = '2018-01-09', close_reason = 'not_done' returning id`,
  );
  return async () => {
    mail.close();
    await mailbox.close();
    await db.close();
    await fresh.drop();
  };
});

const ask = <T>(query: ReturnType<typeof sql<T>>) => rows(db.systemKysely as unknown as Tx, query);
const send = (asOf: Instant) => courierSweep(post, county.countyCode, 'email', asOf);
const sweep = (area: string, asOf: Instant) =>
  db.tx(county.actor, asOf, (tx) => sweepAgenda(tx, county.actor, area, asOf));
const mailsTo = (login: string) =>
  ask(sql<{ subject: string; body: string; at: Instant }>`select subject, body, received_at as at from mailbox
    where to_address = ${`${login}@doorstep.example`} order by id`);
let made = 0;
/** Talks of a village, one a household. */
const talks = (village: number, dueOn: CivilDate, count = 1, more: Partial<NewTask> = {}) => {
  const { code, households } = county.villages[village] ?? county.villages[0];
  return db.tx(county.actor, at('2018-01-09', '10:00'), (tx) =>
    insertTasks(
      tx,
      county.countyCode,
      households.slice(0, count).map((household) => ({
        sourceKey: `talk ${++made}`,
        kind: 'policy_talk',
        subject: 'household' as const,
        subjectId: household.id,
        householdId: household.id,
        areaCode: code,
        side: 'medical' as const,
        opensOn: '2018-01-09' as const,
        dueOn,
        ...more,
      })),
      at('2018-01-09', '10:00'),
    ),
  );
};
const first = () => county.villages[0].code;
const second = () => county.villages[1].code;

describe('a digest', () => {
  it('says what is overdue, what stands inside its grace and what is due, each once, the furthest first, to every member', async () => {
    await talks(0, '2018-01-22'); // climbed to level 2 by the 24th
    await talks(0, '2018-01-25', 1, { grace: 3 });
    await talks(0, '2018-01-26');
    for (const day of ['2018-01-23', '2018-01-24', '2018-01-25', '2018-01-26'] as const) {
      await sweep(first(), sweepAt(first(), day));
      await send(at(day, '08:00'));
    }
    for (const login of ['v1.doctor', 'v1.nurse']) {
      const mail = (await mailsTo(login)).at(-1);
      expect(mail?.subject).toBe('2018-01-26 青塘镇王家村：逾期1件，到期未过宽限1件，到期1件');
      const said = mail?.body.split('\n').filter((line) => line.startsWith('  · ')) ?? [];
      expect(said).toEqual([
        '  · 450803001001-001号户 政策宣讲，2018-01-22到期，已逾期4个工作日，已报到第2级',
        '  · 450803001001-001号户 政策宣讲，2018-01-25到期，尚在宽限内',
        '  · 450803001001-001号户 政策宣讲，2018-01-26到期',
      ]);
    }
  });

  it('says what stands still late once a hold is over, and nothing of it while it holds', async () => {
    const [id] = await talks(0, '2018-01-22');
    await sweep(first(), sweepAt(first(), '2018-01-23'));
    await send(at('2018-01-23', '08:00'));
    await ask(sql`insert into hold (county_code, area_code, task_id, from_on, to_on, reason, requested_by, requested_at, approved_at)
      values (${county.countyCode}, ${first()}, ${id}, '2018-01-24', '2018-01-25', '雪', ${county.planner}, '2018-01-23', '2018-01-23') returning id`);
    const heard = async (day: CivilDate) => {
      await sweep(first(), sweepAt(first(), day));
      await send(at(day, '08:00'));
      return (await mailsTo('v1.nurse'))
        .filter(({ at: when }) => when >= at(day, '00:00'))
        .map(({ subject }) => subject);
    };
    expect(await heard('2018-01-24')).toEqual([]);
    expect(await heard('2018-01-26')).toEqual(['2018-01-26 青塘镇王家村：逾期1件']);
  });

  it('asks for a call where nothing has been heard from a village since before the due date', async () => {
    await talks(0, '2018-01-22');
    await ask(sql`insert into device (county_code, id, account_id, area_code, heard_at, oldest_unsent_at) values
      (${county.countyCode}, gen_random_uuid(), ${county.villages[0].doctor}, ${first()}, '2018-01-23T00:00Z', '2018-01-19T00:00Z') returning id`);
    for (const day of ['2018-01-23', '2018-01-24'] as const) {
      await sweep(first(), sweepAt(first(), day));
      await send(at(day, '08:00'));
    }
    const [mail] = await mailsTo('town1.supervisor');
    expect(mail?.body).toContain('已报到第2级，2018-01-18以后没有收到该村数据，请先打电话核实');
  });

  it('carries a call for help until it is answered, and a visit to confirm', async () => {
    const [id = ''] = await talks(0, '2018-02-20');
    const asOf = at('2018-01-25', '17:00');
    await db.tx(county.actor, asOf, async (tx) => {
      const [call] = await rows(
        tx,
        sql<{ id: string }>`insert into help_request (county_code, area_code, account_id, text, at)
        values (${county.countyCode}, ${first()}, ${county.villages[0].doctor}, '缺人手', ${asOf}) returning id`,
      );
      const to = { accountId: county.towns[0].supervisor, areaCode: first() };
      await tellInDigest(
        tx,
        county.countyCode,
        [
          { ...to, key: 'help/1', kind: 'help', subjectId: call?.id ?? '' },
          { ...to, key: 'confirm/1', kind: 'confirm', taskId: id, cycle: 0 },
        ],
        asOf,
      );
    });
    await sweep(first(), asOf);
    await send(asOf);
    const [mail] = await mailsTo('town1.supervisor');
    expect(mail?.subject).toBe('2018-01-25 青塘镇王家村：求助待答1件，待您确认1件');
    expect(mail?.body).toContain('青塘镇王家村，2018-01-25 17:00求助');
  });

  it('has nothing to say of a call that was answered before it left', async () => {
    const asOf = at('2018-01-25', '17:00');
    await db.tx(county.actor, asOf, async (tx) => {
      const [call] = await rows(
        tx,
        sql<{
          id: string;
        }>`insert into help_request (county_code, area_code, account_id, text, at, answered_at, answered_by)
        values (${county.countyCode}, ${first()}, ${county.villages[0].doctor}, '缺人手', ${asOf}, ${asOf}, ${county.planner}) returning id`,
      );
      const item = { key: 'help/1', kind: 'help' as const, subjectId: call?.id ?? '', areaCode: first() };
      await tellInDigest(tx, county.countyCode, [{ ...item, accountId: county.towns[0].supervisor }], asOf);
    });
    await send(at('2018-01-26', '08:00'));
    expect(await mailsTo('town1.supervisor')).toEqual([]);
    expect(await ask(sql`select fate from notice_line`)).toEqual([{ fate: 'overtaken' }]);
  });

  it('waits for a campaign’s quiet hours where it speaks of that campaign, and only there', async () => {
    const campaignId = '00000000-0000-7000-8000-000000000001';
    await ask(sql`insert into campaign (county_code, id, key, name, window_from, window_to, notice_no, notice_on, definition, created_by, created_at)
      values (${county.countyCode}, ${campaignId}, 'w', 'w', '2017-12-01', '2018-02-28', '1', '2018-01-09',
        '{"ladder": [{"level": 1, "to": "lead", "after": 1}], "quietHours": {"from": "20:00", "to": "09:30"}}', ${county.planner}, '2018-01-09') returning id`);
    await ask(
      sql`insert into campaign_stage (county_code, campaign_id, seq, stage, at) values (${county.countyCode}, ${campaignId}, 1, 'running', '2018-01-09') returning seq`,
    );
    await talks(0, '2018-01-25', 1, { campaignId });
    await talks(1, '2018-01-25');
    for (const area of [first(), second()]) await sweep(area, sweepAt(area, '2018-01-25'));
    expect((await send(at('2018-01-25', '08:00'))).next).toBe(at('2018-01-25', '09:30'));
    expect(await mailsTo('v1.doctor')).toEqual([]);
    expect(await mailsTo('v2.doctor')).toHaveLength(1);
    await send(at('2018-01-25', '09:30'));
    expect(await mailsTo('v1.doctor')).toHaveLength(1);
  });
});

describe('a morning', () => {
  const day: CivilDate = '2018-01-26';
  /** The town's supervisor hears of both villages: each has a task that reaches level 2 on the day. */
  const bothLate = async () => {
    for (const village of [0, 1]) await talks(village, '2018-01-24');
    for (const area of [first(), second()]) await sweep(area, sweepAt(area, '2018-01-25'));
    await send(at('2018-01-25', '08:00'));
  };
  const subjects = async () => (await mailsTo('town1.supervisor')).map(({ subject }) => subject);

  it('is waited for when the story has moved on a day: the digest leaves after the last area’s sweep', async () => {
    await bothLate();
    const moved = at(day, '08:37');
    await sweep(first(), moved);
    expect((await send(moved)).next).toBe(plusMinutes(moved, 1));
    expect(await subjects()).toEqual([]);
    await sweep(second(), moved);
    await send(plusMinutes(moved, 1));
    expect(await subjects()).toEqual(['2018-01-26 2个村：逾期2件']);
    expect(await mailsTo('v1.nurse')).toHaveLength(2);
  });

  it('holds nobody up who hears nothing from the areas behind', async () => {
    await bothLate();
    const moved = at(day, '08:37');
    await sweep(first(), moved);
    await send(moved);
    expect((await mailsTo('v1.doctor')).at(-1)?.at.slice(0, 16)).toBe(moved.slice(0, 16));
  });

  it('is waited for no longer than half an hour from the first look', async () => {
    await bothLate();
    const moved = at(day, '11:00'); // after an outage
    await sweep(first(), moved);
    for (let look = moved; look < plusMinutes(moved, 30); look = plusMinutes(look, 10)) await send(look);
    expect(await subjects()).toEqual([]);
    await send(plusMinutes(moved, 30));
    expect(await subjects()).toEqual(['2018-01-26 青塘镇王家村：逾期1件']);
  });
});

describe('one digest a person a day', () => {
  it.each([1, 2, 3, 4, 5])(
    'holds over 20 areas, sweeps in any order and a database down for four days (seed %i)',
    async (seed) => {
      const next = random(seed);
      const shuffled = <T>(all: readonly T[]) =>
        all
          .map((one) => [next(), one] as const)
          .sort(([a], [b]) => a - b)
          .map(([, one]) => one);
      const areas = await twentyAreas();
      let day: CivilDate = '2018-01-22';
      for (let morning = 0; morning < 12; morning++) {
        if (morning === 4) day = plusDays(day, 4); // down: nothing is swept or sent
        let asOf = morning === 4 ? at(day, '13:00') : at(day, '07:30');
        for (const area of shuffled(areas)) {
          const own = sweepAt(area, day);
          asOf = plusMinutes(asOf, next());
          await sweep(area, own > asOf ? own : asOf);
          if (next() < 0.3) await send(asOf > at(day, '08:00') ? asOf : at(day, '08:00'));
        }
        for (const minutes of [0, 31, 200])
          await send(plusMinutes(asOf > at(day, '08:00') ? asOf : at(day, '08:00'), minutes));
        day = plusDays(day, 1);
      }
      const sent = await ask(sql<{ login: string; days: number; digests: number }>`
      select a.login, count(distinct (d.started_at at time zone 'Asia/Shanghai')::date) as days, count(*) as digests from notice n
      join delivery d on d.county_code = n.county_code and d.notice_id = n.id join account a on a.id = n.account_id
      where n.kind = 'digest' and d.outcome = 'sent' group by 1`);
      expect(sent.find(({ login }) => login === 'v1.doctor')?.days).toBeGreaterThan(5);
      expect(sent.find(({ login }) => login === 'town1.supervisor')?.days).toBeGreaterThan(2);
      for (const { days, digests } of sent) expect(digests).toBe(days);
      // Every item is in exactly one digest of its own person, and what was told was told by a mail that left.
      expect(
        await ask(sql`select l.key from notice_line l left join notice n on n.id = l.notice_id
        where n.kind <> 'digest' or n.account_id <> l.account_id or l.fate = 'told' and n.state <> 'sent' or l.notice_id is null`),
      ).toEqual([]);
      // Four days down earn one step each, never two on a morning, and no level sooner than its distance from the one below.
      expect(
        await ask(sql`select task_id from escalation group by task_id, decided_on having count(*) > 1
        union select b.task_id from escalation a join escalation b on b.task_id = a.task_id and b.level = a.level + 1
          where (select count(*) from calendar_day c where c.workday and c.day > a.decided_on and c.day <= b.decided_on)
            < case b.level when 2 then 1 else 3 end`),
      ).toEqual([]);
    },
  );

  /** 20 villages of the first town, each with a pair of teams and a task of its own; one supervisor hears of them all. */
  async function twentyAreas(): Promise<string[]> {
    const town = county.towns[0].code;
    const codes = Array.from({ length: 20 }, (_, n) => `${town}${String(101 + n)}`);
    await ask(
      sql`insert into division (county_code, code, level, name) select ${county.countyCode}, c, 'village', '村' || c from unnest(${codes}::text[]) as c returning code`,
    );
    await ask(sql`insert into team (county_code, area_code, side, name, from_on) select ${county.countyCode}, c, s, c || s, '2017-12-01'
      from unnest(${codes}::text[]) as c cross join unnest(array['medical', 'cadre']) as s returning id`);
    await ask(sql`insert into team_member (county_code, team_id, area_code, account_id, role, source, from_on)
      select t.county_code, t.id, t.area_code, ${county.villages[0].doctor}, 'lead', 'village_doctor', '2017-12-01' from team t
      where t.area_code = any(${codes}::text[]) returning id`);
    await db.tx(county.actor, at('2018-01-09', '10:00'), (tx) =>
      insertTasks(
        tx,
        county.countyCode,
        codes.flatMap((code, n) =>
          (['2018-01-19', '2018-01-22', '2018-01-25'] as const).map((dueOn) => ({
            sourceKey: `${code} ${dueOn}`,
            kind: 'broadcast',
            subject: 'village' as const,
            subjectId: code,
            areaCode: code,
            side: 'cadre' as const,
            opensOn: '2018-01-09' as const,
            dueOn: plusDays(dueOn, n % 3),
          })),
        ),
        at('2018-01-09', '10:00'),
      ),
    );
    return codes;
  }
});
