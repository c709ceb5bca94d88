// test/supervision/draws.db.test.ts: a stranger with the answer of one request draws the same samples, in two languages that share no code with the product.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountActor } from '../../src/platform/actor.ts';
import { at } from '../../src/platform/civil.ts';
import { recordRevisit } from '../../src/supervision/acts/checks.ts';
import { announceRound, roundReply, takeRoundStep } from '../../src/supervision/acts/rounds.ts';
import type { DrawReply } from '../../src/supervision/schema.ts';
import { COUNTY, type SmallCounty, smallCounty, testKeys } from '../fixtures/county.ts';
import { type TestApi, testApi } from '../setup/api.ts';
import { visited } from './field.ts';

const ANNOUNCED = at('2018-01-20', '10:00');
const DRAW = at('2018-02-01', '07:30');
const FIELD = at('2018-02-02', '10:00');
const PAGE = path.resolve(import.meta.dirname, '../../docs/draws.md');

let api: TestApi;
let county: SmallCounty;
let folder: string;
let id: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'draw-'));
  api = await testApi(async (db) => {
    county = await smallCounty(db);
    await db.tx(county.actor, ANNOUNCED, async (tx) => {
      for (const village of county.villages)
        for (const household of village.households)
          for (const side of ['medical', 'cadre'] as const)
            await visited(tx, { village, household, day: '2018-01-25', side });
    });
    const rule = { kinds: ['policy_talk' as const], lot: 'team' as const, perLot: 2 };
    const limits = { tolerable: 0.05, intolerable: 0.3, withinWorkdays: 10 };
    const round = {
      areaCode: COUNTY,
      rule: { ...rule, ...limits },
      periodFrom: '2018-01-09',
      periodTo: '2018-01-31',
    } as const;
    id = await db.tx(county.actor, ANNOUNCED, async (tx) =>
      String(await announceRound(tx, county.actor, testKeys, round, { plannedBy: county.planner }, ANNOUNCED)),
    );
  });
});
afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true });
});

const ask = async (login: string) => {
  const answer = await (await api.as(login))('GET', `/api/v1/rounds/${id}/draw`);
  expect(answer.status).toBe(200);
  return answer.body as unknown as DrawReply;
};
const step = (asOf: typeof DRAW) =>
  api.db.tx(county.actor, asOf, (tx) => takeRoundStep(tx, county.actor, testKeys, id, asOf));
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Runs the script that the page prints. */
async function script(draw: unknown): Promise<{ code: number; says: string }> {
  const code = /```python\n([\s\S]+?)```/.exec(await readFile(PAGE, 'utf8'))?.[1] ?? '';
  const lines = code.split('\n').filter((line) => line.trim() !== '');
  expect(lines.length).toBeLessThanOrEqual(20);
  await writeFile(path.join(folder, 'draw.py'), code);
  await writeFile(path.join(folder, 'draw.json'), JSON.stringify(draw));
  const run = promisify(execFile)('python3', ['draw.py', 'draw.json'], { cwd: folder });
  return run.then(
    ({ stdout }) => ({ code: 0, says: stdout.trim() }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      says: `${error.stdout}${error.stderr}`.trim(),
    }),
  );
}

describe('what is published of a draw', () => {
  it('is the rule and the hash of a seed before it, to anybody of the county', async () => {
    const draw = await ask('v1.cadre');
    expect(draw).toMatchObject({ listed: false, seed: null, eligible: null, eligibleHash: null, lots: [] });
    expect(draw.seedHash).toMatch(/^[0-9a-f]{64}$/);
    expect(draw.method.words.en).toContain('SHA-256(seed + "/" + record id)');
    const listed = await (await api.as('v4.doctor'))('GET', '/api/v1/rounds');
    expect(listed.body).toMatchObject({ items: [{ id, seedHash: draw.seedHash, stage: 'announced' }], next: null });
  });

  it('is both hashes to a team while re-visits are blind, and all of it to those who oversee', async () => {
    for (const _ of ['draw', 'send']) await step(DRAW);
    const blind = await ask('v1.doctor');
    expect(blind).toMatchObject({ listed: false, seed: null, lots: [], eligible: 24, drawn: 16 });
    for (const login of ['supervisor', 'town2.supervisor', 'planner', 'admin', 'bureau.health']) {
      const draw = await ask(login);
      expect([draw.listed, draw.eligibleHash, draw.lots.length]).toEqual([true, blind.eligibleHash, 8]);
    }
    expect((await script(blind)).says).toContain('not open yet');
  });

  it('is drawn again by the script of the page, by other code, and by nobody who changed a word of it', async () => {
    const draw = await ask('bureau.health');
    expect(await script(draw)).toEqual({ code: 0, says: 'the same 16 of 24' });

    expect(sha256(draw.seed ?? '')).toBe(draw.seedHash);
    const mine = draw.lots.map(({ lot, eligible }) => {
      const ranked = eligible.map((record) => [sha256(`${draw.seed}/${record}`), record] as const).sort();
      return { lot, drawn: new Set(ranked.slice(0, 2).map(([, record]) => record)) };
    });
    expect(mine).toEqual(draw.lots.map(({ lot, drawn }) => ({ lot, drawn: new Set(drawn) })));
    const { samples } = await api.db.tx(county.actor, DRAW, (tx) => roundReply(tx, county.actor, id));
    expect(new Set(samples.map(({ recordId }) => recordId))).toEqual(new Set(mine.flatMap(({ drawn }) => [...drawn])));

    const [first, ...others] = draw.lots;
    if (!first) throw new Error('a lot');
    const swapped = { ...first, drawn: first.eligible.filter((record) => !first.drawn.includes(record)) };
    expect((await script({ ...draw, lots: [swapped, ...others] })).says).toBe(`wrong: lot ${first.lot}`);
    const hidden = { ...first, eligible: first.drawn };
    expect((await script({ ...draw, lots: [hidden, ...others] })).says).toBe('wrong: the list');
    expect((await script({ ...draw, seed: `${draw.seed}0` })).says).toContain('wrong: the seed');
  });

  it('names nobody: ids and codes of places only', async () => {
    const text = JSON.stringify(await ask('planner'));
    for (const { persons } of county.villages.flatMap(({ households }) => households))
      for (const { id: person, name, idNo } of persons)
        for (const secret of [person, name, idNo]) expect(text).not.toContain(secret);
    for (const account of Object.values(county.accounts)) expect(text).not.toContain(account);
  });

  it('is open to the teams once every re-visit is answered', async () => {
    const checker: AccountActor = { kind: 'account', countyCode: COUNTY, accountId: county.supervisor };
    const { samples } = await api.db.tx(county.actor, FIELD, (tx) => roundReply(tx, county.actor, id));
    for (const { taskId } of samples)
      await api.db.tx(checker, FIELD, (tx) =>
        recordRevisit(tx, checker, { taskId, occurredAt: FIELD, verdict: 'confirmed' }, FIELD),
      );
    expect((await ask('v1.doctor')).listed).toBe(false);
    await step(FIELD);
    expect(await script(await ask('v1.doctor'))).toEqual({ code: 0, says: 'the same 16 of 24' });
  });
});
