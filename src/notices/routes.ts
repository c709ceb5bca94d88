// src/notices/routes.ts: one's own notices, and the mailbox of the example county.
import { audit } from '../platform/audit.ts';
import { DomainError, Status } from '../platform/errors.ts';
import { PageQuery, pageOf } from '../platform/http/page.ts';
import { everyone, type Route, route } from '../platform/http/route.ts';
import { MailPage, MailParams, MailQuery, MailReply, NoticePage, Preferences } from './schema.ts';
import { setReminders, wantsReminders } from './store/preferences.ts';
import { mailOf, mailsAfter, noticesOf } from './store/reading.ts';

export const noticesRoutes: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/notices',
      summary: '我的通知 My notices, the newest first',
      roles: everyone,
      query: PageQuery,
      reply: NoticePage,
    },
    async ({ tx, actor, query }) =>
      pageOf(
        await noticesOf(tx, actor.countyCode, actor.accountId, query.after ?? null, query.limit + 1),
        query.limit,
        ({ id }) => id,
      ),
  ),
  route(
    {
      method: 'get',
      path: '/notices/preferences',
      summary: '我的通知设置 What I am told without being asked; yes, until I say no',
      roles: everyone,
      reply: Preferences,
    },
    async ({ tx, actor }) => ({ reminders: await wantsReminders(tx, actor.countyCode, actor.accountId) }),
  ),
  route(
    {
      method: 'put',
      path: '/notices/preferences',
      summary: '修改通知设置 Says yes or no to the reminders of what my teams owe',
      roles: everyone,
      body: Preferences,
      reply: Preferences,
    },
    async ({ tx, actor, asOf, body }) => {
      await setReminders(tx, actor.countyCode, actor.accountId, body.reminders);
      await audit(tx, actor, asOf, 'notices.preferences', `account/${actor.accountId}`, body);
      return body;
    },
  ),
  route(
    {
      method: 'get',
      path: '/mailbox',
      summary: '示例邮箱 Every mail the example county has sent, the newest first',
      roles: ['planner', 'admin'],
      query: MailQuery,
      reply: MailPage,
    },
    async ({ tx, query }) =>
      pageOf(
        await mailsAfter(tx, query.to ?? '', query.after ? Number(query.after) : null, query.limit + 1),
        query.limit,
        ({ id }) => String(id),
      ),
  ),
  route(
    {
      method: 'get',
      path: '/mailbox/:id',
      summary: '一封邮件 One mail',
      roles: ['planner', 'admin'],
      params: MailParams,
      reply: MailReply,
    },
    async ({ tx, params }) => {
      const mail = await mailOf(tx, params.id);
      if (!mail) throw new DomainError(Status.missing, { code: 'notice_unknown' });
      return mail;
    },
  ),
];
