// src/supervision/acts/draw.ts: the draw of a round and what is published of it, so that a stranger can draw it again.
import { createHash } from 'node:crypto';
import { dueAfter } from '../../places/rules.ts';
import { loadCalendar } from '../../places/store.ts';
import type { Actor } from '../../platform/actor.ts';
import { dateOf, type Instant } from '../../platform/civil.ts';
import { type Keys, open } from '../../platform/crypto.ts';
import type { Tx } from '../../platform/db.ts';
import { DomainError, Status } from '../../platform/errors.ts';
import { say } from '../../platform/locale.ts';
import { revisitTaskKey } from '../../tasks/rules/keys.ts';
import { insertTasks, type NewTask } from '../../tasks/store.ts';
import type { DrawReply } from '../schema.ts';
import * as draws from '../store/draws.ts';
import * as store from '../store/rounds.ts';

export const SEALED_SEED = 'round.seed'; // binds the sealed seed to where it stands

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What a `drawn` stage says: with the list in `round_eligible`, all that a stranger needs. */
export interface Drawn {
  readonly seed: string;
  readonly eligible: number;
  readonly eligibleHash: string;
  readonly drawn: number;
}

/** Draws by the rule announced. Nothing is written yet. @throws Error when the seed is not the one of the announcement. */
export async function drawSamples(
  tx: Tx,
  actor: Actor,
  keys: Keys,
  round: store.RoundRow,
  asOf: Instant,
): Promise<{ readonly detail: Drawn; readonly eligible: readonly draws.Eligible[] }> {
  const seed = open(keys, round.rule.sealedSeed, SEALED_SEED);
  if (sha256(seed) !== round.seedHash)
    throw new Error(`the seed of round ${round.id} is not the one it was announced with`);
  const eligible = await draws.drawOf(tx, actor.countyCode, round, seed, asOf);
  const lines = eligible.map(({ lot, recordId }) => `${lot} ${recordId}`).sort();
  const drawn = eligible.filter((one) => one.drawn).length;
  return { detail: { seed, eligible: eligible.length, eligibleHash: sha256(lines.join('\n')), drawn }, eligible };
}

/** Writes the list, and a sample and a blind task for each record drawn. @returns the areas whose agendas mind them. */
export async function writeDraw(
  tx: Tx,
  actor: Actor,
  round: store.RoundRow,
  eligible: readonly draws.Eligible[],
  asOf: Instant,
): Promise<readonly string[]> {
  await draws.insertEligible(tx, actor.countyCode, round.id, eligible);
  const today = dateOf(asOf);
  const dueOn = dueAfter(today, round.rule.withinWorkdays, await loadCalendar(tx, actor.countyCode));
  const drawn = eligible.filter((one) => one.drawn);
  const keyOf = (recordId: string): string => revisitTaskKey(`${round.id}.${recordId}`);
  const tasks = drawn.map(
    ({ recordId, visitId, householdId, townCode }): NewTask => ({
      sourceKey: keyOf(recordId),
      kind: 'revisit',
      subject: 'visit',
      subjectId: visitId,
      householdId,
      areaCode: townCode,
      side: 'facility',
      opensOn: today,
      dueOn,
    }),
  );
  await insertTasks(tx, actor.countyCode, tasks, asOf);
  const samples = drawn.map(({ recordId, townCode }) => ({ recordId, townCode, taskKey: keyOf(recordId) }));
  await store.insertSamples(tx, actor.countyCode, round.id, samples);
  return tasks.map(({ areaCode }) => areaCode);
}

/** What was drawn, from what and how. The seed and the list show only where the rows do: to the teams once all is answered. */
export async function drawReply(tx: Tx, actor: Actor, id: string): Promise<DrawReply> {
  const round = await store.roundOf(tx, actor.countyCode, id);
  if (!round) throw new DomainError(Status.missing, { code: 'round_unknown', field: '/id' });
  const { sealedSeed: _sealed, ...rule } = round.rule;
  const { areaCode, periodFrom, periodTo, seedHash } = round;
  const stages = await store.stagesOf(tx, actor.countyCode, id);
  const stage = stages.find((one) => one.stage === 'drawn');
  const detail = stage?.detail as Drawn | undefined;
  const lots = await draws.eligibleOf(tx, actor.countyCode, id);
  const listed = detail !== undefined && lots.reduce((sum, lot) => sum + lot.eligible.length, 0) === detail.eligible;
  return {
    id,
    areaCode,
    periodFrom,
    periodTo,
    rule,
    method: {
      name: 'lowest-sha256',
      words: { 'zh-CN': say('zh-CN', 'supervision.draw.rule'), en: say('en', 'supervision.draw.rule') },
    },
    seedHash,
    drawnAt: stage?.at ?? null,
    eligible: detail?.eligible ?? null,
    eligibleHash: detail?.eligibleHash ?? null,
    drawn: detail?.drawn ?? null,
    listed,
    seed: listed ? detail.seed : null,
    lots,
  };
}
