// src/supervision/acts/rounds.ts: a round of re-visits: announced with a sealed seed, drawn after its period, answered, decided, sealed.
import { randomBytes, randomUUID } from 'node:crypto';
import { coversArea } from '../../access/store.ts';
import { type AccountActor, type Actor, accountOf } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { dateOf, type Instant } from '../../platform/civil.ts';
import { blindIndex, canonicalHash, type Keys, seal } from '../../platform/crypto.ts';
import type { Tx } from '../../platform/db.ts';
import { DomainError, type Fault, Status } from '../../platform/errors.ts';
import { wake, workflowIds } from '../../platform/wake.ts';
import { closeTasks, lockTasks } from '../../tasks/store.ts';
import {
  BETA_BOUND,
  decideLot,
  drawAt,
  dueRoundStep,
  lotPlan,
  type RoundStage,
  type RoundStep,
  stageAfter,
} from '../rules.ts';
import type { Lot, NewRound, RoundReply, RoundRule } from '../schema.ts';
import * as store from '../store/rounds.ts';
import { drawSamples, SEALED_SEED, sha256, writeDraw } from './draw.ts';

const SEED_BYTES = 32; // as many as its hash: nobody finds it before the draw

export interface Announcement {
  readonly plannedBy: string;
  /** Of a round that comes by a rule: announced once under one key, its id and its seed made from it. */
  readonly key?: string;
}

/**
 * Publishes a rule and the hash of a seed before the period ends. The seed is shown to nobody before the draw.
 * @returns the round's id, or null where this key was announced before.
 */
export async function announceRound(
  tx: Tx,
  actor: Actor,
  keys: Keys,
  round: NewRound,
  { plannedBy, key }: Announcement,
  asOf: Instant,
): Promise<string | null> {
  const id = key === undefined ? randomUUID() : uuidOf(key);
  const seed = key === undefined ? randomBytes(SEED_BYTES).toString('hex') : blindIndex(keys, `round seed ${key}`);
  const faults: Fault[] = [];
  if (round.periodTo < round.periodFrom) faults.push({ code: 'round_period', field: '/periodTo' });
  if (dateOf(asOf) > round.periodTo) faults.push({ code: 'round_too_late', field: '/periodTo' });
  if (faults.length > 0) throw new DomainError(Status.invalid, faults);
  if (!(await coversArea(tx, actor, round.areaCode)))
    throw new DomainError(Status.forbidden, { code: 'check_other_area', field: '/areaCode' });
  const seedHash = sha256(seed);
  const rule = { ...round.rule, sealedSeed: seal(keys, seed, SEALED_SEED) };
  if (!(await store.insertRound(tx, actor.countyCode, { ...round, id, rule, seedHash, createdBy: plannedBy }, asOf)))
    return null;
  await store.insertStage(
    tx,
    actor.countyCode,
    { id, seq: 0 },
    { stage: 'announced', byAccount: accountOf(actor) },
    asOf,
  );
  await audit(tx, actor, asOf, 'round.announced', id, {
    seedHash,
    periodFrom: round.periodFrom,
    periodTo: round.periodTo,
  });
  await wake(tx, [workflowIds.round(id)]);
  return id;
}

/** A uuid (version 8) that is the same for the same key. */
function uuidOf(key: string): string {
  const hex = sha256(key);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Moves a round to `stage`. @returns false when somebody else has. */
async function moveTo(
  tx: Tx,
  actor: Actor,
  round: store.RoundRow,
  stage: RoundStage,
  detail: unknown,
  asOf: Instant,
): Promise<boolean> {
  if (stageAfter(round.stage) !== stage)
    throw new DomainError(Status.conflict, { code: 'round_stage', params: { from: round.stage, to: stage } });
  const moved = await store.insertStage(
    tx,
    actor.countyCode,
    round,
    { stage, byAccount: accountOf(actor), detail },
    asOf,
  );
  if (moved) await audit(tx, actor, asOf, `round.${stage}`, round.id);
  return moved;
}

/** Draws the samples and publishes the seed with what anybody needs to draw them again. */
async function draw(tx: Tx, actor: Actor, keys: Keys, round: store.RoundRow, asOf: Instant): Promise<void> {
  const { detail, eligible } = await drawSamples(tx, actor, keys, round, asOf);
  if (!(await moveTo(tx, actor, round, 'drawn', detail, asOf))) return;
  const areas = await writeDraw(tx, actor, round, eligible, asOf);
  await wake(tx, areas.map(workflowIds.agenda));
}

/** What each lot decides by the rule announced, with the risks of both mistakes. */
async function lotsOf(tx: Tx, actor: Actor, round: store.RoundRow): Promise<Lot[]> {
  return (await store.lotCounts(tx, actor.countyCode, round.id)).map((lot) => {
    const plan = lotPlan(lot.checked, round.rule.tolerable, round.rule.intolerable);
    return { ...lot, ...plan, decision: decideLot(lot.refuted, plan) };
  });
}

/** The round, for somebody of its area who had no part in it. @throws DomainError 403 `check_other_area`, `round_own_work`. */
async function foundForJudge(tx: Tx, actor: AccountActor, id: string): Promise<store.RoundRow> {
  const round = await found(tx, actor, id);
  if (!(await coversArea(tx, actor, round.areaCode)))
    throw new DomainError(Status.forbidden, { code: 'check_other_area', field: '/id' });
  if (await store.hasPartIn(tx, actor.countyCode, id, actor.accountId))
    throw new DomainError(Status.forbidden, { code: 'round_own_work' });
  return round;
}

/**
 * Ends the field work of a round whose re-visits are past due: those never made are not done, and stand as such in their lots.
 * @throws DomainError 409 `round_stage`, `round_field_open`.
 */
export async function endField(tx: Tx, actor: AccountActor, id: string, reason: string, asOf: Instant): Promise<void> {
  const round = await foundForJudge(tx, actor, id);
  if (stageAfter(round.stage) !== 'answered')
    throw new DomainError(Status.conflict, { code: 'round_stage', params: { from: round.stage, to: 'answered' } });
  const owed = await store.owedRevisits(tx, actor.countyCode, id);
  const today = dateOf(asOf);
  const until = owed.reduce((last, { dueOn }) => (dueOn > last ? dueOn : last), '');
  if (until >= today) throw new DomainError(Status.conflict, { code: 'round_field_open', params: { until } });
  const ids = owed.map(({ taskId }) => taskId);
  await lockTasks(tx, actor.countyCode, ids);
  const closings = ids.map((taskId) => ({ id: taskId, reason: 'not_done' as const, closedOn: today }));
  await closeTasks(tx, actor.countyCode, closings, asOf);
  const detail = { reason, lots: await lotsOf(tx, actor, round) };
  if (!(await moveTo(tx, actor, round, 'answered', detail, asOf)))
    throw new DomainError(Status.conflict, { code: 'round_moved_on' });
  await wake(tx, [workflowIds.round(id)]);
}

/** Decides every lot of an answered round. The decider neither visited, confirmed, re-visited nor answered for what was found. */
export async function decideRound(
  tx: Tx,
  actor: AccountActor,
  id: string,
  reason: string,
  asOf: Instant,
): Promise<void> {
  const round = await foundForJudge(tx, actor, id);
  const moved = await moveTo(tx, actor, round, 'decided', { reason }, asOf);
  if (!moved) throw new DomainError(Status.conflict, { code: 'round_moved_on' });
  await wake(tx, [workflowIds.round(id)]);
}

export interface RoundLook {
  readonly ended: boolean;
  readonly due: RoundStep | null;
  readonly next: Instant | null;
}

/** What the round's story sees. A round that does not exist has ended. */
export async function lookAtRound(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<RoundLook> {
  const round = await store.roundOf(tx, actor.countyCode, id);
  if (!round || round.stage === 'sealed') return { ended: true, due: null, next: null };
  const next = round.stage === 'announced' ? drawAt(round.periodTo) : null;
  return { ended: false, due: dueRoundStep(round, asOf), next: next !== null && next > asOf ? next : null };
}

/** Does what is due, if it still is; of two at once, the one that writes the stage. */
export async function takeRoundStep(tx: Tx, actor: Actor, keys: Keys, id: string, asOf: Instant): Promise<void> {
  const round = await found(tx, actor, id);
  switch (dueRoundStep(round, asOf)) {
    case null:
      return;
    case 'draw':
      return draw(tx, actor, keys, round, asOf);
    case 'send':
      await moveTo(tx, actor, round, 'in_field', undefined, asOf);
      return;
    case 'answer':
      await moveTo(tx, actor, round, 'answered', { lots: await lotsOf(tx, actor, round) }, asOf);
      return;
    case 'seal': {
      const stages = await store.stagesOf(tx, actor.countyCode, id);
      await moveTo(tx, actor, round, 'sealed', { hash: canonicalHash({ id, seedHash: round.seedHash, stages }) }, asOf);
    }
  }
}

async function found(tx: Tx, actor: Actor, id: string): Promise<store.RoundRow> {
  const round = await store.roundOf(tx, actor.countyCode, id);
  if (!round) throw new DomainError(Status.missing, { code: 'round_unknown', field: '/id' });
  return round;
}

/** What a full lot can decide, known when the rule is. */
function planOf(rule: RoundRule): RoundReply['plan'] {
  const plan = lotPlan(rule.perLot, rule.tolerable, rule.intolerable);
  return { n: rule.perLot, ...plan, enough: plan.beta <= BETA_BOUND };
}

/** A round as anybody may read it: never its sealed seed, and its seed only once drawn. */
export async function roundReply(tx: Tx, actor: Actor, id: string): Promise<RoundReply> {
  const { createdBy: _planner, seq: _seq, unanswered: _left, rule, ...round } = await found(tx, actor, id);
  const { sealedSeed: _sealed, ...published } = rule;
  const stages = await store.stagesOf(tx, actor.countyCode, id);
  const drawn = stages.find(({ stage }) => stage === 'drawn')?.detail as { seed: string } | undefined;
  const answered = stages.find(({ stage }) => stage === 'answered')?.detail as { lots: Lot[] } | undefined;
  return {
    ...round,
    rule: published,
    plan: planOf(published),
    seed: drawn?.seed ?? null,
    stages,
    samples: await store.samplesOf(tx, actor.countyCode, id),
    lots: answered?.lots ?? [],
  };
}
