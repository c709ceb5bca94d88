// src/campaigns/acts/facts.ts: what a campaign's workflow waits for, read in one look.
import type { Actor } from '../../platform/actor.ts';
import { at, type Instant } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { graceEnds, windowEnds } from '../rules/stages.ts';
import { campaignOf } from '../store/campaign.ts';
import { approvalState } from './draft.ts';
import { hasClaims } from './launch.ts';

export interface CampaignFacts {
  /** Cancelled, or closed and sealed: nothing is left to wait for. */
  readonly ended: boolean;
  /** Every issuing bureau has approved the revision that was submitted. */
  readonly approved: boolean;
  readonly prepared: boolean;
  /** Somebody has asked for the launch, and the window is open. */
  readonly mayLaunch: boolean;
  readonly launched: boolean;
  /** There are follow-ups that have fallen due inside the window. */
  readonly hasClaims: boolean;
  /** Every issuing bureau has signed the end that it was asked for. */
  readonly extensionSigned: boolean;
  readonly windowOver: boolean;
  readonly graceOver: boolean;
  /** When these next change by themselves. */
  readonly next: Instant | null;
}

/** @param id a campaign that does not exist has ended: a workflow never waits for what is not there. */
export async function campaignFacts(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<CampaignFacts> {
  const campaign = await campaignOf(tx, actor.countyCode, id);
  if (!campaign)
    return {
      ended: true,
      approved: false,
      prepared: false,
      mayLaunch: false,
      launched: false,
      hasClaims: false,
      extensionSigned: false,
      windowOver: false,
      graceOver: false,
      next: null,
    };
  const { stage, windowFrom, windowTo } = campaign;
  const prepared = !['draft', 'submitted', 'cancelled'].includes(stage);
  const opens = at(windowFrom, '00:00');
  const instants = [...(stage === 'ready' ? [opens] : []), windowEnds(windowTo), graceEnds(windowTo)];
  return {
    ended: stage === 'cancelled' || stage === 'closed',
    approved: prepared || (stage === 'submitted' && (await approvalState(tx, actor, campaign)).missing.length === 0),
    prepared,
    mayLaunch: stage === 'ready' && asOf >= opens && asOf < windowEnds(windowTo),
    launched: campaign.launchedAt !== null,
    hasClaims: stage === 'running' && (await hasClaims(tx, actor.countyCode, campaign)),
    extensionSigned:
      campaign.askedTo !== null &&
      (stage === 'running' || stage === 'paused') &&
      (await approvalState(tx, actor, campaign)).missing.length === 0,
    windowOver: asOf >= windowEnds(windowTo),
    graceOver: asOf >= graceEnds(windowTo),
    next: instants.filter((moment) => moment > asOf).sort()[0] ?? null,
  };
}
