import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountActor } from '../../src/platform/actor.ts';
import { at } from '../../src/platform/civil.ts';
import { type Db, openDb, rows, sql, type Tx } from '../../src/platform/db.ts';
import { moveTask, requestHold, transferTask } from '../../src/tasks/acts.ts';
import { sweepAt } from '../../src/tasks/rules/sweep-times.ts';
import { closeTasks, insertTasks, lockTasks } from '../../src/tasks/store.ts';
import { sweepAgenda } from '../../src/tasks/sweep.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';
import { random } from './random.ts';
import { interleave } from './two-connections.ts';

const RUNS = 30; // of each kind: 120 interleavings in some 10 s
const SEED = 20180130;

let db: Db;
let drop: () => Promise<void>;
let county: SmallCounty;
let made = 0;
beforeAll(async () => {
  const fresh = await freshDatabase();
  drop = fresh.drop;
  db = openDb({ url: fresh.url });
  county = await smallCounty(db);
});
afterAll(async () => {
  await db.close();
  await drop();
});

/** Two tasks late by one morning in the first village. */
async function lateTasks(): Promise<string[]> {
  const asOf = at('2018-01-09', '10:00');
  const area = county.villages[0].code;
  return db.tx(county.actor, asOf, async (tx) => {
    await sql`update task set closed_at = ${asOf}, closed_on = '2018-01-09', close_reason = 'not_done' where closed_at is null`.execute(
      tx,
    );
    made++;
    const task = {
      kind: 'policy_talk',
      subject: 'village',
      subjectId: area,
      areaCode: area,
      side: 'either',
      opensOn: '2018-01-09',
      dueOn: '2018-02-14',
    } as const;
    return insertTasks(
      tx,
      county.countyCode,
      [
        { ...task, sourceKey: `a${made}` },
        { ...task, sourceKey: `b${made}` },
      ],
      asOf,
    );
  });
}

const asOf = sweepAt('450803001001', '2018-02-22');
const supervisor = (): AccountActor => ({
  kind: 'account',
  countyCode: county.countyCode,
  accountId: county.supervisor,
});

const deeds: Readonly<Record<string, (tx: Tx, id: string) => Promise<unknown>>> = {
  'a visit that closes it': async (tx, id) => {
    const locked = await lockTasks(tx, county.countyCode, [id]);
    if (locked[0]?.closedAt === null)
      await closeTasks(tx, county.countyCode, [{ id, reason: 'not_done', closedOn: '2018-02-22' }], asOf);
  },
  'a move': (tx, id) => moveTask(tx, county.actor, id, '2018-02-28', 'road', asOf),
  'a hold': (tx, id) =>
    requestHold(tx, supervisor(), { taskId: id, fromOn: '2018-02-22', toOn: '2018-02-24', reason: 'snow' }, asOf),
  'a hand-over': (tx, id) => transferTask(tx, county.actor, id, county.villages[1].medicalTeam, asOf),
};

describe('a step is never recorded after its task was committed as closed, moved, held or handed over', () => {
  for (const [kind, deed] of Object.entries(deeds)) {
    it(kind, async () => {
      const next = random(SEED);
      const seen = new Set<string>();
      for (let run = 0; run < RUNS; run++) {
        const [id = '', other = ''] = await lateTasks();
        const lean = next();
        const order = await interleave(
          db,
          county.actor,
          asOf,
          [
            { name: 'sweep', work: (tx) => sweepAgenda(tx, county.actor, county.villages[0].code, asOf) },
            { name: 'deed', work: (tx) => deed(tx, id) },
          ],
          () => (next() < lean ? 0 : 1),
        );
        const steps = await rows(
          db.systemKysely as unknown as Tx,
          sql<{
            id: string;
          }>`select task_id as id from escalation where task_id = any(${[id, other]}::uuid[]) and cycle = 0`,
        );
        const stepped = steps.map((step) => step.id);
        expect(stepped).toContain(other);
        if (stepped.includes(id)) expect(order).toEqual(['sweep', 'deed']);
        seen.add(`${stepped.includes(id)} ${order.join(' ')}`);
      }
      expect([...seen]).toContain('true sweep deed');
      expect([...seen]).toContain('false deed sweep');
    });
  }
});

describe('a sweep', () => {
  it('run twice at once, in any interleaving, gives one step, one line a person and one envelope a person', async () => {
    const next = random(SEED + 1);
    for (let run = 0; run < RUNS; run++) {
      const ids = await lateTasks();
      const sweep = (name: string) => ({
        name,
        work: (tx: Tx) => sweepAgenda(tx, county.actor, county.villages[0].code, asOf),
      });
      await interleave(db, county.actor, asOf, [sweep('one'), sweep('two')], () => (next() < 0.5 ? 0 : 1));
      const [count] = await rows(
        db.systemKysely as unknown as Tx,
        sql<{ steps: number; lines: number; envelopes: number }>`select
          (select count(*) from escalation where task_id = any(${ids}::uuid[])) as steps,
          (select count(*) from notice_line where task_id = any(${ids}::uuid[]) and kind = 'climb') as lines,
          (select count(*) from notice where key like 'digest/%/2018-02-22') as envelopes`,
      );
      expect(count).toEqual({ steps: 2, lines: 4, envelopes: 4 });
    }
  });
});
