// src/commands/mailbox.ts: the example's mail server as a part that `doorstep start` keeps up.
import path from 'node:path';
import { openMailbox } from '../notices/mailbox.ts';
import { openDb } from '../platform/db.ts';
import { rememberedPort } from '../platform/embedded/ports.ts';
import type { Running } from '../platform/embedded/supervise.ts';
import { STATE } from './ground.ts';

export interface RunningMailbox extends Running {
  /** For SMTP_URL. */
  readonly url: string;
}

/** On the same port after every start: workers hold its address. */
export async function startMailbox(databaseUrl: string): Promise<RunningMailbox> {
  const db = openDb({ url: databaseUrl, appConnections: 1, systemConnections: 2 });
  const mailbox = await openMailbox(db, await rememberedPort(path.join(STATE, 'mailbox-port')));
  const ended = Promise.withResolvers<string>();
  return {
    url: mailbox.url,
    exited: ended.promise, // it lives in our own process: only we end it
    async stop() {
      await mailbox.close();
      await db.close();
      ended.resolve('stopped');
    },
  };
}
