// src/followups/routes.ts: the doors to somebody's programmes: what is owed next, and how each visit was judged.
import * as z from 'zod';
import { dateOf } from '../platform/civil.ts';
import { civilDay } from '../platform/http/forms.ts';
import { type Role, type Route, route } from '../platform/http/route.ts';
import { endEnrolment, enrol } from './acts.ts';
import { followupsOf } from './store.ts';

const clinical: readonly Role[] = ['medical', 'facility', 'supervisor'];
const IdParams = z.object({ id: z.uuid() });

const FollowupsReply = z.object({
  enrolments: z.array(
    z.object({
      id: z.uuid(),
      programme: z.string(),
      fromOn: z.string(),
      toOn: z.string().nullable(),
      nextDueOn: z.string().nullable(),
      judgements: z.array(
        z.object({
          recordId: z.uuid(),
          occurredAt: z.string(),
          class: z.string(),
          referral: z.string().nullable(),
          rule: z.string(),
          source: z.string(),
          grade: z.string(),
        }),
      ),
    }),
  ),
});

export const followupRoutes: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/people/:id/followups',
      summary: '随访 Somebody’s programmes, what is owed next, and how each visit was judged and by which rule',
      roles: clinical,
      params: IdParams,
      reply: FollowupsReply,
    },
    async ({ tx, actor, params: { id } }) => ({
      enrolments: (await followupsOf(tx, actor.countyCode, id)).map((enrolment) => ({
        ...enrolment,
        judgements: [...enrolment.judgements],
      })),
    }),
  ),
  route(
    {
      method: 'post',
      path: '/people/:id/enrolments',
      summary: '纳入管理 Enrols somebody in a programme; the first follow-up is due a quarter later',
      roles: clinical,
      params: IdParams,
      body: z.strictObject({ programme: z.enum(['htn', 't2dm']), fromOn: civilDay.optional() }),
      reply: z.object({ id: z.uuid(), dueOn: z.string() }),
      status: 201,
    },
    ({ tx, actor, asOf, params: { id }, body }) => enrol(tx, actor, { personId: id, ...body }, asOf),
  ),
  route(
    {
      method: 'post',
      path: '/enrolments/:id/end',
      summary: '终止管理 Ends an enrolment; what it still owes is excused with the reason',
      roles: clinical,
      params: IdParams,
      body: z.strictObject({ on: civilDay.optional(), reason: z.string().trim().min(1).max(200) }),
      reply: z.object({}),
    },
    async ({ tx, actor, asOf, params: { id }, body }) => {
      await endEnrolment(tx, actor, id, { on: body.on ?? dateOf(asOf), reason: body.reason }, asOf);
      return {};
    },
  ),
];
