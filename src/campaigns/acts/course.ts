// src/campaigns/acts/course.ts: what may happen to a running campaign: paused, resumed, cancelled, and its end.
import type { Actor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { type CivilDate, dateOf, type Instant, plusDays } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { DomainError, Status } from '../../platform/errors.ts';
import { graceEnds, graceLastDay, windowEnds } from '../rules/stages.ts';
import { holdCampaign, liftHold, withdrawExtension } from '../store/campaign.ts';
import { endTasks, touchTasks } from '../store/tasks.ts';
import { holdOf, moveStage, person, replan, wakeAll, wrongStage } from './lookup.ts';

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
  await wakeAll(tx, actor.countyCode, campaign);
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
  await wakeAll(tx, actor.countyCode, campaign);
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
  await wakeAll(tx, actor.countyCode, campaign);
}

/** The window is over: late entries are still taken for the grace. Does nothing before that, and nothing twice. */
export async function beginClosing(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<boolean> {
  const campaign = await holdOf(tx, actor.countyCode, id);
  if (campaign.stage === 'closing' || campaign.stage === 'closed') return true;
  if ((campaign.stage !== 'running' && campaign.stage !== 'paused') || asOf < windowEnds(campaign.windowTo))
    return false;
  await liftHold(tx, actor.countyCode, id, plusDays(campaign.windowTo, 1), asOf);
  if (campaign.askedTo !== null) await withdrawExtension(tx, actor.countyCode, id); // nobody signed it in time
  await moveStage(tx, actor, campaign, 'closing', asOf, { detail: { graceUntil: graceLastDay(campaign.windowTo) } });
  await audit(tx, actor, asOf, 'campaign.closing', `campaign/${id}`);
  await wakeAll(tx, actor.countyCode, campaign);
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
  await wakeAll(tx, actor.countyCode, campaign);
  return true;
}
