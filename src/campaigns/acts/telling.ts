// src/campaigns/acts/telling.ts: tells people of a campaign's steps, through the acts that take them, outside its own quiet hours.
import { leavesAt } from '../../notices/rules.ts';
import { insertNotices } from '../../notices/store.ts';
import type { Actor } from '../../platform/actor.ts';
import { dateOf, type Instant } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { wake, workflowIds } from '../../platform/wake.ts';
import { inTheStead } from '../../teams/store.ts';
import type { Stage } from '../rules/stages.ts';
import { type Audience, askedNoticeKey, signedNoticeKey, stageNoticeKey, toldOf } from '../rules/telling.ts';
import { bureauPeople, fieldPeople } from '../store/audience.ts';
import type { CampaignRow } from '../store/campaign.ts';

/** Whoever waits to hear that the campaign has moved on to `to`, one notice a person. */
export async function tellStage(tx: Tx, actor: Actor, campaign: CampaignRow, to: Stage, asOf: Instant): Promise<void> {
  const told = toldOf(campaign.stage, to, campaign.launchedAt !== null);
  if (told === null) return;
  const people = await audience(tx, actor, campaign, told.to, asOf);
  const key = (person: string) => stageNoticeKey(campaign.id, campaign.seq + 1, person);
  await write(tx, actor, campaign, told.step, people, key, {}, asOf);
}

/** Whoever drafted it hears that a bureau has signed. */
export async function tellSigned(
  tx: Tx,
  actor: Actor,
  campaign: CampaignRow,
  revision: number,
  bureaus: readonly string[],
  asOf: Instant,
): Promise<void> {
  const people = await audience(tx, actor, campaign, 'planner', asOf);
  for (const bureau of bureaus) {
    const key = (person: string) => signedNoticeKey(campaign.id, revision, bureau, person);
    await write(tx, actor, campaign, 'signed', people, key, { bureau }, asOf);
  }
}

/** The bureaus hear that an end is laid before them. @param campaign as it stands with what is asked. */
export async function tellAsked(tx: Tx, actor: Actor, campaign: CampaignRow, asOf: Instant): Promise<void> {
  const people = await audience(tx, actor, campaign, 'bureaus', asOf);
  const key = (person: string) => askedNoticeKey(campaign.id, campaign.askedRevision ?? campaign.revision, person);
  await write(tx, actor, campaign, 'asked', people, key, { to: campaign.askedTo ?? campaign.windowTo }, asOf);
}

async function audience(tx: Tx, { countyCode }: Actor, campaign: CampaignRow, to: Audience, asOf: Instant) {
  const day = dateOf(asOf);
  if (to === 'bureaus') return bureauPeople(tx, countyCode, campaign.definition.issuedBy, day);
  const planner = await inTheStead(tx, countyCode, [campaign.createdBy], day);
  if (to === 'planner') return planner;
  return [...new Set([...(await fieldPeople(tx, countyCode, campaign.definition.areas, day)), ...planner])];
}

async function write(
  tx: Tx,
  { countyCode }: Actor,
  campaign: CampaignRow,
  step: string,
  people: readonly string[],
  key: (person: string) => string,
  more: Readonly<Record<string, string>>,
  asOf: Instant,
): Promise<void> {
  const quiet = campaign.definition.quietHours;
  await insertNotices(
    tx,
    countyCode,
    people.map((accountId) => ({
      key: key(accountId),
      kind: 'campaign' as const,
      accountId,
      urgent: false,
      subjectId: campaign.id,
      params: { words: `notices.campaign.${step}`, path: '/', name: campaign.name, at: asOf, ...more },
      availableAt: leavesAt(false, asOf, quiet),
      quiet,
    })),
    asOf,
  );
  await wake(tx, [workflowIds.courier(countyCode)]);
}
