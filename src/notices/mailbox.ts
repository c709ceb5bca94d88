// src/notices/mailbox.ts: the example county's post: an SMTP server that keeps every mail it accepts for the mailbox page.
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { type Instant, instant } from '../platform/civil.ts';
import { type Db, sql } from '../platform/db.ts';

export interface Mailbox {
  readonly port: number;
  /** `smtp://127.0.0.1:port`, for `openMail`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 only; `port` 0 takes a free one. A mail is accepted once its row is committed. */
export async function openMailbox(db: Db, port = 0): Promise<Mailbox> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 1_000, // ms: what a stop waits for a mail half received
    onData(stream, session, done) {
      buffer(stream)
        .then(parseMail)
        .then((mail) =>
          keep(
            db,
            mail,
            session.envelope.rcptTo.map(({ address }) => address),
          ),
        )
        .then(() => done(), done);
    },
  });
  server.on('error', () => {}); // a client that goes away in the middle of a command
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.server.address() as AddressInfo).port;
  return {
    port: bound,
    url: `smtp://127.0.0.1:${bound}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

interface ParsedMail {
  readonly messageId: string;
  readonly subject: string;
  readonly body: string;
  /** The Date header: story time, since the courier writes it. */
  readonly date: Instant;
}

async function keep(db: Db, mail: ParsedMail, to: readonly string[]): Promise<void> {
  await sql`insert into mailbox (message_id, to_address, subject, body, received_at)
    select ${mail.messageId}, unnest(${[...to]}::text[]), ${mail.subject}, ${mail.body}, ${mail.date}`.execute(
    db.systemKysely,
  );
}

/** What the mailbox page shows of a mail. */
async function parseMail(raw: Buffer): Promise<ParsedMail> {
  const { messageId, subject, text, date } = await PostalMime.parse(raw);
  return {
    messageId: messageId ?? '',
    subject: subject ?? '',
    body: (text ?? '').replace(/\r\n/g, '\n'),
    date: instant(new Date(date ?? '')),
  };
}
