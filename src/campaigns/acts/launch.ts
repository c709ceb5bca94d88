// src/campaigns/acts/launch.ts: the gate and the launch: what must be right first, what may be waived, and every task in a few statements.

import { loadCalendar } from '../../places/store.ts';
import type { Actor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { at, dateOf, type Instant } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { DomainError, Status } from '../../platform/errors.ts';
import { wake, workflowIds } from '../../platform/wake.ts';
import { checks, isCheck, type Readiness, readiness } from '../rules/readiness.ts';
import { driveDays, windowEnds } from '../rules/stages.ts';
import type { Definition, Duty } from '../schema.ts';
import { agendasOf, type CampaignRow, insertWaiver, waiversOf } from '../store/campaign.ts';
import { shortcomings } from '../store/gate.ts';
import { countyWide } from '../store/plan.ts';
import { type Claim, claimFollowUps, insertDutyTasks, insertMissingFollowUps, isClaimable } from '../store/tasks.ts';
import { findCampaign, holdOf, moveStage, person, planOf, wrongStage } from './lookup.ts';

/** What stands between a campaign and its launch as of a moment, with what has been waived. */
export async function campaignReadiness(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<Readiness> {
  return readinessOf(tx, actor.countyCode, await findCampaign(tx, actor.countyCode, id), asOf);
}

async function readinessOf(tx: Tx, countyCode: string, campaign: CampaignRow, asOf: Instant): Promise<Readiness> {
  const { definition } = campaign;
  const plan = await planOf(tx, countyCode, campaign, asOf);
  const found = await countyWide(tx, () =>
    shortcomings(tx, {
      plan,
      createdBy: campaign.createdBy,
      day: dateOf(asOf),
      asOf,
      ladder: definition.ladder,
      capacity: definition.capacity.stopsPerPairPerWorkingDay,
      clinics: definition.duties.some((duty) => duty.record === 'clinic'),
    }),
  );
  return readiness(found, await waiversOf(tx, countyCode, campaign.id));
}

/** Accepts a warning, with a reason that stands in the closing report. @param subject '' for all of the check's. */
export async function waiveCheck(
  tx: Tx,
  actor: Actor,
  id: string,
  waiver: { readonly check: string; readonly subject: string; readonly reason: string },
  asOf: Instant,
): Promise<void> {
  const account = person(actor);
  const campaign = await holdOf(tx, actor.countyCode, id);
  if (!isCheck(waiver.check))
    throw new DomainError(Status.invalid, {
      code: 'campaign_check_unknown',
      field: '/check',
      params: { check: waiver.check },
    });
  if (checks[waiver.check] === 'blocker')
    throw new DomainError(Status.conflict, {
      code: 'campaign_blocker_not_waivable',
      field: '/check',
      params: { check: waiver.check },
    });
  if (campaign.stage !== 'approved') throw wrongStage(campaign, 'waived');
  const { checks: found } = await readinessOf(tx, actor.countyCode, campaign, asOf);
  const item = found.find(
    ({ code, subject }) => code === waiver.check && (waiver.subject === '' || waiver.subject === subject),
  );
  if (!item)
    throw new DomainError(Status.conflict, {
      code: 'campaign_nothing_to_waive',
      field: '/subject',
      params: { check: waiver.check },
    });
  if (await insertWaiver(tx, actor.countyCode, id, waiver, item.ownerId, account, asOf))
    await audit(tx, actor, asOf, 'campaign.waive', `campaign/${id}`, { check: waiver.check, subject: waiver.subject });
}

/**
 * Asks for the launch: the campaign is ready, and its own workflow launches it, at once or when its window opens.
 * @throws DomainError with every blocker and every warning that nobody has waived.
 */
export async function requestLaunch(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<void> {
  person(actor);
  const campaign = await holdOf(tx, actor.countyCode, id);
  if (campaign.stage !== 'approved') throw wrongStage(campaign, 'ready');
  if (dateOf(asOf) > campaign.windowTo)
    throw new DomainError(Status.conflict, { code: 'campaign_window_over', params: { to: campaign.windowTo } });
  const state = await readinessOf(tx, actor.countyCode, campaign, asOf);
  if (!state.ready)
    throw new DomainError(
      Status.conflict,
      state.checks
        .filter(({ waived }) => waived === null)
        .map(({ code, subject, count }) => ({
          code: `campaign_gate_${code}`,
          field: '/launch',
          params: { subject, count },
        })),
    );
  await moveStage(tx, actor, campaign, 'ready', asOf, { detail: { waived: state.checks.length } });
  await audit(tx, actor, asOf, 'campaign.ready', `campaign/${id}`, { waived: state.checks.length });
  await wake(tx, [workflowIds.campaign(id)]);
}

/** The programme an adopting duty claims. */
export const adoptedProgramme = (duty: Duty): string | null =>
  duty.mode === 'adopt' && typeof duty.select === 'object' && 'programme' in duty.select ? duty.select.programme : null;

export const claimOf = (countyCode: string, campaign: CampaignRow): Claim => ({
  countyCode,
  campaignId: campaign.id,
  to: campaign.windowTo,
  areas: campaign.definition.areas,
});

/** Duties that claim, with the programme of each. */
export const adopting = (definition: Definition): { duty: Duty; programme: string }[] =>
  definition.duties.flatMap((duty) => {
    const programme = adoptedProgramme(duty);
    return programme === null ? [] : [{ duty, programme }];
  });

export interface Launched {
  readonly launched: boolean;
  /** Tasks made and claimed now, by duty; empty where the launch had been made before. */
  readonly made: Readonly<Record<string, number>>;
  readonly claimed: Readonly<Record<string, number>>;
}

/**
 * Launches a campaign that is ready: every duty's tasks over the days that are left, none dated back; follow-ups claimed as they
 * stand. Does nothing before the window opens, and nothing twice.
 */
export async function launchCampaign(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<Launched> {
  const campaign = await holdOf(tx, actor.countyCode, id);
  if (campaign.stage !== 'ready' || asOf < at(campaign.windowFrom, '00:00') || asOf >= windowEnds(campaign.windowTo))
    return { launched: campaign.launchedAt !== null, made: {}, claimed: {} };
  const plan = await planOf(tx, actor.countyCode, campaign, asOf);
  const made: Record<string, number> = {};
  const claimed: Record<string, number> = {};
  await countyWide(tx, async () => {
    for (const duty of campaign.definition.duties)
      if (duty.mode === 'create' && !duty.preparation) made[duty.key] = await insertDutyTasks(tx, plan, duty);
    for (const { duty, programme } of adopting(campaign.definition)) {
      made[duty.key] = await insertMissingFollowUps(tx, plan, duty, programme);
      claimed[duty.key] = await claimFollowUps(tx, claimOf(actor.countyCode, campaign), duty, programme, true);
    }
  });
  const calendar = await loadCalendar(tx, actor.countyCode);
  const days = driveDays({ from: campaign.windowFrom, to: campaign.windowTo }, dateOf(asOf), calendar);
  await moveStage(tx, actor, campaign, 'running', asOf, {
    detail: { launchedOn: dateOf(asOf), ...days, made, claimed },
  });
  await audit(tx, actor, asOf, 'campaign.launch', `campaign/${id}`, { ...days, made, claimed });
  await wake(tx, [
    workflowIds.campaign(id),
    ...(await agendasOf(tx, actor.countyCode, campaign.definition.areas)),
    workflowIds.courier(actor.countyCode),
  ]);
  return { launched: true, made, claimed };
}

/** Claims the follow-ups that have since fallen due inside the window: minded by the campaign, outside its goals. */
export async function claimNextFollowUps(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<number> {
  const campaign = await holdOf(tx, actor.countyCode, id);
  if (campaign.stage !== 'running') return 0;
  let claimed = 0;
  for (const { duty, programme } of adopting(campaign.definition))
    claimed += await claimFollowUps(tx, claimOf(actor.countyCode, campaign), duty, programme, false);
  if (claimed > 0) await audit(tx, actor, asOf, 'campaign.claim', `campaign/${id}`, { claimed });
  return claimed;
}

/** Whether there is a follow-up to claim. */
export async function hasClaims(tx: Tx, countyCode: string, campaign: CampaignRow): Promise<boolean> {
  for (const { duty, programme } of adopting(campaign.definition))
    if (await isClaimable(tx, claimOf(countyCode, campaign), duty, programme)) return true;
  return false;
}
