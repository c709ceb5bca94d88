// src/access/sign-in.ts: the doors that are open to somebody not signed in yet: signing in and out, and the words of the page.
import { Router } from 'express';
import { systemActor } from '../platform/actor.ts';
import type { Instant } from '../platform/civil.ts';
import type { Db } from '../platform/db.ts';
import type { Attempts } from '../platform/http/attempts.ts';
import { known } from '../platform/http/mount.ts';
import { faultsOf, Refusal } from '../platform/http/problem.ts';
import type { RouteSpec } from '../platform/http/route.ts';
import { begin, end } from '../platform/http/sessions.ts';
import { keysOf, type Locale, say } from '../platform/locale.ts';
import { signIn } from './acts.ts';
import { Credentials, Nothing, SignedIn, Words, WordsQuery } from './schema.ts';

const shared = { method: 'post', roles: [], reply: Nothing } as const;
export const openSpecs: readonly RouteSpec<unknown, unknown, unknown, unknown>[] = [
  { ...shared, path: '/session', summary: '登录 Sign in: the answer sets the session cookie', body: Credentials },
  { ...shared, method: 'get', path: '/session', summary: '是否已登录 Whether somebody is signed in', reply: SignedIn },
  { ...shared, method: 'delete', path: '/session', summary: '退出 Sign out' },
  {
    ...shared,
    method: 'get',
    path: '/words',
    summary: '页面用词 The words of the pages in one language',
    query: WordsQuery,
    reply: Words,
  },
];

export interface OpenDoors {
  readonly db: Db;
  readonly countyCode: string;
  readonly now: () => Promise<Instant>;
  readonly attempts: Attempts;
}

export function openRouter({ db, countyCode, now, attempts }: OpenDoors): Router {
  const router = Router();
  router.post('/session', async (request, response) => {
    const credentials = Credentials.safeParse(request.body ?? {}, { reportInput: true });
    if (!credentials.success) throw new Refusal(422, faultsOf(credentials.error, ''));
    const { login, password } = credentials.data;
    const address = request.ip ?? '';
    await attempts.begin(address, login);
    const actor = await db.tx(systemActor(countyCode), await now(), (tx) => signIn(tx, countyCode, login, password));
    await attempts.succeeded(address, login);
    await begin(request, { accountId: actor.accountId, countyCode: actor.countyCode });
    response.set('Cache-Control', 'no-store').json({});
  });
  router.get('/session', (request, response) => {
    known(undefined, request.query);
    response.set('Cache-Control', 'no-store').json({ signedIn: request.session.accountId !== undefined });
  });
  router.delete('/session', async (request, response) => {
    await end(request);
    response.json({});
  });
  router.get('/words', (request, response) => {
    const query = WordsQuery.safeParse(known(WordsQuery, request.query), { reportInput: true });
    if (!query.success) throw new Refusal(422, faultsOf(query.error, '/query'));
    response.json(pageWords[query.data.locale]);
  });
  return router;
}

/** What problems say travels with each problem. */
const wordsOf = (locale: Locale) =>
  Object.fromEntries(
    keysOf(locale)
      .filter((key) => !/^(problem|remedy)\./.test(key))
      .map((key) => [key, say(locale, key)]),
  );
const pageWords: Readonly<Record<Locale, Readonly<Record<string, string>>>> = {
  'zh-CN': wordsOf('zh-CN'),
  en: wordsOf('en'),
};
