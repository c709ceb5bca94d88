// src/supervision/signals.ts: what looks copied, with how likely chance would be; the team answers first.
import { windowOf } from '../campaigns/store/campaign.ts';
import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/db.ts';
import { DomainError, Status } from '../platform/errors.ts';
import { COPIED_FROM, chanceBound } from './rules.ts';
import type { CopiedReadings } from './schema.ts';
import { repeatedReadings } from './store/signals.ts';

/** Teams whose blood pressures repeat for five people or more in a day or in a row, least likely first. */
export async function copiedReadings(tx: Tx, actor: Actor, campaignId: string): Promise<CopiedReadings> {
  const window = await windowOf(tx, actor.countyCode, campaignId);
  if (!window) throw new DomainError(Status.missing, { code: 'signal_campaign', field: '/campaign' });
  const found = await repeatedReadings(tx, actor.countyCode, window, COPIED_FROM);
  const signals = found.map(({ sbp, dbp, people, of, sameElsewhere, allElsewhere, ...where }) => ({
    ...where,
    reading: `${sbp}/${dbp}`,
    n: people,
    of,
    bound: chanceBound(where.kind, people, of, { same: sameElsewhere, all: allElsewhere }),
  }));
  return { signals: signals.sort((a, b) => a.bound - b.bound) };
}
