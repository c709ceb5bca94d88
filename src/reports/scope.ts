// src/reports/scope.ts: which campaign a report is about, as of when.
import type { CampaignRow } from '../campaigns/store/campaign.ts';
import { campaignOf } from '../campaigns/store/campaign.ts';
import { dateOf, type Instant } from '../platform/civil.ts';
import type { Tx } from '../platform/db.ts';
import { DomainError, Status } from '../platform/errors.ts';
import type { Headline, Scope } from './store/scope.ts';

export interface Subject {
  readonly campaign: CampaignRow;
  readonly scope: Scope;
  /** The duty at doors that the progress line counts: the policy talk, or else the first that is spread. */
  readonly headline: Headline | null;
}

/** @throws DomainError when there is no such campaign. */
export async function subjectOf(tx: Tx, countyCode: string, campaignId: string, asOf: Instant): Promise<Subject> {
  const campaign = await campaignOf(tx, countyCode, campaignId);
  if (!campaign) throw new DomainError(Status.missing, { code: 'campaign_missing', field: '/id' });
  const today = dateOf(asOf);
  return {
    campaign,
    scope: {
      countyCode,
      campaignId,
      areas: campaign.definition.areas,
      windowFrom: campaign.windowFrom,
      windowTo: campaign.windowTo,
      launchedOn: campaign.launchedAt === null ? today : dateOf(campaign.launchedAt),
      today,
      asOf,
    },
    headline: headlineOf(campaign),
  };
}

function headlineOf({ definition }: CampaignRow): Headline | null {
  const atDoors = definition.duties.filter(
    (duty) => duty.due === 'spread' && (duty.subject === 'household' || duty.subject === 'person'),
  );
  const duty = atDoors.find(({ record }) => record === 'policy_talk') ?? atDoors[0];
  return duty ? { key: duty.key, subject: duty.subject as Headline['subject'], record: duty.record } : null;
}

/** @throws DomainError before the launch, when there is nothing to report. */
export function launched(subject: Subject): void {
  if (subject.campaign.launchedAt === null) throw new DomainError(Status.conflict, { code: 'report_not_launched' });
}
