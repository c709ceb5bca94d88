// src/notices/acts.ts: what a courier does to notices: takes a page, renders it from this moment's facts, writes how each attempt ended.
import { divisionNames, loadCalendar } from '../places/store.ts';
import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { dateOf, type Instant, plusDays, plusMinutes, timeOf } from '../platform/civil.ts';
import type { Tx } from '../platform/db.ts';
import { wake, workflowIds } from '../platform/wake.ts';
import { deadLetterKey, digestKey } from '../tasks/rules/keys.ts';
import { availableAt } from '../tasks/rules/sweep-times.ts';
import { insertTasks } from '../tasks/store.ts';
import { digestsOf } from './acts/digests.ts';
import { readyDigests } from './acts/ready.ts';
import type { Mail } from './channels/email.ts';
import { renderDigest, renderNotice } from './digest.ts';
import { leavesAt, messageId, nextTry, type Outcome, type QuietHours } from './rules.ts';
import * as items from './store/items.ts';
import * as store from './store/sending.ts';
import { ensureDigests } from './store.ts';

export const PAGE = 50; // mails of one sweep: at 20 a second done within seconds, at the slowest server's pace cut by the 50 s bound
const LEASE = 3; // min: longer than any sweep may take, so an expired one is a dead courier's

/** Whence mails come and where their links lead. */
export interface Letterhead {
  readonly from: string;
  /** No trailing slash. */
  readonly publicUrl: string;
}

export interface ClaimedMail {
  readonly noticeId: string;
  readonly accountId: string;
  readonly digest: boolean;
  readonly urgent: boolean;
  readonly usefulUntil: Instant | null;
  readonly quiet: QuietHours;
  readonly attempt: number;
  readonly mail: Mail;
}

/** What a dead courier left behind: nobody knows whether it was sent. An urgent one goes again and says so. */
export async function expireLeases(tx: Tx, actor: Actor, channel: string, asOf: Instant): Promise<void> {
  for (const left of await store.lockExpired(tx, actor.countyCode, channel, asOf))
    await settleUnknown(tx, actor, { ...left, digest: left.kind === 'digest' }, 'lease', asOf);
}

/**
 * Takes a page of due notices: they are ours for the length of a lease, rendered, each with its attempt begun.
 * A digest with nothing left to say ends as overtaken. @returns `full` when there may be more to take.
 */
export async function claim(
  tx: Tx,
  actor: Actor,
  channel: string,
  letterhead: Letterhead,
  asOf: Instant,
): Promise<{ mails: ClaimedMail[]; full: boolean }> {
  const { countyCode } = actor;
  const page = await store.lockDue(tx, countyCode, channel, timeOf(asOf), PAGE, asOf);
  if (page.length === 0) return { mails: [], full: false };

  const stale = page.filter((notice) => notice.usefulUntil !== null && notice.usefulUntil < asOf);
  const unreachable = page.filter((notice) => !stale.includes(notice) && (notice.email === null || notice.disabled));
  const dead = [...stale, ...unreachable].map(({ id }) => id);
  await items.attachItems(tx, countyCode, dead); // of those who cannot be reached: nobody is told, and nothing waits for ever
  await items.untellItems(tx, countyCode, dead, 'undelivered');
  for (const notice of [...stale, ...unreachable]) {
    await store.endUnsent(tx, countyCode, [notice.id], 'dead', asOf);
    await reportDead(tx, actor, notice.id, notice.accountId, asOf);
  }
  const living = page.filter((notice) => !stale.includes(notice) && !unreachable.includes(notice));

  const digests = living.filter(({ kind }) => kind === 'digest');
  const leaving = await readyDigests(tx, actor, digests, asOf);
  const contents = await digestsOf(tx, actor, leaving, asOf);
  const empty = leaving.filter(({ id }) => !contents.has(id)).map(({ id }) => id);
  await store.endUnsent(tx, countyCode, empty, 'overtaken', asOf);

  const names: ReadonlyMap<string, string> =
    living.length > digests.length ? await divisionNames(tx, countyCode) : new Map();
  const mails = living
    .filter(({ id, kind }) => kind !== 'digest' || contents.has(id))
    .map((notice): ClaimedMail => {
      const said = contents.get(notice.id);
      const rendered = said
        ? renderDigest(notice.locale, said, dateOf(asOf), letterhead.publicUrl)
        : renderNotice(notice.locale, notice.kind, notice.params, names, letterhead.publicUrl);
      return {
        noticeId: notice.id,
        accountId: notice.accountId,
        digest: notice.kind === 'digest',
        urgent: notice.urgent,
        usefulUntil: notice.usefulUntil,
        quiet: notice.quiet,
        attempt: notice.attempt,
        mail: {
          ...rendered,
          messageId: messageId(notice.id),
          from: letterhead.from,
          to: notice.email ?? '',
          date: asOf,
        },
      };
    });
  await store.beginAttempts(
    tx,
    countyCode,
    mails.map(({ noticeId }) => noticeId),
    plusMinutes(asOf, LEASE),
    asOf,
  );
  return { mails, full: page.length === PAGE };
}

/** Writes that the mail server has taken these. */
export async function settleSent(
  tx: Tx,
  { countyCode }: Actor,
  taken: readonly ClaimedMail[],
  asOf: Instant,
): Promise<void> {
  const own = taken.map(({ noticeId, attempt }) => ({ noticeId, attempt }));
  await store.settleSent(tx, countyCode, own, asOf);
}

/**
 * Writes how an attempt ended that the server did not take. One whose lease has run out in the meantime changes nothing: it has
 * been settled as unknown.
 */
export async function settle(
  tx: Tx,
  actor: Actor,
  claimed: ClaimedMail,
  outcome: Exclude<Outcome, { kind: 'sent' }>,
  asOf: Instant,
): Promise<void> {
  const { countyCode } = actor;
  const own = { id: claimed.noticeId, attempt: claimed.attempt, repeat: false, availableAt: null };
  switch (outcome.kind) {
    case 'unknown':
      await settleUnknown(tx, actor, { ...claimed, id: claimed.noticeId }, outcome.code, asOf);
      return;
    case 'permanent':
      if (
        await store.settleAttempt(
          tx,
          countyCode,
          { ...own, state: 'dead', outcome: 'permanent', code: outcome.code },
          asOf,
        )
      ) {
        await items.untellItems(tx, countyCode, [claimed.noticeId], 'undelivered');
        await reportDead(tx, actor, claimed.noticeId, claimed.accountId, asOf);
      }
      return;
    case 'temporary': {
      const refused = (await store.refusals(tx, countyCode, claimed.noticeId)) + 1;
      const again = nextTry(claimed, refused, asOf);
      const end = {
        ...own,
        availableAt: again,
        outcome: 'temporary',
        code: outcome.code,
        state: again === null ? 'dead' : 'due',
      } as const;
      if (!(await store.settleAttempt(tx, countyCode, end, asOf))) return;
      if (again === null) await items.untellItems(tx, countyCode, [claimed.noticeId], 'undelivered');
      else if (claimed.digest) await items.detachItems(tx, countyCode, claimed.noticeId);
      if (again === null) await reportDead(tx, actor, claimed.noticeId, claimed.accountId, asOf);
    }
  }
}

/** Gives back what was claimed and not tried. */
export async function release(
  tx: Tx,
  actor: Actor,
  claimed: ClaimedMail,
  availableAgain: Instant,
  asOf: Instant,
): Promise<void> {
  const end = {
    id: claimed.noticeId,
    attempt: claimed.attempt,
    state: 'due',
    outcome: 'released',
    code: null,
    availableAt: leavesAt(claimed.urgent, availableAgain, claimed.quiet),
    repeat: false,
  } as const;
  if ((await store.settleAttempt(tx, actor.countyCode, end, asOf)) && claimed.digest)
    await items.detachItems(tx, actor.countyCode, claimed.noticeId);
}

/**
 * Nobody can say whether it arrived. An urgent one goes again under the same Message-ID, marked as a repeat; a routine one
 * never does: a digest of the next day says what still holds.
 */
async function settleUnknown(
  tx: Tx,
  actor: Actor,
  left: {
    readonly id: string;
    readonly attempt: number;
    readonly urgent: boolean;
    readonly digest: boolean;
    readonly accountId: string;
  },
  code: string,
  asOf: Instant,
): Promise<void> {
  const { countyCode } = actor;
  const end = {
    id: left.id,
    attempt: left.attempt,
    state: left.urgent ? 'due' : 'unknown',
    outcome: 'unknown',
    code,
    availableAt: left.urgent ? asOf : null,
    repeat: left.urgent,
  } as const;
  if (!(await store.settleAttempt(tx, countyCode, end, asOf)) || !left.digest) return;
  await items.untellItems(tx, countyCode, [left.id], 'unknown');
  const tomorrow = plusDays(dateOf(asOf), 1);
  const digest = { key: digestKey(left.accountId, tomorrow), accountId: left.accountId };
  await ensureDigests(tx, countyCode, [digest], availableAt(asOf, tomorrow), true, asOf);
}

/** A dead letter is somebody's work: one open task for each person who cannot be reached, at the county. */
async function reportDead(tx: Tx, actor: Actor, noticeId: string, accountId: string, asOf: Instant): Promise<void> {
  const { countyCode } = actor;
  await audit(tx, actor, asOf, 'notice.dead', noticeId);
  if (await store.hasOpenDeadLetter(tx, countyCode, accountId)) return;
  const today = dateOf(asOf);
  const calendar = await loadCalendar(tx, countyCode);
  await insertTasks(
    tx,
    countyCode,
    [
      {
        sourceKey: deadLetterKey(noticeId),
        kind: 'rectification',
        subject: 'notice',
        subjectId: noticeId,
        areaCode: countyCode,
        side: 'facility',
        opensOn: today,
        dueOn: calendar.nextWorkday(today),
      },
    ],
    asOf,
  );
  await wake(tx, [workflowIds.agenda(countyCode)]);
}

/** When the courier has something to do next, strictly after `asOf`; null when nothing is due and nothing is on its way. */
export async function nextMoment(tx: Tx, actor: Actor, channel: string, asOf: Instant): Promise<Instant | null> {
  const after = (moment: Instant) => (moment > asOf ? moment : plusMinutes(asOf, 1));
  const moments = (await store.nextMoments(tx, actor.countyCode, channel)).flatMap((due) => [
    ...(due.availableAt ? [leavesAt(due.urgent, after(due.availableAt), due.quiet)] : []),
    ...(due.leaseUntil ? [after(due.leaseUntil)] : []),
  ]);
  return moments.sort()[0] ?? null;
}
