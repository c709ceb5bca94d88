// src/campaigns/acts/draft.ts: from a file to an approved campaign: draft, revise, submit, approve bureau by bureau, prepare.
import type { Actor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { dateOf, daysBetween, type Instant, plusDays } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { DomainError, type Fault, Status } from '../../platform/errors.ts';
import { wake, workflowIds } from '../../platform/wake.ts';
import { CLOSING_GRACE_DAYS } from '../rules/stages.ts';
import {
  agendasOf,
  approvalsOf,
  bureausOf,
  type CampaignRow,
  daysLoaded,
  insertApproval,
  insertCampaign,
  insertDutiesAndGoals,
  insertStage,
  reviseCampaignRow,
  unknownAreas,
} from '../store/campaign.ts';
import { countyWide } from '../store/plan.ts';
import { insertDutyTasks } from '../store/tasks.ts';
import { type CampaignFile, readCampaign, writeCampaign } from '../yaml.ts';
import { findCampaign, holdOf, moveStage, person, planOf, wrongStage } from './lookup.ts';
import { tellSigned } from './telling.ts';

/** Reads a file and sets it against the county: its towns and its calendar. @throws DomainError with every fault. */
async function checkedFile(tx: Tx, countyCode: string, yaml: string): Promise<CampaignFile> {
  const file = await readCampaign(yaml);
  const { definition, fault } = file;
  const named = [
    ...definition.areas.map((code, n) => ({ code, path: ['areas', n] })),
    ...definition.waves.flatMap((wave, w) => wave.areas.map((code, n) => ({ code, path: ['waves', w, 'areas', n] }))),
  ];
  const unknown = await unknownAreas(
    tx,
    countyCode,
    named.map(({ code }) => code),
  );
  const faults: Fault[] = named
    .filter(({ code }) => unknown.includes(code))
    .map(({ code, path }) => fault('campaign_area_unknown', path, { area: code }));
  const { from, to } = definition.window;
  const last = plusDays(to, CLOSING_GRACE_DAYS + 1);
  if ((await daysLoaded(tx, countyCode, from, last)) <= daysBetween(from, last))
    faults.push(fault('campaign_year_unknown', ['window'], { from, to: last }));
  if (faults.length > 0) throw new DomainError(Status.invalid, faults);
  return file;
}

/** Drafts a campaign from its file. @throws DomainError with the line and field of every fault, or when the key is taken. */
export async function draftCampaign(tx: Tx, actor: Actor, yaml: string, asOf: Instant): Promise<{ id: string }> {
  const account = person(actor);
  const { definition, fault } = await checkedFile(tx, actor.countyCode, yaml);
  const id = await insertCampaign(tx, actor.countyCode, definition, account, asOf);
  if (id === null)
    throw new DomainError(Status.conflict, fault('campaign_key_taken', ['key'], { key: definition.key }));
  await insertStage(tx, actor.countyCode, id, 0, { stage: 'draft', accountId: account }, asOf);
  await audit(tx, actor, asOf, 'campaign.draft', `campaign/${id}`, {
    key: definition.key,
    duties: definition.duties.length,
  });
  return { id };
}

/** Replaces a file before everybody has approved it: the next revision, which every bureau looks at anew. */
export async function reviseCampaign(
  tx: Tx,
  actor: Actor,
  id: string,
  yaml: string,
  asOf: Instant,
): Promise<{ revision: number }> {
  person(actor);
  const campaign = await holdOf(tx, actor.countyCode, id);
  const { definition, fault } = await checkedFile(tx, actor.countyCode, yaml);
  if (definition.key !== campaign.key)
    throw new DomainError(Status.conflict, fault('campaign_key_fixed', ['key'], { key: campaign.key }));
  await moveStage(tx, actor, campaign, 'draft', asOf, { detail: { revision: campaign.revision + 1 } });
  await reviseCampaignRow(tx, actor.countyCode, id, definition);
  await audit(tx, actor, asOf, 'campaign.revise', `campaign/${id}`, { revision: campaign.revision + 1 });
  await wake(tx, [workflowIds.campaign(id)]);
  return { revision: campaign.revision + 1 };
}

/** The campaign as a file, to be reviewed, cloned or drafted again. */
export async function exportCampaign(tx: Tx, actor: Actor, id: string): Promise<string> {
  return writeCampaign((await findCampaign(tx, actor.countyCode, id)).definition);
}

/** Lays a draft before the issuing bureaus. */
export async function submitCampaign(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<void> {
  person(actor);
  const campaign = await holdOf(tx, actor.countyCode, id);
  if (campaign.stage !== 'draft') throw wrongStage(campaign, 'submitted');
  await moveStage(tx, actor, campaign, 'submitted', asOf, { detail: { revision: campaign.revision } });
  await audit(tx, actor, asOf, 'campaign.submit', `campaign/${id}`, { revision: campaign.revision });
  await wake(tx, [workflowIds.campaign(id)]);
}

export interface ApprovalState {
  readonly approved: readonly string[];
  readonly missing: readonly string[];
}

/** The revision that bureaus sign now: an end that they were asked for, or the campaign as it stands. */
const signing = ({ revision, askedTo, askedRevision }: CampaignRow): number =>
  askedTo === null ? revision : (askedRevision ?? revision);

const stateOf = async (tx: Tx, countyCode: string, campaign: CampaignRow): Promise<ApprovalState> => {
  const approved = await approvalsOf(tx, countyCode, campaign.id, signing(campaign));
  return { approved, missing: campaign.definition.issuedBy.filter((bureau) => !approved.includes(bureau)) };
};

/** Who has approved the campaign as it stands, and who has not. */
export async function approvalState(tx: Tx, actor: Actor, campaign: CampaignRow): Promise<ApprovalState> {
  return stateOf(tx, actor.countyCode, campaign);
}

/**
 * A bureau approves the campaign as it stands. Approving twice changes nothing.
 * @param bureau needed only of somebody who speaks for several.
 */
export async function approveCampaign(
  tx: Tx,
  actor: Actor,
  id: string,
  bureau: string | null,
  asOf: Instant,
): Promise<ApprovalState> {
  const account = person(actor);
  const campaign = await holdOf(tx, actor.countyCode, id);
  const mine = (await bureausOf(tx, actor.countyCode, account, dateOf(asOf))).filter(
    (own) => campaign.definition.issuedBy.includes(own) && (bureau === null || bureau === own),
  );
  if (mine.length === 0)
    throw new DomainError(Status.forbidden, {
      code: 'campaign_not_issuer',
      field: '/bureau',
      params: { issuers: campaign.definition.issuedBy.join('、') },
    });
  const before = await stateOf(tx, actor.countyCode, campaign);
  if (before.missing.length === 0) return before;
  const extending = campaign.askedTo !== null && (campaign.stage === 'running' || campaign.stage === 'paused');
  if (campaign.stage !== 'submitted' && !extending) throw wrongStage(campaign, 'approved');
  const signed: string[] = [];
  for (const own of mine)
    if (await insertApproval(tx, actor.countyCode, id, signing(campaign), own, account, asOf)) signed.push(own);
  await tellSigned(tx, actor, campaign, signing(campaign), signed, asOf);
  const what = { revision: signing(campaign), bureaus: mine, ...(extending && { extendTo: campaign.askedTo }) };
  await audit(tx, actor, asOf, 'campaign.approve', `campaign/${id}`, what);
  await wake(tx, [workflowIds.campaign(id)]);
  return stateOf(tx, actor.countyCode, campaign);
}

/**
 * Once every issuing bureau has approved: duties and goals become rows and preparation duties make their tasks. Does nothing
 * before that, and nothing twice.
 * @returns whether the campaign is approved.
 */
export async function prepareCampaign(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<boolean> {
  const campaign = await holdOf(tx, actor.countyCode, id);
  if (campaign.stage !== 'submitted') return campaign.stage !== 'draft' && campaign.stage !== 'cancelled';
  if ((await stateOf(tx, actor.countyCode, campaign)).missing.length > 0) return false;
  await insertDutiesAndGoals(tx, actor.countyCode, id, campaign.definition);
  const plan = await planOf(tx, actor.countyCode, campaign, asOf);
  const made: Record<string, number> = {};
  await countyWide(tx, async () => {
    for (const duty of campaign.definition.duties)
      if (duty.preparation) made[duty.key] = await insertDutyTasks(tx, plan, duty);
  });
  await moveStage(tx, actor, campaign, 'approved', asOf, { detail: { revision: campaign.revision, made } });
  await audit(tx, actor, asOf, 'campaign.prepare', `campaign/${id}`, { made });
  if (Object.keys(made).length > 0) await wake(tx, await agendasOf(tx, actor.countyCode, campaign.definition.areas));
  return true;
}
