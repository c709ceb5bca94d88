import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AccountActor } from '../../src/platform/actor.ts';
import { at, type Instant } from '../../src/platform/civil.ts';
import type { Tx } from '../../src/platform/db.ts';
import { recordRevisit } from '../../src/supervision/acts/checks.ts';
import { announceRound, decideRound, roundReply } from '../../src/supervision/acts/rounds.ts';
import { COUNTY, testKeys } from '../fixtures/county.ts';
import { visited } from '../supervision/field.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
const OPENS = at('2018-01-30', '08:00');

beforeAll(async () => {
  stage = await openStage(OPENS);
  await stage.db.tx(stage.county.actor, OPENS, async (tx) => {
    for (const village of stage.county.villages)
      for (const household of village.households) await visited(tx, { village, household, day: '2018-01-25' });
  });
});
afterAll(() => stage.close());

it('draws on the morning after its period, sends out, and seals once answered and decided', async () => {
  const planner: AccountActor = { kind: 'account', countyCode: COUNTY, accountId: stage.county.planner };
  const checker: AccountActor = { ...planner, accountId: stage.county.supervisor };
  const as = <T>(actor: AccountActor, asOf: Instant, work: (tx: Tx) => Promise<T>) => stage.db.tx(actor, asOf, work);
  const rule = {
    kinds: ['policy_talk' as const],
    lot: 'team' as const,
    perLot: 1,
    tolerable: 0.05,
    intolerable: 0.3,
    withinWorkdays: 5,
  };
  const period = { areaCode: COUNTY, rule, periodFrom: '2018-01-09', periodTo: '2018-01-31' } as const;
  const id =
    (await as(planner, OPENS, (tx) =>
      announceRound(tx, planner, testKeys, period, { plannedBy: stage.county.planner }, OPENS),
    )) ?? '';
  const shown = () => as(planner, OPENS, (tx) => roundReply(tx, planner, id));
  const stageNow = async () => (await shown()).stage;
  const handle = await stage.start(`round/${id}`);

  await stage.until('2018-02-01', '07:25');
  expect(await stageNow()).toBe('announced');
  await stage.until('2018-02-01', '07:35');
  await expect.poll(stageNow).toBe('in_field');
  const { seed, seedHash, samples } = await shown();
  expect(
    createHash('sha256')
      .update(seed ?? '')
      .digest('hex'),
  ).toBe(seedHash);
  expect(samples).toHaveLength(4);

  const field = at('2018-02-02', '10:00');
  await stage.until('2018-02-02', '10:00');
  for (const { taskId } of samples)
    await as(checker, field, (tx) =>
      recordRevisit(tx, checker, { taskId, occurredAt: field, verdict: 'confirmed' }, field),
    );
  await stage.changed(`round/${id}`);
  await expect.poll(stageNow).toBe('answered');
  await as(planner, field, (tx) => decideRound(tx, planner, id, '全部属实', field));
  await stage.changed(`round/${id}`);
  await handle.result();
  expect(await stageNow()).toBe('sealed');
});
