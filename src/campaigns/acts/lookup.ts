// src/campaigns/acts/lookup.ts: what every deed of a campaign begins with: the campaign, locked, and its plan as of a moment.
import { type Actor, accountOf } from '../../platform/actor.ts';
import { type CivilDate, dateOf, type Instant, plusDays } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { DomainError, Status } from '../../platform/errors.ts';
import { wake, workflowIds } from '../../platform/wake.ts';
import { mayFollow, type Stage } from '../rules/stages.ts';
import {
  agendasOf,
  type CampaignRow,
  campaignOf,
  insertStage,
  lockCampaign,
  type NewStage,
  workdaysOf,
} from '../store/campaign.ts';
import { countyWide, type Plan } from '../store/plan.ts';
import { replanTasks } from '../store/tasks.ts';
import { tellStage } from './telling.ts';

const missing = (): DomainError => new DomainError(Status.missing, { code: 'campaign_missing', field: '/id' });

/** @throws DomainError when there is no such campaign. */
export async function findCampaign(tx: Tx, countyCode: string, id: string): Promise<CampaignRow> {
  const campaign = await campaignOf(tx, countyCode, id);
  if (!campaign) throw missing();
  return campaign;
}

/** The campaign, locked until the transaction ends. @throws DomainError when there is none. */
export async function holdOf(tx: Tx, countyCode: string, id: string): Promise<CampaignRow> {
  const campaign = await lockCampaign(tx, countyCode, id);
  if (!campaign) throw missing();
  return campaign;
}

/** @throws DomainError for a deed that only somebody signed in can do. */
export function person(actor: Actor): string {
  const account = accountOf(actor);
  if (account === null) throw new DomainError(Status.forbidden, { code: 'campaign_needs_person' });
  return account;
}

/**
 * Moves a campaign to its next stage by compare-and-set, and tells whoever waits to hear of it.
 * @throws DomainError when that stage cannot follow, or when somebody else has moved it.
 */
export async function moveStage(
  tx: Tx,
  actor: Actor,
  campaign: CampaignRow,
  to: Stage,
  asOf: Instant,
  more: Omit<NewStage, 'stage' | 'accountId'> = {},
): Promise<void> {
  if (!mayFollow(campaign.stage, to)) throw wrongStage(campaign, to);
  const moved = await insertStage(
    tx,
    actor.countyCode,
    campaign.id,
    campaign.seq,
    { stage: to, accountId: accountOf(actor), ...more },
    asOf,
  );
  if (!moved) throw new DomainError(Status.stale, { code: 'campaign_moved', params: { stage: campaign.stage } });
  await tellStage(tx, actor, campaign, to, asOf);
}

export const wrongStage = (campaign: CampaignRow, to: string): DomainError =>
  new DomainError(Status.conflict, { code: 'campaign_stage', params: { stage: campaign.stage, to } });

/** What is left of the campaign's window from a day on. */
export async function planFrom(
  tx: Tx,
  countyCode: string,
  campaign: CampaignRow,
  day: CivilDate,
  asOf: Instant,
): Promise<Plan> {
  const from = day > campaign.windowFrom ? day : campaign.windowFrom;
  return {
    countyCode,
    campaignId: campaign.id,
    from,
    to: campaign.windowTo,
    workdays: await workdaysOf(tx, countyCode, from, campaign.windowTo),
    areas: campaign.definition.areas,
    waves: campaign.definition.waves,
    asOf,
  };
}

export const planOf = (tx: Tx, countyCode: string, campaign: CampaignRow, asOf: Instant): Promise<Plan> =>
  planFrom(tx, countyCode, campaign, dateOf(asOf), asOf);

/** Re-plans every open task over the days after today, in one statement. @returns how many moved. */
export async function replan(
  tx: Tx,
  actor: Actor,
  campaign: CampaignRow,
  oldEnd: CivilDate,
  reason: 'resume' | 'extend',
  asOf: Instant,
): Promise<number> {
  const plan = await planFrom(tx, actor.countyCode, campaign, plusDays(dateOf(asOf), 1), asOf);
  return countyWide(tx, () => replanTasks(tx, plan, oldEnd, reason));
}

/** The campaign's own workflow and every agenda that minds its tasks look again. */
export const wakeAll = async (tx: Tx, countyCode: string, campaign: CampaignRow): Promise<void> =>
  wake(tx, [workflowIds.campaign(campaign.id), ...(await agendasOf(tx, countyCode, campaign.definition.areas))]);
