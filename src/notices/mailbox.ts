// src/notices/mailbox.ts: the example county's post: an SMTP server that keeps every mail it accepts for the mailbox page.
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
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
      text(stream)
        .then((raw) =>
          keep(
            db,
            parseMail(raw),
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

/** Reads the mails that we write: one part of plain text in base64, quoted-printable or as it is. */
export function parseMail(raw: string): ParsedMail {
  const end = raw.indexOf('\r\n\r\n');
  const head = raw.slice(0, end).replace(/\r\n[ \t]+/g, ' ');
  const header = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(head)?.[1]?.trim() ?? '';
  const encoded = raw.slice(end + 4);
  const encoding = header('Content-Transfer-Encoding').toLowerCase();
  const body =
    encoding === 'base64'
      ? Buffer.from(encoded, 'base64').toString('utf8')
      : encoding === 'quoted-printable'
        ? unquoted(encoded.replace(/=\r\n/g, ''))
        : encoded;
  return {
    messageId: header('Message-ID'),
    subject: decodedWords(header('Subject')),
    body: body.replace(/\r\n/g, '\n'),
    date: instant(new Date(header('Date'))),
  };
}

/** RFC 2047 words; the space between two of them is only folding, and a character may be cut between them. */
function decodedWords(subject: string): string {
  const joined = subject.replace(/(\?=)\s+(=\?)/g, '$1$2');
  return joined.replace(/(?:=\?UTF-8\?[BQ]\?[^?]*\?=)+/gi, (words) => {
    const parts = [...words.matchAll(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi)].map(([, kind = 'B', word = '']) =>
      kind.toUpperCase() === 'B' ? Buffer.from(word, 'base64') : bytesOf(word.replace(/_/g, ' ')),
    );
    return Buffer.concat(parts).toString('utf8');
  });
}

const unquoted = (quoted: string): string => bytesOf(quoted).toString('utf8');

function bytesOf(quoted: string): Buffer {
  return Buffer.from(
    quoted.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}
