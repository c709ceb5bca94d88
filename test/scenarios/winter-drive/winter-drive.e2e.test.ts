// test/scenarios/winter-drive/winter-drive.e2e.test.ts: two towns of the example drive from approval to seal, with every number counted a second time.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { sql } from '../../../src/platform/db.ts';
import { freshDatabase } from '../../setup/database.ts';
import { type Driven, runDrive } from './drive.ts';
import * as facts from './facts.ts';
import { type Recount, recount } from './recount.ts';
import { ThirdCount } from './third-count.ts';

const TOWNS = 2; // 28 villages

let driven: Driven;
let counted: Recount;
let third: ThirdCount;
let drop: () => Promise<void>;

beforeAll(async () => {
  const database = await freshDatabase();
  drop = database.drop;
  third = new ThirdCount(database.url);
  driven = await runDrive({
    databaseUrl: database.url,
    testServer: inject('testServer'),
    workflowBundle: inject('workflowBundle'),
    towns: TOWNS,
    onDay: (day) => third.evening(day),
  });
  counted = await recount(driven, third);
}, 900_000);

afterAll(async () => {
  await driven?.close();
  await third?.close();
  await drop?.();
});

describe('the winter drive over two towns', () => {
  it('takes in every stop the phones sent', () => {
    expect(driven.odd).toEqual([]);
  });

  it.each([
    ['makes the tasks that the registers call for, and no other', 'made'],
    ['adopts the follow-ups due by the window’s end', 'adopted'],
    ['makes and claims a next task for what was measured or not understood', 'next'],
    ['ends every task as done, excused, not done or handed back to routine', 'endings'],
    ['has seen the households that the schedule met', 'seen'],
    ['knows every emergency', 'urgent'],
  ] as const)('%s', (_, figure) => {
    const [found, expected] = counted[figure];
    expect(found).toEqual(expected);
  });

  it('escalates as an independent count says, which shares nothing with the product but the rows', () => {
    const [found, expected] = counted.escalations;
    expect(expected.length).toBeGreaterThan(500); // the count has something to say
    expect(found).toEqual(expected);
  });

  it('sends each person at most one digest a day, and every line in one envelope', async () => {
    const { db } = driven.office;
    const twice = sql<{
      n: number;
    }>`select count(*)::int as n from (select to_address, (received_at + interval '8 hours')::date from mailbox m
      join notice n on m.message_id like '%' || n.id || '%' where n.kind = 'digest' group by 1, 2 having count(*) > 1) t`;
    expect(await facts.one(db, twice)).toBe(0);
    expect(
      await facts.one(
        db,
        sql<{
          n: number;
        }>`select count(*)::int as n from (select message_id from mailbox group by 1 having count(*) > 1) t`,
      ),
    ).toBe(0);
    expect(await facts.one(db, sql<{ n: number }>`select count(*)::int as n from mailbox`)).toBeGreaterThan(500);
    expect(
      await facts.one(
        db,
        sql<{ n: number }>`select count(*)::int as n from notice where state not in ('sent', 'overtaken')`,
      ),
    ).toBe(0);
  });

  it('names no patient in any mail', async () => {
    const { db } = driven.office;
    const named = sql<{
      n: number;
    }>`select count(*)::int as n from mailbox m join person p on position(p.name in m.body) > 0 and length(p.name) > 2
      where not exists (select from account a where a.name = p.name) and not exists (select from division d where position(p.name in d.name) > 0)`;
    expect(await facts.one(db, named)).toBe(0);
  });

  it('leaves nothing of the campaign open after closing, and seals its report', async () => {
    const { db } = driven.office;
    const open = sql<{
      n: number;
    }>`select count(*)::int as n from task where campaign_id = ${driven.campaignId} and closed_at is null and released_at is null`;
    expect(await facts.one(db, open)).toBe(0);
    const stages = await sql<{ stage: string }>`select stage from campaign_stage order by seq`.execute(db.systemKysely);
    expect(stages.rows.map(({ stage }) => stage)).toEqual([
      'draft',
      'submitted',
      'approved',
      'ready',
      'running',
      'closing',
      'closed',
    ]);
    expect(
      await facts.one(
        db,
        sql<{ n: number }>`select count(*)::int as n from seal where campaign_id = ${driven.campaignId}`,
      ),
    ).toBe(1);
  });
});
