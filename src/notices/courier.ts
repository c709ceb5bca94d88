// src/notices/courier.ts: one courier sweep: claim a page, send it, a few mails at once, commit how each ended.
import type { Transporter } from 'nodemailer';
import { systemActor } from '../platform/actor.ts';
import { type Instant, plusMinutes, plusMs } from '../platform/civil.ts';
import type { Db } from '../platform/db.ts';
import { type ClaimedMail, claim, expireLeases, nextMoment, release, settle, settleSent } from './acts.ts';
import { AT_ONCE, sendMail } from './channels/email.ts';

/** The part of the worker's platform that a courier needs. */
export interface PostOffice {
  readonly db: Db;
  readonly mail: Transporter;
  readonly mailFrom: string;
  readonly publicUrl: string;
}

export interface CourierSwept {
  readonly next: Instant | null;
  readonly ended: boolean;
  readonly more: boolean;
  readonly sent: number;
}

const TIME_TO_SEND = 50_000; // ms: the activity has a minute
const SERVER_DOWN_PAUSE = 5; // min before the rest of a page is tried again

/**
 * Sends what is due at `asOf`. The mails go out between two transactions, never inside one; each outcome is committed before
 * another mail goes out in its place. The first goes alone: it tells whether the server is there.
 * @param cancelled stops the sending; what was not tried is released.
 */
export async function courierSweep(
  post: PostOffice,
  countyCode: string,
  channel: string,
  asOf: Instant,
  cancelled: AbortSignal | null = null,
): Promise<CourierSwept> {
  const actor = systemActor(countyCode);
  const started = performance.now();
  const now = (): Instant => plusMs(asOf, Math.round(performance.now() - started));
  const letterhead = { from: post.mailFrom, publicUrl: post.publicUrl };

  const { mails, full } = await post.db.tx(actor, asOf, async (tx) => {
    await expireLeases(tx, actor, channel, asOf);
    return claim(tx, actor, channel, letterhead, asOf);
  });

  let sent = 0;
  let begun = 0;
  let serverDown = false;
  let failed = false;
  const over = (): boolean => cancelled?.aborted === true || performance.now() - started > TIME_TO_SEND;
  const keepSent = together<ClaimedMail>((taken) =>
    post.db.tx(actor, now(), (tx) => settleSent(tx, actor, taken, now())),
  );
  const attempt = async (claimed: ClaimedMail): Promise<void> => {
    const outcome = await sendMail(post.mail, claimed.mail);
    serverDown ||= outcome.kind === 'temporary' && outcome.serverDown;
    if (outcome.kind !== 'sent') return post.db.tx(actor, now(), (tx) => settle(tx, actor, claimed, outcome, now()));
    await keepSent(claimed);
    sent++;
  };
  const lane = async (end: number): Promise<void> => {
    while (begun < end && !failed && !serverDown && !over()) {
      const claimed = mails[begun++];
      if (claimed)
        await attempt(claimed).catch((error: unknown) => {
          failed = true;
          throw error;
        });
    }
  };
  await lane(Math.min(1, mails.length));
  const lanes = await Promise.allSettled(Array.from({ length: AT_ONCE }, () => lane(mails.length)));
  for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason;

  const left = mails.slice(begun);
  if (left.length > 0) {
    const again = serverDown ? plusMinutes(now(), SERVER_DOWN_PAUSE) : now();
    await post.db.tx(actor, now(), async (tx) => {
      for (const claimed of left) await release(tx, actor, claimed, again, now());
    });
  }
  const next = await post.db.tx(actor, asOf, (tx) => nextMoment(tx, actor, channel, asOf));
  return { next, ended: next === null, more: (full || left.length > 0) && !serverDown, sent };
}

/** Does for several at once what is asked for while the last time is still under way. Each asker hears when hers is done. */
function together<T>(work: (all: readonly T[]) => Promise<void>): (one: T) => Promise<void> {
  let waiting: T[] = [];
  let last: Promise<unknown> = Promise.resolve();
  let coming: Promise<void> = Promise.resolve();
  return (one) => {
    if (waiting.push(one) > 1) return coming;
    coming = last.then(() => {
      const all = waiting;
      waiting = [];
      return work(all);
    });
    last = coming.catch(() => {});
    return coming;
  };
}
