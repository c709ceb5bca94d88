// src/reports/acts.ts: a drive is closed and signed in one transaction: a closed campaign without a seal cannot be.
import { closeCampaign } from '../campaigns/acts/course.ts';
import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import type { Instant } from '../platform/civil.ts';
import { canonicalHash, canonicalJson } from '../platform/crypto.ts';
import type { Tx } from '../platform/db.ts';
import { closingReport } from './closing.ts';
import { insertSeal, sealOf } from './store/seal.ts';

/** Closes a campaign whose grace is over and seals its report. Does nothing before that, and nothing twice. @returns whether it is sealed. */
export async function closeAndSeal(tx: Tx, actor: Actor, campaignId: string, asOf: Instant): Promise<boolean> {
  if (!(await closeCampaign(tx, actor, campaignId, asOf))) return false;
  if (await sealOf(tx, actor.countyCode, campaignId)) return true;
  const report = await closingReport(tx, actor.countyCode, campaignId, asOf);
  const hash = canonicalHash(report);
  await insertSeal(tx, actor.countyCode, campaignId, canonicalJson(report), hash, asOf);
  await audit(tx, actor, asOf, 'campaign.seal', `campaign/${campaignId}`, { hash });
  return true;
}
