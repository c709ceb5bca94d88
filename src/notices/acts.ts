// src/notices/acts.ts: what a courier does to notices: takes a page, renders it from this moment's facts, writes how each attempt ended.
import { divisionNames, loadCalendar } from '../places/store.ts';
import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { at, dateOf, type Instant, plusDays, plusMinutes } from '../platform/civil.ts';
import type { Tx } from '../platform/db.ts';
import { wake, workflowIds } from '../platform/wake.ts';
import { deadLetterKey, digestKey } from '../tasks/rules/keys.ts';
import { availableAt, digestAt } from '../tasks/rules/sweep-times.ts';
import { standingsOf, type TaskStanding } from '../tasks/store/lines.ts';
import { insertTasks } from '../tasks/store.ts';
import type { Mail } from './channels/email.ts';
import { type DigestItem, renderDigest, renderNotice } from './digest.ts';
import { isQuiet, leavesAt, messageId, nextDigest, nextTry, type Outcome } from './rules.ts';
import * as store from './store.ts';

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
  const page = await store.lockDue(tx, countyCode, channel, isQuiet(asOf), PAGE, asOf);
  if (page.length === 0) return { mails: [], full: false };

  const stale = page.filter((notice) => notice.usefulUntil !== null && notice.usefulUntil < asOf);
  const unreachable = page.filter((notice) => !stale.includes(notice) && (notice.email === null || notice.disabled));
  for (const notice of [...stale, ...unreachable]) {
    await store.endUnsent(tx, countyCode, [notice.id], 'dead', asOf);
    await reportDead(tx, actor, notice.id, notice.accountId, asOf);
  }
  const living = page.filter((notice) => !stale.includes(notice) && !unreachable.includes(notice));

  const digests = living.filter(({ kind }) => kind === 'digest');
  const had = await store.hadDigest(
    tx,
    countyCode,
    digests.map(({ accountId }) => accountId),
    at(dateOf(asOf), '00:00'),
  );
  await store.putOff(
    tx,
    countyCode,
    digests.filter(({ accountId }) => had.has(accountId)).map(({ id }) => id),
    nextDigest(asOf),
  );
  const leaving = digests.filter(({ accountId }) => !had.has(accountId));
  const items = await itemsOf(tx, actor, leaving, asOf);
  const empty = leaving.filter(({ id }) => !items.has(id)).map(({ id }) => id);
  await store.endUnsent(tx, countyCode, empty, 'overtaken', asOf);

  const names: ReadonlyMap<string, string> =
    living.length > digests.length ? await divisionNames(tx, countyCode) : new Map();
  const mails = living
    .filter(({ id, kind }) => kind !== 'digest' || items.has(id))
    .map((notice): ClaimedMail => {
      const said = items.get(notice.id);
      const rendered = said
        ? renderDigest(notice.locale, said, dateOf(asOf), letterhead.publicUrl)
        : renderNotice(notice.locale, notice.kind, notice.params, names, letterhead.publicUrl);
      return {
        noticeId: notice.id,
        accountId: notice.accountId,
        digest: notice.kind === 'digest',
        urgent: notice.urgent,
        usefulUntil: notice.usefulUntil,
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

/** The items of each digest that has something to say, by its id. Lines overtaken by a visit, a move or a hold fall out. */
async function itemsOf(
  tx: Tx,
  actor: Actor,
  digests: readonly store.ClaimedNotice[],
  asOf: Instant,
): Promise<ReadonlyMap<string, readonly DigestItem[]>> {
  if (digests.length === 0) return new Map();
  const { countyCode } = actor;
  const ids = digests.map(({ id }) => id);
  const lines = await store.attachLines(tx, countyCode, ids);
  const before = await store.toldBefore(
    tx,
    countyCode,
    digests.map(({ accountId }) => accountId),
    ids,
  );

  const today = dateOf(asOf);
  const day = asOf >= digestAt(today) ? today : plusDays(today, -1); // by the digests every area has been swept
  const calendar = await loadCalendar(tx, countyCode);
  const days = { workday: calendar.latestWorkday(day), day, today };
  const standings = await standingsOf(
    tx,
    countyCode,
    [...new Set([...lines, ...before].map(({ taskId }) => taskId))],
    days,
  );

  const holds = (line: store.Line, task: TaskStanding | undefined): task is TaskStanding =>
    task?.open === true &&
    task.cycle === line.cycle &&
    (line.kind === 'climb' || task.stopped === null) && // a step that was decided is told, though its clock stands since
    (line.kind !== 'due' || task.dueOn >= today);
  await store.overtakeLines(
    tx,
    countyCode,
    lines.filter((line) => !holds(line, standings.get(line.taskId))).map(({ id }) => id),
  );

  const items = new Map<string, readonly DigestItem[]>();
  const linesOf = Map.groupBy(lines, ({ noticeId }) => noticeId);
  const beforeOf = Map.groupBy(before, ({ accountId }) => accountId);
  for (const digest of digests) {
    const said = new Map<string, DigestItem>(); // one item a task: its highest rung of today, or what it asks today
    for (const line of linesOf.get(digest.id) ?? []) {
      const task = standings.get(line.taskId);
      if (!holds(line, task) || (said.get(task.id)?.level ?? 0) > (line.level ?? 0)) continue;
      said.set(task.id, { moment: line.kind, level: line.level, task });
    }
    if (said.size === 0 && digest.params.again !== true) continue;
    for (const { taskId, level } of beforeOf.get(digest.accountId) ?? []) {
      const task = standings.get(taskId);
      if (task && task.stopped === null && !said.has(taskId)) said.set(taskId, { moment: 'standing', level, task });
    }
    if (said.size > 0) items.set(digest.id, [...said.values()]);
  }
  return items;
}

/** Writes how an attempt ended. One whose lease has run out in the meantime changes nothing: it has been settled as unknown. */
export async function settle(
  tx: Tx,
  actor: Actor,
  claimed: ClaimedMail,
  outcome: Outcome,
  asOf: Instant,
): Promise<void> {
  const { countyCode } = actor;
  const own = { id: claimed.noticeId, attempt: claimed.attempt, repeat: false, availableAt: null };
  switch (outcome.kind) {
    case 'sent':
      await store.settleAttempt(tx, countyCode, { ...own, state: 'sent', outcome: 'sent', code: null }, asOf);
      return;
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
      )
        await reportDead(tx, actor, claimed.noticeId, claimed.accountId, asOf);
      return;
    case 'temporary': {
      const refused = (await store.refusals(tx, countyCode, claimed.noticeId)) + 1;
      const again = nextTry(claimed.urgent, refused, claimed.usefulUntil, asOf);
      const end = {
        ...own,
        availableAt: again,
        outcome: 'temporary',
        code: outcome.code,
        state: again === null ? 'dead' : 'due',
      } as const;
      if (!(await store.settleAttempt(tx, countyCode, end, asOf))) return;
      if (claimed.digest) await store.detachLines(tx, countyCode, claimed.noticeId);
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
    availableAt: leavesAt(claimed.urgent, availableAgain),
    repeat: false,
  } as const;
  if ((await store.settleAttempt(tx, actor.countyCode, end, asOf)) && claimed.digest)
    await store.detachLines(tx, actor.countyCode, claimed.noticeId);
}

/**
 * Nobody can say whether it arrived. An urgent one goes again under the same Message-ID, marked as a repeat; a routine one
 * never does: an envelope for the next day says what still holds.
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
  const tomorrow = plusDays(dateOf(asOf), 1);
  const envelope = { key: digestKey(left.accountId, tomorrow), accountId: left.accountId };
  await store.ensureEnvelopes(tx, countyCode, [envelope], availableAt(asOf, tomorrow), true, asOf);
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
  const { urgentAt, routineAt, leaseUntil } = await store.nextMoments(tx, actor.countyCode, channel);
  const after = (moment: Instant) => (moment > asOf ? moment : plusMinutes(asOf, 1));
  const moments = [
    ...(urgentAt ? [after(urgentAt)] : []),
    ...(routineAt ? [leavesAt(false, after(routineAt))] : []),
    ...(leaseUntil ? [after(leaseUntil)] : []),
  ];
  return moments.sort()[0] ?? null;
}
