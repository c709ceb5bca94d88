// src/notices/channels/email.ts: one attempt to hand one mail to the mail server, and what can truly be said of how it ended.
import { Readable } from 'node:stream';
import { createTransport, type Transporter } from 'nodemailer';
import type { Instant } from '../../platform/civil.ts';
import type { Outcome } from '../rules.ts';

export interface Mail {
  readonly messageId: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly date: Instant;
}

const CONNECT_BOUND = 10_000; // ms, and as long for the greeting
const ANSWER_BOUND = 20_000; // ms without a byte: two of them fit into the activity's minute
const MAILS_A_SECOND = 20; // a county's relay takes some tens; a page of 50 then fits well into its lease

/** Mails that are on their way at once: a server that takes a while for each is not waited for with every one. */
export const AT_ONCE = 4;

/** The way to a mail server. It never sends a mail again by itself: that is the courier's decision. */
export function openMail(url: string, mailsASecond: number = MAILS_A_SECOND): Transporter {
  return createTransport({
    url,
    pool: true,
    maxConnections: AT_ONCE,
    maxRequeues: 0,
    rateDelta: 1_000,
    rateLimit: Math.max(1, mailsASecond - (AT_ONCE - 1)), // the pool asks before all but one of its connections take a mail
    connectionTimeout: CONNECT_BOUND,
    greetingTimeout: CONNECT_BOUND,
    socketTimeout: ANSWER_BOUND,
    disableFileAccess: true,
    disableUrlAccess: true,
  }) as unknown as Transporter;
}

const prepared = new WeakSet<Transporter>();

/** The mail's text is read only once the server has said 354: that reading divides "certainly not taken" from "nobody knows". */
function prepare(transporter: Transporter): void {
  if (prepared.has(transporter)) return;
  prepared.add(transporter);
  transporter.use('stream', (mail, done) => {
    const { message } = mail;
    const open = message.createReadStream.bind(message);
    const { onText } = mail.data as { onText?: () => void };
    message.createReadStream = ((...options: Parameters<typeof open>) =>
      Readable.from(
        (async function* () {
          onText?.();
          yield* open(...options);
        })(),
        { objectMode: false },
      )) as typeof open;
    done();
  });
}

/** Tries once. Never throws: whatever happens is an outcome. */
export async function sendMail(transporter: Transporter, mail: Mail): Promise<Outcome> {
  prepare(transporter);
  let textBegan = false;
  const message = {
    messageId: mail.messageId,
    from: mail.from,
    to: mail.to,
    subject: mail.subject,
    text: mail.text,
    textEncoding: 'base64' as const,
    date: new Date(mail.date),
    headers: { 'Auto-Submitted': 'auto-generated' },
    onText: () => {
      textBegan = true;
    },
  };
  try {
    await transporter.sendMail(message);
    return { kind: 'sent' };
  } catch (error) {
    return outcomeOf(error, textBegan);
  }
}

function outcomeOf(error: unknown, textBegan: boolean): Outcome {
  const {
    code = 'EUNKNOWN',
    responseCode,
    command,
  } = error as { code?: string; responseCode?: number; command?: string };
  if (responseCode !== undefined && responseCode >= 500 && code !== 'EAUTH' && command !== 'CONN')
    return { kind: 'permanent', code: String(responseCode) };
  if (responseCode !== undefined)
    return { kind: 'temporary', code: String(responseCode), serverDown: command === 'CONN' || code === 'EAUTH' };
  return textBegan ? { kind: 'unknown', code } : { kind: 'temporary', code, serverDown: true };
}
