// src/referrals/routes.ts: the doors to referrals: who has one in hand, has the patient left, arrived, and what came of it.
import * as z from 'zod';
import type { Tx } from '../platform/db.ts';
import { DomainError, Status } from '../platform/errors.ts';
import { moment, momentGiven } from '../platform/http/forms.ts';
import { cursorOf, PageQuery, pageOf, pageSchema } from '../platform/http/page.ts';
import { type Role, type Route, route } from '../platform/http/route.ts';
import * as acts from './acts.ts';
import { hasEnded, referralEvents } from './rules.ts';
import { historyOf, type ReferralRow, referralOf, referralsListed } from './store.ts';

const clinical: readonly Role[] = ['medical', 'facility', 'supervisor'];
const IdParams = z.object({ id: z.uuid() });

const Said = z.strictObject({
  occurredAt: momentGiven.optional().describe('when it happened; now, where it is not said'),
  note: z.string().trim().min(1).max(500).optional().describe('codes and facts, no names; a stand-down needs one'),
  seq: z.int().min(1).optional().describe('the number of the last event the sender saw'),
});

const ReferralReply = z.object({
  id: z.uuid(),
  recordId: z.uuid(),
  areaCode: z.string(),
  personId: z.uuid(),
  kind: z.enum(['ordinary', 'urgent']),
  advisedAt: moment,
  recordedAt: moment,
  events: z.array(z.enum(referralEvents)),
  seq: z.int(),
  ownerId: z.uuid().nullable().describe('who has it in hand; null: nobody has said so'),
  ended: z.boolean(),
});
const ReferralListedReply = ReferralReply.extend({ personName: z.string(), villageName: z.string() });
const ReferralHistoryReply = ReferralReply.extend({
  history: z.array(z.object({ kind: z.enum(referralEvents), occurredAt: moment, note: z.string().nullable() })),
});

const reply = (row: ReferralRow) => ({ ...row, events: [...row.events], ended: hasEnded(row.events) });
const withHistory = async (tx: Tx, countyCode: string, row: ReferralRow) => ({
  ...reply(row),
  history: await historyOf(tx, countyCode, row.id),
});

const event = (path: string, summary: string, act: typeof acts.own): Route =>
  route(
    {
      method: 'post',
      path: `/referrals/:id/${path}`,
      summary,
      roles: clinical,
      params: IdParams,
      body: Said,
      reply: ReferralHistoryReply,
    },
    async ({ tx, actor, asOf, params: { id }, body }) =>
      withHistory(tx, actor.countyCode, await act(tx, actor, id, body, asOf)),
  );

export const referralRoutes: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/referrals',
      summary: '转诊 Referrals of one’s areas, latest first',
      roles: clinical,
      query: PageQuery.extend({
        open: z.enum(['true', 'false']).default('true').describe('only those without an outcome'),
      }),
      reply: pageSchema(ReferralListedReply),
    },
    async ({ tx, actor, query: { open, after, limit } }) => {
      const from = cursorOf(after, moment);
      const before = from && { advisedAt: from[0], id: from[1] };
      const found = await referralsListed(tx, actor.countyCode, { open: open === 'true', before }, limit + 1);
      return pageOf(
        found.map((row) => ({ ...reply(row), personName: row.personName, villageName: row.villageName })),
        limit,
        (row) => `${row.advisedAt}_${row.id}`,
      );
    },
  ),
  route(
    {
      method: 'get',
      path: '/referrals/:id',
      summary: '转诊详情 One referral with what has become of it',
      roles: clinical,
      params: IdParams,
      reply: ReferralHistoryReply,
    },
    async ({ tx, actor, params: { id } }) => {
      const found = await referralOf(tx, actor.countyCode, id);
      if (!found) throw new DomainError(Status.missing, { code: 'referral_unknown' });
      return withHistory(tx, actor.countyCode, found);
    },
  ),
  event('own', '接手 Takes a referral in hand: the alarms for an owner stop', acts.own),
  event('leave', '已出发 The patient has set out', acts.leave),
  event('arrive', '已到达 The patient has arrived: the alarms for arrival stop', acts.arrive),
  event('outcome', '结果 What came of it; ends the referral', acts.outcome),
  event('stand-down', '解除 Ends a referral whose reading was wrong; what was told stands', acts.standDown),
];
