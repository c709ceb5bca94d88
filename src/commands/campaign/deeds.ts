// src/commands/campaign/deeds.ts: what `doorstep campaign` can do: who may, which options it takes, and the act that it calls.
import type { z } from 'zod';
import { cancelCampaign, pauseCampaign, resumeCampaign } from '../../campaigns/acts/course.ts';
import { approveCampaign, submitCampaign } from '../../campaigns/acts/draft.ts';
import { extendCampaign } from '../../campaigns/acts/extension.ts';
import { requestLaunch, waiveCheck } from '../../campaigns/acts/launch.ts';
import { approveBody, extendBody, pauseBody, reasonBody, waiveBody } from '../../campaigns/schema.ts';
import type { AccountActor } from '../../platform/actor.ts';
import type { Instant } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import type { Role } from '../../platform/http/route.ts';

/** The options of all deeds, as the API's bodies name them; the words say what each is. */
export const optionNames = ['reason', 'until', 'to', 'bureau', 'check', 'subject'] as const;
export type OptionName = (typeof optionNames)[number];
export type Given = Readonly<Partial<Record<OptionName, string>>>;

export interface Acting {
  readonly tx: Tx;
  readonly actor: AccountActor;
  readonly asOf: Instant;
  /** The campaign's id. */
  readonly id: string;
}

export interface Deed {
  readonly roles: readonly Role[];
  readonly needs: readonly OptionName[];
  readonly takes: readonly OptionName[];
  /** What the options must be: the body of the same deed over HTTP. */
  readonly body: z.ZodType | null;
  readonly run: (acting: Acting, given: Given) => Promise<unknown>;
}

export const planners: readonly Role[] = ['planner', 'admin'];

function deed<Body>(
  needs: readonly OptionName[],
  body: z.ZodType<Body>,
  run: (acting: Acting, body: Body) => Promise<unknown>,
  more: { readonly roles?: readonly Role[]; readonly takes?: readonly OptionName[] } = {},
): Deed {
  const { roles = planners, takes = [] } = more;
  return { roles, needs, takes, body, run: (acting, given) => run(acting, body.parse(given)) };
}

const plain = (run: (acting: Acting) => Promise<unknown>): Deed => ({
  roles: planners,
  needs: [],
  takes: [],
  body: null,
  run,
});

/** In the order of a campaign's life. */
export const deeds: Readonly<Record<string, Deed>> = {
  submit: plain(({ tx, actor, id, asOf }) => submitCampaign(tx, actor, id, asOf)),
  approve: deed(
    [],
    approveBody,
    ({ tx, actor, id, asOf }, { bureau }) => approveCampaign(tx, actor, id, bureau ?? null, asOf),
    { roles: ['bureau'], takes: ['bureau'] },
  ),
  waive: deed(
    ['check', 'reason'],
    waiveBody,
    ({ tx, actor, id, asOf }, waiver) => waiveCheck(tx, actor, id, waiver, asOf),
    { takes: ['subject'] },
  ),
  launch: plain(({ tx, actor, id, asOf }) => requestLaunch(tx, actor, id, asOf)),
  pause: deed(['until', 'reason'], pauseBody, ({ tx, actor, id, asOf }, { reason, until }) =>
    pauseCampaign(tx, actor, id, reason, until, asOf),
  ),
  resume: deed(['reason'], reasonBody, ({ tx, actor, id, asOf }, { reason }) =>
    resumeCampaign(tx, actor, id, reason, asOf),
  ),
  extend: deed(['to', 'reason'], extendBody, ({ tx, actor, id, asOf }, { reason, to }) =>
    extendCampaign(tx, actor, id, to, reason, asOf),
  ),
  cancel: deed(['reason'], reasonBody, ({ tx, actor, id, asOf }, { reason }) =>
    cancelCampaign(tx, actor, id, reason, asOf),
  ),
};
