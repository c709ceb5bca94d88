import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountActor } from '../../src/platform/actor.ts';
import { at, type Instant } from '../../src/platform/civil.ts';
import { type Db, openDb, rows, sql, type Tx } from '../../src/platform/db.ts';
import { recordRevisit } from '../../src/supervision/acts/checks.ts';
import {
  announceRound,
  decideRound,
  lookAtRound,
  roundReply,
  takeRoundStep,
} from '../../src/supervision/acts/rounds.ts';
import type { NewRound } from '../../src/supervision/schema.ts';
import { COUNTY, type SmallCounty, smallCounty, testKeys } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';
import { visited } from './field.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let db: Db;
let county: SmallCounty;
let planner: AccountActor;
let checker: AccountActor;

const SEED = 'a seed that nobody knows before the draw';
const ANNOUNCED: Instant = at('2018-01-20', '10:00');
const DRAW: Instant = at('2018-02-01', '07:30');
const FIELD: Instant = at('2018-02-02', '10:00');

beforeAll(async () => {
  database = await freshDatabase();
  db = openDb({ url: database.url });
  county = await smallCounty(db);
  planner = { kind: 'account', countyCode: COUNTY, accountId: county.planner };
  checker = { kind: 'account', countyCode: COUNTY, accountId: county.supervisor };
  await db.tx(county.actor, ANNOUNCED, async (tx) => {
    for (const village of county.villages)
      for (const household of village.households) {
        await visited(tx, { village, household, day: '2018-01-25' });
        await visited(tx, { village, household, day: '2018-01-26', side: 'cadre', kind: 'contract' });
        await visited(tx, { village, household, day: '2018-02-01' }); // after the period
        await visited(tx, { village, household, day: '2018-01-31', recordedAt: at('2018-02-03', '09:00') }); // recorded after the draw
      }
  });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const system = <T>(asOf: Instant, work: (tx: Tx) => Promise<T>): Promise<T> => db.tx(county.actor, asOf, work);
const step = (id: string, asOf: Instant) => system(asOf, (tx) => takeRoundStep(tx, county.actor, testKeys, id, asOf));
const shown = (id: string) => db.tx(planner, DRAW, (tx) => roundReply(tx, planner, id));
const round = (more: Partial<NewRound> = {}): NewRound => ({
  areaCode: COUNTY,
  rule: { kinds: ['policy_talk'], lot: 'team', perLot: 2, tolerable: 0.05, intolerable: 0.3, withinWorkdays: 10 },
  periodFrom: '2018-01-09',
  periodTo: '2018-01-31',
  ...more,
});
async function announced(more: Partial<NewRound> = {}): Promise<string> {
  const id = randomUUID();
  await db.tx(planner, ANNOUNCED, (tx) =>
    announceRound(tx, planner, testKeys, round(more), { id, seed: SEED, plannedBy: county.planner }, ANNOUNCED),
  );
  return id;
}

describe('before its period ends', () => {
  it('publishes the rule and the hash of a seed, and shows the seed to nobody', async () => {
    const id = await announced();
    const reply = await shown(id);
    expect(reply.seedHash).toBe(createHash('sha256').update(SEED).digest('hex'));
    expect(reply).toMatchObject({ seed: null, samples: [], stage: 'announced' });
    const everything = await system(DRAW, (tx) =>
      rows(tx, sql<{ text: string }>`select row_to_json(r)::text as text from round r`),
    );
    expect(everything.map(({ text }) => text).join()).not.toContain(SEED);
    expect(JSON.stringify(reply)).not.toContain('sealedSeed');
  });

  it('is announced once under one id, and not after the period', async () => {
    const id = await announced();
    const again = { id, seed: 'another', plannedBy: county.planner };
    expect(
      await db.tx(planner, ANNOUNCED, (tx) => announceRound(tx, planner, testKeys, round(), again, ANNOUNCED)),
    ).toBe(false);
    await expect(
      db.tx(planner, DRAW, (tx) => announceRound(tx, planner, testKeys, round(), { ...again, id: randomUUID() }, DRAW)),
    ).rejects.toThrow('round_too_late');
  });

  it('is not drawn, whoever asks', async () => {
    const id = await announced();
    await step(id, at('2018-02-01', '07:29'));
    expect((await shown(id)).stage).toBe('announced');
    expect(await system(ANNOUNCED, (tx) => lookAtRound(tx, county.actor, id, ANNOUNCED))).toEqual({
      ended: false,
      due: null,
      next: DRAW,
    });
  });
});

describe('the draw', () => {
  it('is what anybody recomputes from the published seed and the record ids', async () => {
    const id = await announced();
    await step(id, DRAW);
    const { seed, samples, stages } = await shown(id);
    const frame = await system(DRAW, (tx) =>
      rows(
        tx,
        sql<{ id: string; team: string }>`select id, area_code || '/' || side as team from record
        where kind = 'policy_talk' and occurred_at < '2018-01-31T16:00Z' and recorded_at <= '2018-01-31T23:30Z'`,
      ),
    );
    const teams = Map.groupBy(frame, ({ team }) => team);
    const rank = (record: string) => createHash('sha256').update(`${seed}/${record}`).digest('hex');
    const mine = [...teams.values()].flatMap((records) =>
      records
        .map((record) => record.id)
        .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
        .slice(0, 2),
    );
    expect(mine).toHaveLength(8);
    expect(samples.map(({ recordId }) => recordId).sort()).toEqual(mine.sort());
    const eligibleHash = createHash('sha256')
      .update(
        frame
          .map((record) => record.id)
          .sort()
          .join('\n'),
      )
      .digest('hex');
    expect(stages.find(({ stage }) => stage === 'drawn')?.detail).toMatchObject({
      eligible: 12,
      drawn: 8,
      eligibleHash,
    });
  });

  it("makes one blind task a sample, in the town's area, and is drawn once however often it is asked", async () => {
    const id = await announced();
    await Promise.all([step(id, DRAW), step(id, DRAW)].map((one) => one.catch(() => null)));
    const tasks = await system(DRAW, (tx) =>
      rows(
        tx,
        sql<object>`select t.kind, t.side, t.area_code as area, t.due_on as due, count(*) from sample s join task t on t.id = s.task_id
          where s.round_id = ${id} group by 1, 2, 3, 4 order by 3`,
      ),
    );
    expect(tasks).toEqual(
      county.towns.map(({ code }) => ({ kind: 'revisit', side: 'facility', area: code, due: '2018-02-14', count: 4 })),
    );
    const visitor: AccountActor = { ...planner, accountId: county.villages[0].doctor };
    expect(await db.tx(visitor, DRAW, (tx) => rows(tx, sql`select from sample`))).toEqual([]);
    expect((await shown(id)).stages.filter(({ stage }) => stage === 'drawn')).toHaveLength(1);
  });

  it('of a lot by town takes as many of the town as the rule says', async () => {
    const id = await announced({ rule: { ...round().rule, lot: 'town', perLot: 3 } });
    await step(id, DRAW);
    const perTown = Map.groupBy((await shown(id)).samples, ({ areaCode }) => areaCode);
    expect([...perTown.values()].map((samples) => samples.length)).toEqual([3, 3]);
  });
});

it('is answered when the last re-visit is in, decided by somebody with no part in it, and sealed', async () => {
  const id = await announced({ areaCode: county.villages[0].code, rule: { ...round().rule, perLot: 3 } });
  await step(id, DRAW);
  await step(id, DRAW);
  const { samples } = await shown(id);
  expect(samples).toHaveLength(3);
  for (const [n, { taskId }] of samples.entries()) {
    await step(id, FIELD);
    expect((await shown(id)).stage).toBe('in_field');
    const verdict = n === 0 ? ('refuted' as const) : ('confirmed' as const);
    await db.tx(checker, FIELD, (tx) =>
      recordRevisit(tx, checker, { taskId, occurredAt: FIELD, verdict, note: '无人来过' }, FIELD),
    );
  }
  await step(id, FIELD);
  const answered = await shown(id);
  expect(answered).toMatchObject({
    stage: 'answered',
    lots: [{ lot: `${county.villages[0].code}/medical`, checked: 3, refuted: 1 }],
  });
  const open = await system(FIELD, (tx) =>
    rows(
      tx,
      sql`select from sample s join task t on t.id = s.task_id where s.round_id = ${id} and t.close_reason is distinct from 'done'`,
    ),
  );
  expect(open).toEqual([]);

  await expect(db.tx(checker, FIELD, (tx) => decideRound(tx, checker, id, '自己裁定', FIELD))).rejects.toThrow(
    'round_own_work',
  );
  await db.tx(planner, FIELD, (tx) => decideRound(tx, planner, id, '按公布的规则', FIELD));
  await step(id, FIELD);
  const sealed = await shown(id);
  expect(sealed.stages.map(({ stage }) => stage)).toEqual([
    'announced',
    'drawn',
    'in_field',
    'answered',
    'decided',
    'sealed',
  ]);
  expect(await system(FIELD, (tx) => lookAtRound(tx, county.actor, id, FIELD))).toMatchObject({ ended: true });
});

it('of a record drawn by two rounds, a re-visit answers the one whose task it names', async () => {
  const one = { areaCode: county.villages[1].code, rule: { ...round().rule, perLot: 1 } };
  const [first, second] = [await announced(one), await announced(one)];
  for (const id of [first, second]) for (const _ of ['draw', 'send']) await step(id, DRAW);
  const [sample] = (await shown(second)).samples;
  const revisit = { taskId: sample?.taskId, occurredAt: FIELD, verdict: 'confirmed' as const };
  await db.tx(checker, FIELD, (tx) => recordRevisit(tx, checker, revisit, FIELD));
  for (const id of [first, second]) await step(id, FIELD);
  expect([(await shown(first)).stage, (await shown(second)).stage]).toEqual(['in_field', 'answered']);
});
