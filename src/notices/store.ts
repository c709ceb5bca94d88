// src/notices/store.ts: what anybody may be told: notices of their own, items of digests, and the digests that take them.
import { type Instant, plusDays } from '../platform/civil.ts';
import { rows, sql, type Tx } from '../platform/db.ts';
import { wake, workflowIds } from '../platform/wake.ts';
import { digestKey } from '../tasks/rules/keys.ts';
import { availableAt, envelopeDay } from '../tasks/rules/sweep-times.ts';
import { COUNTY_QUIET, type QuietHours } from './rules.ts';

export type NoticeKind = 'digest' | 'urgent' | 'clinic' | 'campaign' | 'help';
export type NoticeState = 'due' | 'sending' | 'sent' | 'unknown' | 'dead' | 'overtaken';

/** A notice of its own: an alarm, a clinic's announcement, a campaign's stage, a call for help. Digests are made by `tellInDigest`. */
export interface NewNotice {
  /** Two runs of whatever writes it give one row: `urg/{referral}/{step}`. */
  readonly key: string;
  readonly kind: Exclude<NoticeKind, 'digest'>;
  readonly accountId: string;
  /** Leaves at any hour, again until it is known to have left. */
  readonly urgent: boolean;
  readonly subjectId: string | null;
  /** `words`: the locale key whose `.subject` and `.body` are sent; `path`: where the link leads; codes and instants besides. */
  readonly params: Readonly<Record<string, string | number>> & { readonly words: string };
  readonly availableAt: Instant;
  /** A campaign's own; the county's night where it is left out. */
  readonly quiet?: QuietHours | undefined;
  readonly usefulUntil?: Instant | null;
}

/** Writes the notices whose keys are new, for whomever they are. @returns the ids of those written. Wake the courier after it. */
export async function insertNotices(
  tx: Tx,
  countyCode: string,
  notices: readonly NewNotice[],
  asOf: Instant,
): Promise<string[]> {
  if (notices.length === 0) return [];
  const given = notices.map(({ quiet = COUNTY_QUIET, ...notice }) => ({
    ...notice,
    quietFrom: quiet.from,
    quietTo: quiet.to,
  }));
  const made = await rows(
    tx,
    sql<{
      id: string;
    }>`select id from write_notices(${countyCode}, ${JSON.stringify(given)}::jsonb, ${asOf}::timestamptz) as id`,
  );
  return made.map(({ id }) => id);
}

/**
 * What an item of a digest is about: a task that opens, is due or has climbed; what a team owes this morning, for all of its
 * members; a partner's visit to confirm; a call for help.
 */
export type ItemKind = 'opens' | 'due' | 'climb' | 'owed' | 'confirm' | 'help';

/** Something to be said in a person's next digest. Two runs give one: `help/{call}/{person}`. */
export interface NewItem {
  readonly key: string;
  readonly kind: ItemKind;
  readonly accountId: string;
  /** The area whose agenda sees to it that it is told. */
  readonly areaCode: string;
  /** With the task's cycle, for all kinds but `owed` (its team) and `help` (the call), which have a `subjectId`. */
  readonly taskId?: string;
  readonly cycle?: number;
  readonly subjectId?: string;
}

/** Puts items whose keys are new into the next digest of each person, and wakes the courier for it. */
export async function tellInDigest(
  tx: Tx,
  countyCode: string,
  items: readonly NewItem[],
  asOf: Instant,
): Promise<void> {
  if (items.length === 0) return;
  const told = await rows(
    tx,
    sql<{
      id: string;
    }>`select distinct id from write_items(${countyCode}, ${JSON.stringify(items)}::jsonb, ${asOf}::timestamptz) as id`,
  );
  await putIntoDigests(
    tx,
    countyCode,
    told.map(({ id }) => id),
    asOf,
  );
}

/** Today's digest before quiet hours; where it has been taken, the next day's. */
export async function putIntoDigests(
  tx: Tx,
  countyCode: string,
  accountIds: readonly string[],
  asOf: Instant,
): Promise<void> {
  let day = envelopeDay(asOf);
  for (let waiting = accountIds; waiting.length > 0; day = plusDays(day, 1)) {
    const digests = waiting.map((accountId) => ({ key: digestKey(accountId, day), accountId }));
    const ensured = await ensureDigests(tx, countyCode, digests, availableAt(asOf, day), false, asOf);
    // The areas of a county are swept in twenty minutes: one look at 08:00 is enough for them all.
    if (!ensured.awaited) await wake(tx, [workflowIds.courier(countyCode)]);
    const served = new Set(ensured.accountIds);
    waiting = waiting.filter((accountId) => !served.has(accountId));
  }
}

/** One person's digest of one day. */
export interface DigestOf {
  readonly key: string;
  readonly accountId: string;
}

/**
 * Makes the digests that are missing and locks those that are there, so that none leaves before this transaction's items can
 * be seen. @returns whose digest is still to leave (the others' has been taken), and whether the courier looks by then anyhow;
 * where it does not, wake it.
 */
export async function ensureDigests(
  tx: Tx,
  countyCode: string,
  digests: readonly DigestOf[],
  availableFrom: Instant,
  again: boolean,
  asOf: Instant,
): Promise<{ readonly accountIds: string[]; readonly awaited: boolean }> {
  const found = await rows(
    tx,
    sql<{ accountId: string; awaited: boolean }>`select account_id as "accountId", awaited
      from ensure_digests(${countyCode}, ${JSON.stringify(digests)}::jsonb, ${availableFrom}::timestamptz, ${again}, ${asOf}::timestamptz)`,
  );
  return { accountIds: found.map(({ accountId }) => accountId), awaited: found.every(({ awaited }) => awaited) };
}
