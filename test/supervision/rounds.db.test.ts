import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountActor } from '../../src/platform/actor.ts';
import { at, type Instant } from '../../src/platform/civil.ts';
import { blindIndex } from '../../src/platform/crypto.ts';
import { type Db, openDb, rows, sql, type Tx } from '../../src/platform/db.ts';
import { recordRevisit } from '../../src/supervision/acts/checks.ts';
import {
  announceRound,
  decideRound,
  endField,
  lookAtRound,
  roundReply,
  takeRoundStep,
} from '../../src/supervision/acts/rounds.ts';
import type { NewRound } from '../../src/supervision/schema.ts';
import { hasPartIn } from '../../src/supervision/store/rounds.ts';
import { COUNTY, type SmallCounty, smallCounty, testKeys } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';
import { visited } from './field.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let db: Db;
let county: SmallCounty;
let planner: AccountActor;
let checker: AccountActor;

const seeds = new Map<string, string>();
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
  const key = randomUUID();
  const id = await db.tx(planner, ANNOUNCED, (tx) =>
    announceRound(tx, planner, testKeys, round(more), { key, plannedBy: county.planner }, ANNOUNCED),
  );
  if (id === null) throw new Error('a key is announced once');
  seeds.set(id, blindIndex(testKeys, `round seed ${key}`));
  return id;
}

describe('before its period ends', () => {
  it('publishes the rule and the hash of a seed, and shows the seed to nobody', async () => {
    const id = await announced();
    const reply = await shown(id);
    const seed = seeds.get(id) ?? '';
    expect(reply.seedHash).toBe(createHash('sha256').update(seed).digest('hex'));
    expect(reply).toMatchObject({ seed: null, samples: [], stage: 'announced' });
    const everything = await system(DRAW, (tx) =>
      rows(tx, sql<{ text: string }>`select row_to_json(r)::text as text from round r`),
    );
    expect(everything.map(({ text }) => text).join()).not.toContain(seed);
    expect(JSON.stringify(reply)).not.toContain('sealedSeed');
  });

  it('is announced once under one key, anew without one, and not after the period', async () => {
    const say = (announcement: { key?: string }, asOf = ANNOUNCED) =>
      db.tx(planner, asOf, (tx) =>
        announceRound(tx, planner, testKeys, round(), { ...announcement, plannedBy: county.planner }, asOf),
      );
    expect(await say({ key: 'monthly/2018-01' })).toMatch(/^[0-9a-f-]{36}$/);
    expect(await say({ key: 'monthly/2018-01' })).toBeNull();
    expect(await say({})).not.toBe(await say({}));
    await expect(say({}, DRAW)).rejects.toThrow('round_too_late');
  });

  it('says what a lot of that size could decide', async () => {
    const few = await shown(await announced({ rule: { ...round().rule, perLot: 2 } }));
    expect(few.plan).toMatchObject({ n: 2, accept: 0, enough: false });
    expect(few.plan.beta).toBeCloseTo(0.49, 2);
    const more = await shown(await announced({ rule: { ...round().rule, perLot: 19 } }));
    expect(more.plan).toMatchObject({ n: 19, accept: 2, enough: true });
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
          .map(({ id, team }) => `${team} ${id}`)
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
    lots: [{ lot: `${county.villages[0].code}/medical`, checked: 3, unanswered: 0, refuted: 1, decision: 'fails' }],
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

describe('a round whose re-visits are not all made', () => {
  const AFTER = at('2018-02-22', '10:00'); // the tenth working day, 14 February, has passed
  const inField = async (perLot: number): Promise<string> => {
    const id = await announced({ areaCode: county.villages[2].code, rule: { ...round().rule, perLot } });
    for (const _ of ['draw', 'send']) await step(id, DRAW);
    return id;
  };
  const end = (id: string, actor: AccountActor, asOf: Instant) =>
    db.tx(actor, asOf, (tx) => endField(tx, actor, id, '两户外出,过了期限', asOf));

  it('is ended once they are past due, by somebody with no part in it, and says what it can of the rest', async () => {
    const id = await inField(3);
    const { samples } = await shown(id);
    await db.tx(checker, FIELD, (tx) =>
      recordRevisit(tx, checker, { taskId: samples[0]?.taskId, occurredAt: FIELD, verdict: 'confirmed' }, FIELD),
    );
    await expect(end(id, planner, at('2018-02-14', '18:00'))).rejects.toThrow('round_field_open');
    await expect(end(id, checker, AFTER)).rejects.toThrow('round_own_work');
    await end(id, planner, AFTER);
    const lot = { lot: `${county.villages[2].code}/medical`, checked: 1, unanswered: 2, refuted: 0 };
    expect(await shown(id)).toMatchObject({ stage: 'answered', lots: [{ ...lot, decision: 'not_enough' }] });
    await expect(end(id, planner, AFTER)).rejects.toThrow('round_stage');
    const closed = await system(AFTER, (tx) =>
      rows(
        tx,
        sql<object>`select t.close_reason as reason, t.closed_by is not null as by, count(*) as tasks
          from sample s join task t on t.id = s.task_id where s.round_id = ${id} group by 1, 2 order by 1`,
      ),
    );
    expect(closed).toEqual([
      { reason: 'done', by: true, tasks: 1 },
      { reason: 'not_done', by: false, tasks: 2 },
    ]);
    await db.tx(planner, AFTER, (tx) => decideRound(tx, planner, id, '两户未复核,样本不足', AFTER));
    await step(id, AFTER);
    expect((await shown(id)).stage).toBe('sealed');
  });

  it('is answered when what is left ended otherwise: the household has moved away', async () => {
    const id = await inField(1);
    await system(FIELD, (tx) =>
      sql`update task set closed_at = ${FIELD}, closed_on = '2018-02-02', close_reason = 'excused', close_detail = 'moved_out'
        where id in (select task_id from sample where round_id = ${id})`.execute(tx),
    );
    await step(id, FIELD);
    expect(await shown(id)).toMatchObject({
      stage: 'answered',
      lots: [{ checked: 0, unanswered: 1, decision: 'not_enough' }],
    });
  });

  it('takes a re-visit made before it was sent out', async () => {
    const id = await announced({ areaCode: county.villages[3].code, rule: { ...round().rule, perLot: 1 } });
    await step(id, DRAW);
    const [sample] = (await shown(id)).samples;
    await db.tx(checker, FIELD, (tx) =>
      recordRevisit(tx, checker, { taskId: sample?.taskId, occurredAt: FIELD, verdict: 'confirmed' }, FIELD),
    );
    for (const _ of ['send', 'answer']) await step(id, FIELD);
    expect((await shown(id)).stage).toBe('answered');
  });
});

it('is not decided by whoever confirmed a visit it drew, or answered for what it found', async () => {
  const village = county.villages[3];
  const id = await announced({ areaCode: village.code, rule: { ...round().rule, perLot: 3 } });
  for (const _ of ['draw', 'send']) await step(id, DRAW);
  const { samples } = await shown(id);
  for (const { taskId } of samples)
    await db.tx(checker, FIELD, (tx) =>
      recordRevisit(tx, checker, { taskId, occurredAt: FIELD, verdict: 'refuted', note: '无人来过' }, FIELD),
    );
  const parts = await system(FIELD, async (tx) => {
    await sql`insert into confirmation (county_code, record_id, side, area_code, account_id, at)
      values (${COUNTY}, ${samples[0]?.recordId}, 'cadre', ${village.code}, ${village.secondCadre}, ${FIELD})`.execute(
      tx,
    );
    await sql`insert into rectification (county_code, finding_id, area_code, account_id, at, proof)
      select ${COUNTY}, f.id, f.area_code, ${county.towns[1].supervisor}, ${FIELD}, '已补' from finding f
      join check_result c on c.id = f.check_id where c.round_id = ${id} limit 1`.execute(tx);
    const people = [village.doctor, village.nurse, village.secondCadre, county.towns[1].supervisor, county.supervisor];
    return Promise.all([...people, county.planner].map((who) => hasPartIn(tx, COUNTY, id, who)));
  });
  expect(parts).toEqual([true, true, true, true, true, false]);
});
