// src/notices/acts/ready.ts: which digests may leave now: one a person a day, outside the quiet hours of what they speak of, after their areas' sweeps.
import type { Actor } from '../../platform/actor.ts';
import { at, dateOf, type Instant, plusMinutes } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { areasBehind } from '../../tasks/store/area-sweep.ts';
import { isQuiet, leavesAt, nextDigest, type QuietHours } from '../rules.ts';
import * as store from '../store/sending.ts';

const LOOKS_AGAIN = 1; // min: a county is swept within seconds of a story's new day, within minutes of an outage
const WAITS = 30; // min from the first look: an area that cannot be swept holds up nobody's day

/** Those of `digests` that leave now; the others are put off to when each may. */
export async function readyDigests(
  tx: Tx,
  actor: Actor,
  digests: readonly store.ClaimedNotice[],
  asOf: Instant,
): Promise<readonly store.ClaimedNotice[]> {
  if (digests.length === 0) return [];
  const first = await whoHadNone(tx, actor, digests, asOf);
  const loud = await outsideQuiet(tx, actor, first, asOf);
  return afterSweeps(tx, actor, loud, asOf);
}

async function whoHadNone(
  tx: Tx,
  { countyCode }: Actor,
  digests: readonly store.ClaimedNotice[],
  asOf: Instant,
): Promise<readonly store.ClaimedNotice[]> {
  const people = digests.map(({ accountId }) => accountId);
  const had = await store.hadDigest(tx, countyCode, people, at(dateOf(asOf), '00:00'));
  const second = digests.filter(({ accountId }) => had.has(accountId)).map(({ id }) => id);
  await store.putOff(tx, countyCode, second, nextDigest(asOf));
  return digests.filter(({ accountId }) => !had.has(accountId));
}

/** A campaign's quiet hours hold back the digests that would speak of it. */
async function outsideQuiet(
  tx: Tx,
  { countyCode }: Actor,
  digests: readonly store.ClaimedNotice[],
  asOf: Instant,
): Promise<readonly store.ClaimedNotice[]> {
  const quiet = new Map<string, QuietHours>();
  for (const campaign of await store.campaignQuiet(tx, countyCode))
    if (isQuiet(asOf, campaign.quiet)) quiet.set(campaign.id, campaign.quiet);
  if (quiet.size === 0) return digests;
  const spoken = await store.spokenToOf(
    tx,
    countyCode,
    digests.map(({ accountId }) => accountId),
    [...quiet.keys()],
  );
  const until = new Map<string, Instant>();
  for (const { accountId, campaignId } of spoken) {
    const leaves = leavesAt(false, asOf, quiet.get(campaignId));
    if (leaves > (until.get(accountId) ?? asOf)) until.set(accountId, leaves);
  }
  for (const { id, accountId } of digests) {
    const leaves = until.get(accountId);
    if (leaves) await store.putOff(tx, countyCode, [id], leaves);
  }
  return digests.filter(({ accountId }) => !until.has(accountId));
}

/** A digest waits for this morning's sweep of every area that may add to it, but no longer than half an hour from its first look. */
async function afterSweeps(
  tx: Tx,
  { countyCode }: Actor,
  digests: readonly store.ClaimedNotice[],
  asOf: Instant,
): Promise<readonly store.ClaimedNotice[]> {
  const patient = digests.filter(({ waitsUntil }) => waitsUntil === null || asOf < waitsUntil);
  if (patient.length === 0) return digests;
  const behind = await areasBehind(tx, countyCode, asOf);
  if (behind.length === 0) return digests;
  const people = patient.map(({ accountId }) => accountId);
  const waiting = await store.hearFrom(tx, countyCode, people, behind, dateOf(asOf));
  const ids = patient.filter(({ accountId }) => waiting.has(accountId)).map(({ id }) => id);
  await store.letWait(tx, countyCode, ids, plusMinutes(asOf, LOOKS_AGAIN), plusMinutes(asOf, WAITS));
  return digests.filter(({ id }) => !ids.includes(id));
}
