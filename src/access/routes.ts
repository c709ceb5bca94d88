// src/access/routes.ts: one's own account.
import { dateOf } from '../platform/civil.ts';
import { DomainError, Status } from '../platform/errors.ts';
import { everyone, type Route, route } from '../platform/http/route.ts';
import { changeLocale, changePassword } from './acts.ts';
import { Language, Me, NewPassword, Nothing } from './schema.ts';
import { signedRow } from './store.ts';

export const accessRoutes: readonly Route[] = [
  route(
    { method: 'get', path: '/me', summary: '我是谁 Who I am, with my roles of today', roles: everyone, reply: Me },
    async ({ tx, actor, asOf }) => {
      const found = await signedRow(tx, actor.accountId, dateOf(asOf));
      if (!found) throw new DomainError(Status.unsigned, { code: 'not_signed_in' });
      return { ...found, grants: [...found.grants] };
    },
  ),
  route(
    {
      method: 'put',
      path: '/me/locale',
      summary: '换语言 Change my language',
      roles: everyone,
      body: Language,
      reply: Nothing,
    },
    async ({ tx, actor, body }) => {
      await changeLocale(tx, actor, body.locale);
      return {};
    },
  ),
  route(
    {
      method: 'put',
      path: '/me/password',
      summary: '改密码 Change my password; ends my sessions, this one too',
      roles: everyone,
      body: NewPassword,
      reply: Nothing,
      elevated: true,
    },
    async ({ tx, actor, body, asOf }) => {
      await changePassword(tx, actor, body.current, body.next, asOf);
      return {};
    },
  ),
];
