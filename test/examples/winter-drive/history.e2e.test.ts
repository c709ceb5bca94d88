// test/examples/winter-drive/history.e2e.test.ts: the example's history over two towns keeps the product's own promises, and looks like a county's.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tellHistory } from '../../../examples/winter-drive/history.ts';
import { openMail } from '../../../src/notices/channels/email.ts';
import { openMailbox } from '../../../src/notices/mailbox.ts';
import { systemActor } from '../../../src/platform/actor.ts';
import { brokenLink } from '../../../src/platform/audit.ts';
import { at } from '../../../src/platform/civil.ts';
import { type Db, openDb, sql } from '../../../src/platform/db.ts';
import { testKeys as keys } from '../../fixtures/county.ts';
import { freshDatabase } from '../../setup/database.ts';

const COUNTY = '450803';

let db: Db;
let end: () => Promise<void>;

beforeAll(async () => {
  const fresh = await freshDatabase();
  db = openDb({ url: fresh.url, waitForDisk: false });
  const mailbox = await openMailbox(db);
  const mail = openMail(mailbox.url, 1_000);
  end = async () => {
    mail.close();
    await mailbox.close();
    await db.close();
    await fresh.drop();
  };
  const office = { db, keys, countyCode: COUNTY, mail, mailFrom: 'd@doorstep.example', publicUrl: 'http://localhost' };
  await tellHistory(office, () => {}, { towns: 2 });
});
afterAll(() => end?.());

async function ask<T>(statement: ReturnType<typeof sql<T>>): Promise<T> {
  const [row] = (await statement.execute(db.systemKysely)).rows;
  if (row === undefined) throw new Error('nothing came back');
  return row;
}

describe('the example’s history', () => {
  it('is audited in the order of its time, by a chain that verifies', async () => {
    const { backwards } = await ask(sql<{ backwards: number }>`select count(*)::int as backwards from (
      select e.at, lag(e.at) over (order by l.seq) as before from audit_link l
      join audit_entry e on e.county_code = l.county_code and e.id = l.entry_id) chain where before > at`);
    expect(backwards).toBe(0);
    const broken = await db.tx(systemActor(COUNTY), at('2018-01-30', '08:00'), (tx) => brokenLink(tx, COUNTY));
    expect(broken).toBeNull();
  });

  it('rings each alarm when the product promises it: at once, after 15 and after 30 minutes', async () => {
    const { late, rung } = await ask(sql<{ late: number; rung: number }>`select count(*)::int as rung,
        count(*) filter (where n.created_at > greatest(r.recorded_at, f.advised_at + make_interval(mins =>
          case n.params->>'step' when 'first' then 0 when 'second' then 15 when 'county' then 30 when 'arrival' then 1440 else 2880 end)))::int as late
      from notice n join referral f on f.county_code = n.county_code and f.id::text = n.subject_id
      join record r on r.county_code = f.county_code and r.id = f.record_id where n.kind = 'urgent'`);
    expect(late).toBe(0);
    expect(rung).toBeGreaterThan(0);
  });

  it('asks no pair for more than four doors a working day, and for none behind the snow', async () => {
    const { most, snowed, off } = await ask(sql<{ most: number; snowed: number; off: number }>`
      with stop as (select v.area_code as village, (v.arrived_at at time zone 'Asia/Shanghai')::date as day, v.household_id
          from visit v where v.household_id is not null),
        load as (select count(distinct household_id)::int as doors from stop group by village, day)
      select (select max(doors) from load) as most,
        (select count(*)::int from stop where exists (select from hold h where h.village_code = stop.village
          and stop.day between h.from_on and h.to_on)) as snowed,
        (select count(*)::int from stop join calendar_day c on c.county_code = ${COUNTY} and c.day = stop.day and not c.workday) as off`);
    expect({ most, snowed, off }).toEqual({ most: 4, snowed: 0, off: 0 });
  });

  it('is recorded by both sides and many members, after visits of many lengths, with those who listened', async () => {
    const found = await ask(sql<{
      people: number;
      cadres: number;
      lengths: number;
      delays: number;
      alone: number;
      late: number;
    }>`
      select count(distinct v.account_id)::int as people,
        count(distinct v.account_id) filter (where exists (select from record r where r.visit_id = v.id and r.side = 'cadre'))::int as cadres,
        count(distinct v.left_at - v.arrived_at)::int as lengths, count(distinct v.recorded_at - v.arrived_at)::int as delays,
        count(*) filter (where v.present = '{}' and exists (select from record r where r.visit_id = v.id and r.kind = 'policy_talk'))::int as alone,
        count(*) filter (where v.recorded_at > v.arrived_at + interval '1 day')::int as late
      from visit v where v.household_id is not null`);
    expect(found.alone).toBe(0);
    expect(found.people).toBeGreaterThan(150);
    expect(found.cadres).toBeGreaterThan(50);
    expect(found.lengths).toBeGreaterThan(40);
    expect(found.delays).toBeGreaterThan(100);
    expect(found.late).toBeGreaterThan(0);
  });

  it('has corrections, a partner’s silence, leave, calls for help, promises, a hand-over and a decided round', async () => {
    const found = await ask(sql<Record<string, number>>`select
      (select count(*)::int from record where supersedes is not null) as corrections,
      (select count(*)::int from record, jsonb_array_elements(body->'lines') line where kind = 'verification' and line->>'ok' = 'false') as untrue,
      (select count(distinct account_id)::int from confirmation) as confirming,
      (select count(*)::int from task where close_detail = 'single_side') as "singleSided",
      (select count(*)::int from leave) as leave,
      (select count(*)::int from help_request) as help,
      (select count(*)::int from acknowledgement) as promises,
      (select count(*)::int from team_member where to_on is not null) as "handOvers",
      (select count(*)::int from escalation where kind = 'no_word') as "noWord",
      (select count(*)::int from round_stage where stage = 'decided') as decided`);
    for (const [what, count] of Object.entries(found)) expect([what, count > 0]).toEqual([what, true]);
  });

  it('comes on day 61 to the same late tasks and escalations every time', async () => {
    const { late, told } = await ask(sql<{ late: number; told: string }>`select
      (select count(*)::int from task where closed_at is null and coalesce(grace_until, due_on) < '2018-01-30') as late,
      (select string_agg(level || ':' || n, ' ' order by level)
        from (select level, count(*) as n from escalation group by level) levels) as told`);
    expect({ late, told }).toEqual({ late: 219, told: '1:783 2:353 3:269' });
  });
});
