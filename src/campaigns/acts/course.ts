// src/campaigns/acts/course.ts: what may happen to a running campaign: paused, resumed, extended, cancelled, and its end.
import type { Actor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { type CivilDate, dateOf, daysBetween, type Instant, plusDays } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { DomainError, Status } from '../../platform/errors.ts';
import { wake, workflowIds } from '../../platform/wake.ts';
import { CLOSING_GRACE_DAYS, graceEnds, graceLastDay, windowEnds } from '../rules/stages.ts';
import { agendasOf, type CampaignRow, daysLoaded, holdCampaign, liftHold, moveWindow } from '../store/campaign.ts';
import { countyWide } from '../store/plan.ts';
import { endTasks, replanTasks, touchTasks } from '../store/tasks.ts';
import { holdOf, moveStage, person, planFrom, wrongStage } from './lookup.ts';

const tellAll = async (tx: Tx, countyCode: string, campaign: CampaignRow): Promise<void> =>
  wake(tx, [workflowIds.campaign(campaign.id), ...(await agendasOf(tx, countyCode, campaign.definition.areas))]);

/** Stops the campaign's clock: a hold on all of its tasks, with an end. Nobody is reminded and nothing climbs. */
export async function pauseCampaign(
  tx: Tx,
  actor: Actor,
  id: string,
  reason: string,
  until: CivilDate,
  asOf: Instant,
): Promise<void> {
  const account = person(actor);
  const campaign = await holdOf(tx, actor.countyCode, id);
  if (campaign.stage !== 'running') throw wrongStage(campaign, 'paused');
  const today = dateOf(asOf);
  if (until < today || until > campaign.windowTo)
    throw new DomainError(Status.invalid, {
      code: 'campaign_pause_until',
      field: '/until',
      params: { from: today, to: campaign.windowTo },
    });
  await holdCampaign(tx, actor.countyCode, id, today, until, reason, account, asOf);
  const held = await touchTasks(tx, actor.countyCode, id);
  await moveStage(tx, actor, campaign, 'paused', asOf, { reason, detail: { until, held } });
  await audit(tx, actor, asOf, 'campaign.pause', `campaign/${id}`, { until, held });
  await tellAll(tx, actor.countyCode, campaign);
}

/** Re-plans every open task over the days after today. */
async function replan(
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

/** Sets a paused campaign going again: the hold ends and every open task it made is planned over the days that are left. */
export async function resumeCampaign(
  tx: Tx,
  actor: Actor,
  id: string,
  reason: string,
  asOf: Instant,
): Promise<{ moved: number }> {
  person(actor);
  const campaign = await holdOf(tx, actor.countyCode, id);
  if (campaign.stage !== 'paused') throw wrongStage(campaign, 'running');
  await liftHold(tx, actor.countyCode, id, dateOf(asOf), asOf);
  const moved = await replan(tx, actor, campaign, campaign.windowTo, 'resume', asOf);
  await moveStage(tx, actor, campaign, 'running', asOf, { reason, detail: { resumed: true, moved } });
  await audit(tx, actor, asOf, 'campaign.resume', `campaign/${id}`, { moved });
  await tellAll(tx, actor.countyCode, campaign);
  return { moved };
}

/** Moves the window's end: the old day stays in the stage row, and every open task the campaign made is planned anew. */
export async function extendCampaign(
  tx: Tx,
  actor: Actor,
  id: string,
  to: CivilDate,
  reason: string,
  asOf: Instant,
): Promise<{ moved: number }> {
  person(actor);
  const campaign = await holdOf(tx, actor.countyCode, id);
  const { stage, windowTo } = campaign;
  if (stage !== 'running' && stage !== 'paused') throw wrongStage(campaign, 'extended');
  if (to <= windowTo)
    throw new DomainError(Status.invalid, { code: 'campaign_extend_to', field: '/to', params: { to: windowTo } });
  const last = plusDays(to, CLOSING_GRACE_DAYS + 1);
  if ((await daysLoaded(tx, actor.countyCode, windowTo, last)) <= daysBetween(windowTo, last))
    throw new DomainError(Status.invalid, {
      code: 'campaign_year_unknown',
      field: '/to',
      params: { from: windowTo, to: last },
    });
  await moveWindow(tx, actor.countyCode, id, to);
  const extended = { ...campaign, windowTo: to };
  const moved = stage === 'paused' ? 0 : await replan(tx, actor, extended, windowTo, 'extend', asOf); // a paused one is re-planned when it resumes
  await moveStage(tx, actor, campaign, stage, asOf, { reason, detail: { extended: { from: windowTo, to }, moved } });
  await audit(tx, actor, asOf, 'campaign.extend', `campaign/${id}`, { from: windowTo, to, moved });
  await tellAll(tx, actor.countyCode, campaign);
  return { moved };
}

/** Gives a campaign up: what it made is excused as cancelled, what it claimed goes back to routine. */
export async function cancelCampaign(tx: Tx, actor: Actor, id: string, reason: string, asOf: Instant): Promise<void> {
  person(actor);
  const campaign = await holdOf(tx, actor.countyCode, id);
  const ended = await endTasks(tx, actor.countyCode, id, 'excused', 'campaign_cancelled', dateOf(asOf), asOf);
  await liftHold(tx, actor.countyCode, id, dateOf(asOf), asOf);
  await moveStage(tx, actor, campaign, 'cancelled', asOf, { reason, detail: { ...ended } });
  await audit(tx, actor, asOf, 'campaign.cancel', `campaign/${id}`, { ...ended });
  await tellAll(tx, actor.countyCode, campaign);
}

/** The window is over: late entries are still taken for the grace. Does nothing before that, and nothing twice. */
export async function beginClosing(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<boolean> {
  const campaign = await holdOf(tx, actor.countyCode, id);
  if (campaign.stage === 'closing' || campaign.stage === 'closed') return true;
  if ((campaign.stage !== 'running' && campaign.stage !== 'paused') || asOf < windowEnds(campaign.windowTo))
    return false;
  await liftHold(tx, actor.countyCode, id, plusDays(campaign.windowTo, 1), asOf);
  await moveStage(tx, actor, campaign, 'closing', asOf, { detail: { graceUntil: graceLastDay(campaign.windowTo) } });
  await audit(tx, actor, asOf, 'campaign.closing', `campaign/${id}`);
  await tellAll(tx, actor.countyCode, campaign);
  return true;
}

/** The grace is over: what is open is not done, or goes back to routine. Does nothing before that, and nothing twice. */
export async function closeCampaign(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<boolean> {
  const campaign = await holdOf(tx, actor.countyCode, id);
  if (campaign.stage === 'closed') return true;
  if (campaign.stage !== 'closing' || asOf < graceEnds(campaign.windowTo)) return false;
  const ended = await endTasks(tx, actor.countyCode, id, 'not_done', null, graceLastDay(campaign.windowTo), asOf);
  await moveStage(tx, actor, campaign, 'closed', asOf, { detail: { notDone: ended.ended, released: ended.released } });
  await audit(tx, actor, asOf, 'campaign.close', `campaign/${id}`, { notDone: ended.ended, released: ended.released });
  await tellAll(tx, actor.countyCode, campaign);
  return true;
}
