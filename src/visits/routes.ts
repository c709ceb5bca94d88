// src/visits/routes.ts: the team member's doors: what is owed, what was done at a door, and what became of it.
import * as z from 'zod';
import { CLINICAL, clinicalAreas, coversArea } from '../access/store.ts';
import { dateOf } from '../platform/civil.ts';
import { DomainError, Status } from '../platform/errors.ts';
import { civilDay } from '../platform/http/forms.ts';
import { cursorOf, PageQuery, pageOf, pageSchema } from '../platform/http/page.ts';
import { everyone, type Route, route } from '../platform/http/route.ts';
import { tellsIllness } from '../tasks/rules/neutral.ts';
import { type TaskListed, tasksListed } from '../tasks/store/listed.ts';
import { confirmVisit } from './acts/confirm.ts';
import { declareOutage } from './acts/outages.ts';
import { recordVisit } from './acts.ts';
import { NewVisit, OutageForm, OutagePage, OutageQuery, OutageReply, VisitReceipt } from './schema.ts';
import { visitOf } from './store/book.ts';
import { outagesListed } from './store/outages.ts';

const IdParams = z.object({ id: z.uuid() });

const VisitReply = z.object({
  id: z.uuid(),
  areaCode: z.string(),
  householdId: z.uuid().nullable(),
  accountId: z.uuid(),
  arrivedAt: z.string(),
  recordedAt: z.string(),
  receipt: VisitReceipt,
  records: z.array(z.object({ id: z.uuid(), kind: z.string(), body: z.unknown() })),
});

const ConfirmedReply = z.object({
  visitId: z.uuid(),
  records: z.array(z.uuid()),
  closed: z.array(z.uuid()).describe('the tasks of the confirming side that it closed'),
});

const TaskQuery = PageQuery.extend({
  area: z
    .string()
    .regex(/^\d{6}(\d{3}){0,2}$/)
    .describe('a village, a town or the county'),
  state: z
    .enum(['open', 'late', 'held', 'away', 'pending', 'closed'])
    .default('open')
    .describe('held, away and pending: open, its clock standing for that reason'),
});
const TaskReply = z.object({
  id: z.uuid(),
  kind: z.string().describe('home_visit where the reader has no clinical role: what it is about is not hers to know'),
  subject: z.string(),
  subjectId: z.string(),
  areaCode: z.string(),
  householdId: z.uuid().nullable(),
  householdName: z.string().nullable(),
  personId: z.uuid().nullable(),
  personName: z.string().nullable(),
  side: z.string(),
  opensOn: z.string(),
  dueOn: z.string(),
  boundedUntil: z.string().nullable().describe('the person leaves on this day'),
  campaignId: z.uuid().nullable(),
  dutyTitle: z.string().nullable(),
  stopped: z
    .enum(['held', 'away', 'pending'])
    .nullable()
    .describe('why its clock stands today: a hold, known to be away, or a change of the register that waits'),
  late: z.boolean(),
  closedOn: z.string().nullable(),
  closeReason: z.string().nullable(),
});

/** Who has no clinical role sees that the medical team owes a visit to a household, and nothing of whom and why. */
function neutral(task: TaskListed): TaskListed {
  if (!tellsIllness(task)) return task;
  const household = { subject: 'household', subjectId: task.householdId ?? '', personId: null, personName: null };
  return { ...task, ...household, kind: 'home_visit', boundedUntil: null, campaignId: null, dutyTitle: null };
}

export const visitRoutes: readonly Route[] = [
  route(
    {
      method: 'post',
      path: '/visits',
      summary: '入户记录 One stop at a door with its records; accepted or put to review, never refused',
      roles: everyone,
      afterPost: true,
      body: NewVisit,
      reply: VisitReceipt,
      status: 201,
    },
    ({ tx, actor, body, asOf }) => recordVisit(tx, actor, body, asOf),
  ),
  route(
    {
      method: 'get',
      path: '/visits/:id',
      summary: '入户记录详情 A stop with its records, as far as the reader may see them',
      roles: everyone,
      params: IdParams,
      reply: VisitReply,
    },
    async ({ tx, actor, params: { id } }) => {
      const visit = await visitOf(tx, actor.countyCode, id);
      if (!visit) throw new DomainError(Status.missing, { code: 'visit_unknown' });
      const mine = visit.accountId === actor.accountId || (await coversArea(tx, actor, visit.areaCode, CLINICAL));
      const receipt = mine
        ? visit.receipt
        : { ...visit.receipt, records: visit.receipt.records.map((record) => ({ ...record, judgement: null })) };
      return { ...visit, receipt, records: [...visit.records] };
    },
  ),
  route(
    {
      method: 'post',
      path: '/visits/:id/confirmations',
      summary:
        '共同入户确认 The other side of a joint duty confirms the visit from an account of its own, within three days',
      roles: ['medical', 'cadre'],
      afterPost: true,
      elevated: true,
      params: IdParams,
      reply: ConfirmedReply,
    },
    ({ tx, actor, asOf, params: { id } }) => confirmVisit(tx, actor, id, asOf),
  ),
  route(
    {
      method: 'get',
      path: '/tasks',
      summary: '待办 Tasks of an area, earliest due first',
      roles: everyone,
      query: TaskQuery,
      reply: pageSchema(TaskReply),
    },
    async ({ tx, actor, asOf, query: { area, state, after, limit } }) => {
      const day = dateOf(asOf);
      const from = cursorOf(after, civilDay);
      const found = await tasksListed(
        tx,
        actor.countyCode,
        { areaCode: area, state, after: from && { dueOn: from[0], id: from[1] } },
        day,
        limit + 1,
      );
      const known = await clinicalAreas(tx);
      const shown = found.map((task) => ({
        ...(known.has(task.areaCode) ? task : neutral(task)),
        late: task.closedOn === null && task.stopped === null && task.dueOn < day,
      }));
      return pageOf(shown, limit, (task) => `${task.dueOn}_${task.id}`);
    },
  ),
  route(
    {
      method: 'post',
      path: '/outages',
      summary:
        '通信中断 Declares days without signal in an area, by somebody of no team there: work of those days may be entered later',
      roles: ['supervisor', 'planner', 'admin'],
      body: OutageForm,
      reply: OutageReply,
      status: 201,
    },
    ({ tx, actor, asOf, body }) => declareOutage(tx, actor, body, asOf),
  ),
  route(
    {
      method: 'get',
      path: '/outages',
      summary: '通信中断 Days without signal that touch an area, the latest first',
      roles: everyone,
      query: OutageQuery,
      reply: OutagePage,
    },
    async ({ tx, actor, query: { area, after, limit } }) => {
      const from = cursorOf(after, civilDay);
      const before = from && { fromOn: from[0], id: from[1] };
      const found = await outagesListed(tx, actor.countyCode, area, before, limit + 1);
      return pageOf(found, limit, (outage) => `${outage.fromOn}_${outage.id}`);
    },
  ),
];
