// src/campaigns/acts/extension.ts: the end of a running campaign moves: later, with the bureaus where it is far, or earlier again.
import type { Actor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { type CivilDate, dateOf, daysBetween, type Instant, plusDays } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { DomainError, Status } from '../../platform/errors.ts';
import { goalsMoved, type KeptGoal, needsSignatures } from '../rules/extension.ts';
import { CLOSING_GRACE_DAYS } from '../rules/stages.ts';
import {
  askExtension,
  type CampaignRow,
  daysLoaded,
  doneAfter,
  endBefore,
  moveGoals,
  moveWindow,
  signExtension,
  withdrawExtension,
} from '../store/campaign.ts';
import { approvalState } from './draft.ts';
import { findCampaign, holdOf, moveStage, person, replan, wakeAll, wrongStage } from './lookup.ts';
import { tellAsked } from './telling.ts';

export interface Extended {
  /** The end that stands now. */
  readonly to: CivilDate;
  /** Bureaus that must sign before it moves; nobody where it has moved. */
  readonly waitsFor: readonly string[];
  /** Tasks whose day moved. */
  readonly moved: number;
  readonly goals: { readonly moved: readonly string[]; readonly kept: readonly KeptGoal[] };
}

const refuse = (code: string, params: Readonly<Record<string, string | number>>): DomainError =>
  new DomainError(Status.conflict, { code, field: '/to', params });

/**
 * Moves the window's end. More than thirty days after the signed end it waits for every issuing bureau's signature; an
 * earlier day is taken while nothing has been done under the extension. What was asked of the bureaus before is withdrawn.
 */
export async function extendCampaign(
  tx: Tx,
  actor: Actor,
  id: string,
  to: CivilDate,
  reason: string,
  asOf: Instant,
): Promise<Extended> {
  person(actor);
  const campaign = await holdOf(tx, actor.countyCode, id);
  const { stage, windowTo, definition } = campaign;
  if (stage !== 'running' && stage !== 'paused') throw wrongStage(campaign, 'extended');
  if (to === windowTo && campaign.askedTo === null)
    throw new DomainError(Status.invalid, { code: 'campaign_extend_to', field: '/to', params: { to: windowTo } });
  if (to < windowTo) await mayShorten(tx, actor.countyCode, campaign, to, asOf);
  else await knownUntil(tx, actor.countyCode, windowTo, to);
  if (campaign.askedTo !== null) await withdrawExtension(tx, actor.countyCode, id);
  const asks = to > windowTo && needsSignatures(campaign.signedTo, to);
  if (!asks) return moveEnd(tx, actor, campaign, to, reason, asOf);
  await askExtension(tx, actor.countyCode, id, to, reason);
  await tellAsked(tx, actor, await findCampaign(tx, actor.countyCode, id), asOf);
  await audit(tx, actor, asOf, 'campaign.ask_extension', `campaign/${id}`, { from: windowTo, to });
  await wakeAll(tx, actor.countyCode, campaign);
  return { to: windowTo, waitsFor: definition.issuedBy, moved: 0, goals: { moved: [], kept: [] } };
}

/** Moves the end that every bureau has signed. Does nothing before that, and nothing twice. @returns whether it moved. */
export async function applyExtension(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<boolean> {
  const campaign = await holdOf(tx, actor.countyCode, id);
  const { stage, askedTo, askedReason } = campaign;
  if (askedTo === null || (stage !== 'running' && stage !== 'paused')) return false;
  if ((await approvalState(tx, actor, campaign)).missing.length > 0) return false;
  await signExtension(tx, actor.countyCode, id);
  await moveEnd(tx, actor, campaign, askedTo, askedReason ?? '', asOf);
  return true;
}

/** The old day stays in the stage row; every open task the campaign made is planned anew, and its goals' dates go along. */
async function moveEnd(
  tx: Tx,
  actor: Actor,
  campaign: CampaignRow,
  to: CivilDate,
  reason: string,
  asOf: Instant,
): Promise<Extended> {
  const { id, stage, windowTo, definition } = campaign;
  const goals = goalsMoved(definition);
  if (to === windowTo) return { to, waitsFor: [], moved: 0, goals: { moved: [], kept: [] } }; // only what was asked is withdrawn
  await moveWindow(tx, actor.countyCode, id, to);
  await moveGoals(tx, actor.countyCode, id, goals.moved, to);
  const moved =
    stage === 'paused' ? 0 : await replan(tx, actor, { ...campaign, windowTo: to }, windowTo, 'extend', asOf); // a paused one is re-planned when it resumes
  const detail = { extended: { from: windowTo, to }, moved, goals };
  await moveStage(tx, actor, campaign, stage, asOf, { reason, detail });
  await audit(tx, actor, asOf, 'campaign.extend', `campaign/${id}`, { from: windowTo, to, moved });
  await wakeAll(tx, actor.countyCode, campaign);
  return { to, waitsFor: [], moved, goals };
}

/** @throws DomainError where the notice, today or what was done stands against an earlier end. */
async function mayShorten(tx: Tx, countyCode: string, campaign: CampaignRow, to: CivilDate, asOf: Instant) {
  const today = dateOf(asOf);
  const first = campaign.definition.window.to > today ? campaign.definition.window.to : today;
  if (to < first) throw refuse('campaign_shorten_to', { from: first });
  const before = (await endBefore(tx, countyCode, campaign.id, to)) ?? campaign.definition.window.to;
  const done = await doneAfter(tx, countyCode, campaign.id, before);
  if (done > 0) throw refuse('campaign_shorten_done', { day: before, count: done });
}

/** @throws DomainError where the calendar does not reach the end and its grace. */
async function knownUntil(tx: Tx, countyCode: string, windowTo: CivilDate, to: CivilDate): Promise<void> {
  const last = plusDays(to, CLOSING_GRACE_DAYS + 1);
  if ((await daysLoaded(tx, countyCode, windowTo, last)) <= daysBetween(windowTo, last))
    throw new DomainError(Status.invalid, {
      code: 'campaign_year_unknown',
      field: '/to',
      params: { from: windowTo, to: last },
    });
}
