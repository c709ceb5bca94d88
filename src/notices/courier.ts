// src/notices/courier.ts: one courier sweep: claim a page, send it mail by mail, commit how each ended.
import type { Transporter } from 'nodemailer';
import { systemActor } from '../platform/actor.ts';
import { type Instant, plusMinutes, plusMs } from '../platform/civil.ts';
import type { Db } from '../platform/db.ts';
import { type ClaimedMail, claim, expireLeases, nextMoment, release, settle } from './acts.ts';
import { sendMail } from './channels/email.ts';

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
 * Sends what is due at `asOf`. The mails go out between two transactions, never inside one; each outcome is a commit of
 * its own. @param cancelled stops the sending; what was not tried is released.
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
  let serverDown = false;
  let stopped = false;
  const left: ClaimedMail[] = [];
  for (const claimed of mails) {
    stopped ||= cancelled?.aborted === true || performance.now() - started > TIME_TO_SEND;
    if (stopped || serverDown) {
      left.push(claimed);
      continue;
    }
    const outcome = await sendMail(post.mail, claimed.mail);
    await post.db.tx(actor, now(), (tx) => settle(tx, actor, claimed, outcome, now()));
    if (outcome.kind === 'sent') sent++;
    serverDown = outcome.kind === 'temporary' && outcome.serverDown;
  }
  if (left.length > 0) {
    const again = serverDown ? plusMinutes(now(), SERVER_DOWN_PAUSE) : now();
    await post.db.tx(actor, now(), async (tx) => {
      for (const claimed of left) await release(tx, actor, claimed, again, now());
    });
  }
  const next = await post.db.tx(actor, asOf, (tx) => nextMoment(tx, actor, channel, asOf));
  return { next, ended: next === null, more: (full || stopped) && !serverDown, sent };
}
