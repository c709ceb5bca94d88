// src/supervision/rules.ts: when a round moves on, what a lot of re-visits decides, and how surprising copied readings are.
import { at, type CivilDate, type Instant, plusDays } from '../platform/civil.ts';
import { wilson } from '../reports/rules/share.ts';

export const roundStages = ['announced', 'drawn', 'in_field', 'answered', 'decided', 'sealed'] as const;
export type RoundStage = (typeof roundStages)[number];

/** The one stage that follows; nothing follows the seal. */
export function stageAfter(stage: RoundStage): RoundStage | null {
  return roundStages[roundStages.indexOf(stage) + 1] ?? null;
}

/** The draw comes after the period, on a morning when everybody may watch it. */
export const drawAt = (periodTo: CivilDate): Instant => at(plusDays(periodTo, 1), '07:30');

/** What a round's own story does next; deciding is a person's. */
export type RoundStep = 'draw' | 'send' | 'answer' | 'seal';

export interface RoundFacts {
  readonly stage: RoundStage;
  readonly periodTo: CivilDate;
  /** Samples whose re-visit is still owed. */
  readonly unanswered: number;
}

export function dueRoundStep(round: RoundFacts, asOf: Instant): RoundStep | null {
  switch (round.stage) {
    case 'announced':
      return asOf >= drawAt(round.periodTo) ? 'draw' : null;
    case 'drawn':
      return 'send';
    case 'in_field':
      return round.unanswered === 0 ? 'answer' : null;
    case 'decided':
      return 'seal';
    case 'answered':
    case 'sealed':
      return null;
  }
}

export interface LotPlan {
  /** The lot passes with at most this many refuted. */
  readonly accept: number;
  /** The chance that a lot at the tolerable share fails. */
  readonly alpha: number;
  /** The chance that a lot at the intolerable share passes. */
  readonly beta: number;
}

/**
 * LQAS: the acceptance number with the least α + β for `n` independent re-visits.
 * @param tolerable share of refuted visits that should pass, below `intolerable`.
 * Source: follow-up-protocols §12, X ~ Bin(n, p); it classifies a lot, it does not estimate a share.
 */
export function lotPlan(n: number, tolerable: number, intolerable: number): LotPlan {
  let best: LotPlan = { accept: 0, alpha: 1 - binomialUpTo(0, n, tolerable), beta: binomialUpTo(0, n, intolerable) };
  for (let accept = 1; accept < n; accept++) {
    const plan = { accept, alpha: 1 - binomialUpTo(accept, n, tolerable), beta: binomialUpTo(accept, n, intolerable) };
    if (plan.alpha + plan.beta < best.alpha + best.beta) best = plan;
  }
  return best;
}

/** Above this chance of passing a bad lot, a pass says nothing. LQAS in the field takes 10 to 20 %: 5 re-visits reach 0.17, 2 have 0.49. */
export const BETA_BOUND = 0.2;

export const lotDecisions = ['passes', 'fails', 'not_enough'] as const;
export type LotDecision = (typeof lotDecisions)[number];

/** What a lot's re-visits decide. Too many refuted fail it whatever their number; few refuted among few prove nothing. */
export function decideLot(refuted: number, plan: LotPlan): LotDecision {
  if (refuted > plan.accept) return 'fails';
  return plan.beta > BETA_BOUND ? 'not_enough' : 'passes';
}

/** P(X ≤ c) for X ~ Bin(n, p). */
function binomialUpTo(c: number, n: number, p: number): number {
  let sum = 0;
  for (let k = 0; k <= c; k++) sum += Math.exp(logChoose(n, k)) * p ** k * (1 - p) ** (n - k);
  return Math.min(1, sum);
}

function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += Math.log(n - k + i) - Math.log(i);
  return sum;
}

/** People with one and the same reading from which a team is asked about it. */
export const COPIED_FROM = 5;

/**
 * At most how likely it is that `n` of a team's `of` readings equal one given reading, if each were independent and the
 * reading as common as among the other teams (its upper 95 % end). A bound on chance, not on honesty.
 */
export function chanceBound(
  kind: 'same_day' | 'consecutive',
  n: number,
  of: number,
  elsewhere: { readonly same: number; readonly all: number },
): number {
  const share = elsewhere.all === 0 ? 1 : wilson(elsewhere.same, elsewhere.all).high;
  const ways = kind === 'same_day' ? logChoose(of, n) : Math.log(of - n + 1);
  return Math.min(1, Math.exp(ways + n * Math.log(share)));
}
