// src/supervision/acts/rounds.ts: a round of re-visits: announced with a sealed seed, drawn after its period, answered, decided, sealed.
import { createHash } from 'node:crypto';
import { coversArea } from '../../access/store.ts';
import { loadCalendar } from '../../places/store.ts';
import { type AccountActor, type Actor, accountOf } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { dateOf, type Instant } from '../../platform/civil.ts';
import { canonicalHash, type Keys, open, seal } from '../../platform/crypto.ts';
import type { Tx } from '../../platform/db.ts';
import { DomainError, type Fault, Status } from '../../platform/errors.ts';
import { wake, workflowIds } from '../../platform/wake.ts';
import { revisitTaskKey } from '../../tasks/rules/keys.ts';
import { insertTasks, type NewTask } from '../../tasks/store.ts';
import { drawAt, dueRoundStep, lotPlan, type RoundStage, type RoundStep, stageAfter } from '../rules.ts';
import type { Lot, NewRound, RoundReply } from '../schema.ts';
import * as store from '../store/rounds.ts';

const SEALED_SEED = 'round.seed'; // binds the sealed seed to where it stands

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export interface Announcement {
  readonly id: string;
  /** Random; shown to nobody before the draw. */
  readonly seed: string;
  readonly plannedBy: string;
}

/** Publishes a rule and the hash of a seed before the period ends. @returns false where this round was announced before. */
export async function announceRound(
  tx: Tx,
  actor: Actor,
  keys: Keys,
  round: NewRound,
  { id, seed, plannedBy }: Announcement,
  asOf: Instant,
): Promise<boolean> {
  const faults: Fault[] = [];
  if (round.periodTo < round.periodFrom) faults.push({ code: 'round_period', field: '/periodTo' });
  if (dateOf(asOf) > round.periodTo) faults.push({ code: 'round_too_late', field: '/periodTo' });
  if (faults.length > 0) throw new DomainError(Status.invalid, faults);
  if (!(await coversArea(tx, actor, round.areaCode)))
    throw new DomainError(Status.forbidden, { code: 'check_other_area', field: '/areaCode' });
  const seedHash = sha256(seed);
  const rule = { ...round.rule, sealedSeed: seal(keys, seed, SEALED_SEED) };
  if (!(await store.insertRound(tx, actor.countyCode, { ...round, id, rule, seedHash, createdBy: plannedBy }, asOf)))
    return false;
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
  return true;
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
  const seed = open(keys, round.rule.sealedSeed, SEALED_SEED);
  if (sha256(seed) !== round.seedHash)
    throw new Error(`the seed of round ${round.id} is not the one it was announced with`);
  const eligible = await store.drawOf(tx, actor.countyCode, round, seed, asOf);
  const drawn = eligible.filter((one) => one.drawn);
  const detail = {
    seed,
    eligible: eligible.length,
    eligibleHash: sha256(eligible.map(({ recordId }) => recordId).join('\n')),
    drawn: drawn.length,
  };
  if (!(await moveTo(tx, actor, round, 'drawn', detail, asOf))) return;
  const today = dateOf(asOf);
  const dueOn = (await loadCalendar(tx, actor.countyCode)).plusWorkdays(today, round.rule.withinWorkdays);
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
  await wake(
    tx,
    tasks.map(({ areaCode }) => workflowIds.agenda(areaCode)),
  );
}

/** What each lot decides by the rule announced, with the risks of both mistakes. */
async function lotsOf(tx: Tx, actor: Actor, round: store.RoundRow): Promise<Lot[]> {
  return (await store.lotCounts(tx, actor.countyCode, round)).map((lot) => {
    const plan = lotPlan(lot.checked, round.rule.tolerable, round.rule.intolerable);
    return { ...lot, ...plan, passes: lot.refuted <= plan.accept };
  });
}

/** Decides every lot of an answered round. The decider neither re-visited for it nor made one of its visits. */
export async function decideRound(
  tx: Tx,
  actor: AccountActor,
  id: string,
  reason: string,
  asOf: Instant,
): Promise<void> {
  const round = await found(tx, actor, id);
  if (await store.hasPartIn(tx, actor.countyCode, id, actor.accountId))
    throw new DomainError(Status.forbidden, { code: 'round_own_work' });
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
    seed: drawn?.seed ?? null,
    stages,
    samples: await store.samplesOf(tx, actor.countyCode, id),
    lots: answered?.lots ?? [],
  };
}
