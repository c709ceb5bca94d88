// test/chaos/field.ts: phones that keep what they could not send: the same id and the same body, until a receipt comes.
import { setTimeout as sleep } from 'node:timers/promises';
import { chance } from '../../examples/winter-drive/chance.ts';
import { insist } from './ask.ts';
import { PASSWORD } from './ground.ts';
import type { PlannedVisit } from './script.ts';

const ANSWER_BOUND = 10_000; // ms: then the phone asks again
const SPREAD = 6_000; // ms over which a day's visits are sent: while mail leaves and parts die
const TWICE = 0.2; // of the visits are sent once more although their receipt came: it was lost on the way

export interface Field {
  /** Sends each visit at a moment of its own. Resolves when every receipt is there. */
  send(visits: readonly PlannedVisit[]): Promise<void>;
  /** Tries that got no receipt. */
  readonly retries: number;
}

export function openField(base: string): Field {
  const cookies = new Map<string, string>();
  let retries = 0;

  const post = (path: string, body: unknown, headers: Record<string, string>): Promise<Response> =>
    fetch(`${base}/api/v1${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(ANSWER_BOUND),
    });

  const signIn = async (login: string): Promise<string> => {
    const answer = await post('/session', { login, password: PASSWORD }, {});
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0];
    if (answer.status !== 200 || !cookie) throw new Error(`${login} cannot sign in: ${answer.status}`);
    cookies.set(login, cookie);
    return cookie;
  };

  const once = async (login: string, path: string, body: unknown): Promise<unknown> => {
    const cookie = cookies.get(login) ?? (await signIn(login));
    const answer = await post(path, body, { cookie });
    if (answer.status === 401) cookies.delete(login);
    const receipt: unknown = await answer.json();
    if (answer.ok) return receipt;
    throw new Error(`${answer.status} from ${path}: ${JSON.stringify(receipt)}`);
  };

  const deliver = (login: string, path: string, body: unknown): Promise<unknown> =>
    insist(async () => {
      try {
        return await once(login, path, body);
      } catch (error) {
        retries++;
        throw error;
      }
    });

  return {
    async send(visits) {
      await Promise.all(
        visits.map(async (visit) => {
          await sleep(chance('sent', visit.body.id) * SPREAD);
          const receipt = await deliver(visit.login, '/visits', visit.body);
          if (visit.confirmedBy) await deliver(visit.confirmedBy, `/visits/${visit.body.id}/confirmations`, {});
          if (chance('twice', visit.body.id) >= TWICE) return;
          const again = await deliver(visit.login, '/visits', visit.body);
          if (JSON.stringify(again) !== JSON.stringify(receipt))
            throw new Error(`visit ${visit.body.id} got two receipts: ${JSON.stringify([receipt, again])}`);
        }),
      );
    },
    get retries() {
      return retries;
    },
  };
}
