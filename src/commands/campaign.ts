// src/commands/campaign.ts: `doorstep campaign`: a planner's deeds from a script, each the act that the pages call.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { cancelCampaign, extendCampaign, pauseCampaign, resumeCampaign } from '../campaigns/acts/course.ts';
import { approveCampaign, draftCampaign, exportCampaign, submitCampaign } from '../campaigns/acts/draft.ts';
import { campaignReadiness, requestLaunch, waiveCheck } from '../campaigns/acts/launch.ts';
import { campaignByKey, campaignsOf } from '../campaigns/store/campaign.ts';
import type { AccountActor } from '../platform/actor.ts';
import { type CivilDate, civilDate, type Instant } from '../platform/civil.ts';
import type { Tx } from '../platform/db.ts';
import type { Role } from '../platform/http/route.ts';
import { actingAs } from './acting.ts';
import { onCounty } from './ground.ts';

interface Deed {
  readonly tx: Tx;
  readonly actor: AccountActor;
  readonly asOf: Instant;
  /** The campaign's id. */
  readonly id: string;
  readonly reason: string;
  readonly bureau: string | null;
  readonly until: () => CivilDate;
  readonly check: { readonly check: string; readonly subject: string };
}

const planners: readonly Role[] = ['planner', 'admin'];

/** Each answers with what is worth printing. */
const deeds: Readonly<
  Record<string, { readonly roles: readonly Role[]; readonly run: (deed: Deed) => Promise<unknown> }>
> = {
  submit: { roles: planners, run: ({ tx, actor, id, asOf }) => submitCampaign(tx, actor, id, asOf) },
  approve: {
    roles: ['bureau'],
    run: ({ tx, actor, id, bureau, asOf }) => approveCampaign(tx, actor, id, bureau, asOf),
  },
  readiness: { roles: planners, run: ({ tx, actor, id, asOf }) => campaignReadiness(tx, actor, id, asOf) },
  waive: {
    roles: planners,
    run: ({ tx, actor, id, check, reason, asOf }) => waiveCheck(tx, actor, id, { ...check, reason }, asOf),
  },
  launch: { roles: planners, run: ({ tx, actor, id, asOf }) => requestLaunch(tx, actor, id, asOf) },
  pause: {
    roles: planners,
    run: ({ tx, actor, id, reason, until, asOf }) => pauseCampaign(tx, actor, id, reason, until(), asOf),
  },
  resume: { roles: planners, run: ({ tx, actor, id, reason, asOf }) => resumeCampaign(tx, actor, id, reason, asOf) },
  extend: {
    roles: planners,
    run: ({ tx, actor, id, reason, until, asOf }) => extendCampaign(tx, actor, id, until(), reason, asOf),
  },
  cancel: { roles: planners, run: ({ tx, actor, id, reason, asOf }) => cancelCampaign(tx, actor, id, reason, asOf) },
  export: { roles: planners, run: ({ tx, actor, id }) => exportCampaign(tx, actor, id) },
};

export const campaignUsage = `doorstep campaign list | draft <file.yaml> | <${Object.keys(deeds).join('|')}> <key>  --as <login> [--reason …] [--until YYYY-MM-DD] [--bureau …] [--check … --subject …]`;

export async function campaign(args: readonly string[]): Promise<void> {
  const text = { type: 'string' } as const;
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { as: text, reason: text, until: text, bureau: text, check: text, subject: text },
  });
  const [name = '', what = ''] = positionals;
  const deed = Object.hasOwn(deeds, name) ? deeds[name] : undefined;
  if (!deed && name !== 'list' && name !== 'draft') throw new Error(campaignUsage);
  await onCounty(async ({ db, config }) => {
    const { actor, asOf } = await actingAs(db, config, values.as, deed?.roles ?? planners);
    const yaml = name === 'draft' ? await readFile(what, 'utf8') : '';
    const told = await db.tx(actor, asOf, async (tx) => {
      if (name === 'list') return campaignsOf(tx, config.countyCode, '', 100);
      if (name === 'draft') return draftCampaign(tx, actor, yaml, asOf);
      const found = await campaignByKey(tx, config.countyCode, what);
      if (!found) throw new Error(`没有行动 ${what} / there is no campaign ${what}`);
      return deed?.run({
        tx,
        actor,
        asOf,
        id: found.id,
        reason: values.reason ?? '',
        bureau: values.bureau ?? null,
        until: () => civilDate(values.until ?? ''),
        check: { check: values.check ?? '', subject: values.subject ?? '' },
      });
    });
    console.log(typeof told === 'string' ? told : JSON.stringify(told ?? { done: name }, null, 2));
  });
}
