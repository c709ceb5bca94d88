// activities/campaign.ts: what a campaign's workflow may ask for, each idempotent and true to the facts of its moment.
import { beginClosing } from '../src/campaigns/acts/course.ts';
import { prepareCampaign } from '../src/campaigns/acts/draft.ts';
import { applyExtension } from '../src/campaigns/acts/extension.ts';
import { campaignFacts } from '../src/campaigns/acts/facts.ts';
import { claimNextFollowUps, launchCampaign } from '../src/campaigns/acts/launch.ts';
import type { Instant } from '../src/platform/civil.ts';
import { closeAndSeal } from '../src/reports/acts.ts';
import { act, type Platform } from './run.ts';

interface OfCampaign {
  readonly campaignId: string;
  readonly asOf: Instant;
}

export const campaign = (platform: Platform) => ({
  campaignFacts: act(platform, (tx, { campaignId, asOf }: OfCampaign, actor) =>
    campaignFacts(tx, actor, campaignId, asOf),
  ),
  prepareCampaign: act(platform, (tx, { campaignId, asOf }: OfCampaign, actor) =>
    prepareCampaign(tx, actor, campaignId, asOf),
  ),
  launchCampaign: act(platform, (tx, { campaignId, asOf }: OfCampaign, actor) =>
    launchCampaign(tx, actor, campaignId, asOf),
  ),
  claimNextFollowUps: act(platform, (tx, { campaignId, asOf }: OfCampaign, actor) =>
    claimNextFollowUps(tx, actor, campaignId, asOf),
  ),
  applyExtension: act(platform, (tx, { campaignId, asOf }: OfCampaign, actor) =>
    applyExtension(tx, actor, campaignId, asOf),
  ),
  beginClosing: act(platform, (tx, { campaignId, asOf }: OfCampaign, actor) =>
    beginClosing(tx, actor, campaignId, asOf),
  ),
  closeCampaign: act(platform, (tx, { campaignId, asOf }: OfCampaign, actor) =>
    closeAndSeal(tx, actor, campaignId, asOf),
  ),
});
