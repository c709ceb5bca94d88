// test/chaos/post.ts: a real SMTP server that outlives every outage and remembers each mail it has accepted.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail as it was accepted: from here on it is delivered, whatever the sender learns of it. */
export interface Mail {
  readonly messageId: string;
  readonly to: string;
  /** The story's moment at which it was rendered: its Date header, ISO 8601. */
  readonly date: string;
}

export interface Post {
  readonly url: string;
  readonly mails: readonly Mail[];
  close(): Promise<void>;
}

const SLOW = 60; // ms between taking a mail and saying so, as on a network: a kill finds mails delivered that nobody knows of

export async function openPost(): Promise<Post> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onData(stream, session, accepted) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.once('end', () => {
        const [head = ''] = Buffer.concat(chunks).toString('utf8').split('\r\n\r\n');
        const to = session.envelope.rcptTo.map(({ address }) => address).join(', ');
        mails.push({ messageId: header(head, 'message-id'), to, date: new Date(header(head, 'date')).toISOString() });
        setTimeout(accepted, SLOW);
      });
    },
  });
  server.on('error', () => {}); // a sender killed in mid-sentence
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function header(head: string, name: string): string {
  const unfolded = head.replace(/\r\n[ \t]+/g, ' ');
  const line = unfolded.split('\r\n').find((text) => text.toLowerCase().startsWith(`${name}:`));
  if (!line) throw new Error(`a mail without ${name}`);
  return line.slice(name.length + 1).trim();
}
