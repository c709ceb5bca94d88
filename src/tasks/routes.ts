// src/tasks/routes.ts: holds, promises, moves, hand-overs and calls for help.
import { dateOf } from '../platform/civil.ts';
import { civilDay, moment } from '../platform/http/forms.ts';
import { cursorOf, PageQuery, pageOf } from '../platform/http/page.ts';
import { type Role, type Route, route } from '../platform/http/route.ts';
import * as devices from './acts/devices.ts';
import * as help from './acts/help.ts';
import * as acts from './acts.ts';
import * as schema from './schema.ts';
import { awayPastWindow } from './store/absences.ts';
import { devicesListed } from './store/devices.ts';
import { openHelp } from './store/help.ts';

const FIELD: readonly Role[] = ['medical', 'cadre', 'facility', 'supervisor', 'planner'];
const POSTS: readonly Role[] = ['medical', 'cadre', 'facility'];
const DESK: readonly Role[] = ['supervisor', 'planner'];

export const tasksRoutes: readonly Route[] = [
  route(
    {
      method: 'post',
      path: '/holds',
      summary:
        '申请暂缓 Stops the clock of a task, a household, a village or a team; over 7 days, or a village, waits for an approver',
      roles: FIELD,
      body: schema.HoldBody,
      reply: schema.HoldReply,
      status: 201,
    },
    ({ tx, actor, asOf, body }) => acts.requestHold(tx, actor, body, asOf),
  ),
  route(
    {
      method: 'post',
      path: '/holds/:id/approve',
      summary: '批准暂缓 Grants a hold that somebody else asked for',
      roles: DESK,
      params: schema.IdParams,
      reply: schema.Done,
    },
    async ({ tx, actor, asOf, params }) => {
      await acts.approveHold(tx, actor, params.id, asOf);
      return {};
    },
  ),
  route(
    {
      method: 'post',
      path: '/holds/:id/lift',
      summary: '提前结束暂缓 Ends a hold early',
      roles: FIELD,
      params: schema.IdParams,
      body: schema.LiftBody,
      reply: schema.Done,
    },
    async ({ tx, actor, asOf, params, body }) => {
      await acts.liftHold(tx, actor, params.id, body.liftedOn ?? null, asOf);
      return {};
    },
  ),
  route(
    {
      method: 'post',
      path: '/tasks/:id/acknowledge',
      summary: '承诺完成日 Promises a day for a late task: its ladder rests until then',
      roles: FIELD,
      params: schema.IdParams,
      body: schema.AcknowledgeBody,
      reply: schema.Done,
    },
    async ({ tx, actor, asOf, params, body }) => {
      await acts.acknowledge(tx, actor, params.id, body.promisedOn, asOf);
      return {};
    },
  ),
  route(
    {
      method: 'post',
      path: '/tasks/:id/move',
      summary: '改期 Moves a due date, with a reason',
      roles: DESK,
      params: schema.IdParams,
      body: schema.MoveBody,
      reply: schema.Done,
    },
    async ({ tx, actor, asOf, params, body }) => {
      await acts.moveTask(tx, actor, params.id, body.dueOn, body.reason, asOf);
      return {};
    },
  ),
  route(
    {
      method: 'post',
      path: '/tasks/:id/transfer',
      summary: '移交 Hands a task to another team',
      roles: DESK,
      params: schema.IdParams,
      body: schema.TransferBody,
      reply: schema.Done,
    },
    async ({ tx, actor, asOf, params, body }) => {
      await acts.transferTask(tx, actor, params.id, body.teamId, asOf);
      return {};
    },
  ),
  route(
    {
      method: 'post',
      path: '/help',
      summary: '求助 Asks the supervisors for help: in their next digest, and urgent ones ring whoever is on duty',
      roles: FIELD,
      body: schema.HelpBody,
      reply: schema.Made,
      status: 201,
    },
    async ({ tx, actor, asOf, body }) => ({ id: await help.askHelp(tx, actor, body, asOf) }),
  ),
  route(
    {
      method: 'get',
      path: '/help',
      summary: '待答求助 Calls for help that nobody has answered, the longest waiting first',
      roles: FIELD,
      query: schema.HelpQuery,
      reply: schema.HelpPage,
    },
    async ({ tx, actor, query: { area, after, limit } }) => {
      const from = cursorOf(after, moment);
      const found = await openHelp(tx, actor.countyCode, area ?? actor.countyCode, from, limit + 1);
      return pageOf(found, limit, ({ at, id }) => `${at}_${id}`);
    },
  ),
  route(
    {
      method: 'post',
      path: '/help/:id/answer',
      summary: '答复求助 Takes a call for help off the list and tells whoever asked',
      roles: DESK,
      params: schema.IdParams,
      body: schema.AnswerBody,
      reply: schema.Done,
    },
    async ({ tx, actor, asOf, params, body }) => {
      await help.answerHelp(tx, actor, params.id, body, asOf);
      return {};
    },
  ),
  route(
    {
      method: 'post',
      path: '/devices',
      summary: '登记手机 Registers the phone that is signed in: it speaks for its area while the post lasts',
      roles: POSTS,
      body: schema.DeviceBody,
      reply: schema.DeviceReply,
      status: 201,
    },
    ({ tx, actor, asOf, body }) => devices.registerDevice(tx, actor, body, asOf),
  ),
  route(
    {
      method: 'get',
      path: '/devices',
      summary: '手机 The phones of an area, the longest unheard first',
      roles: [...POSTS, 'supervisor', 'planner', 'admin'],
      query: schema.DeviceQuery,
      reply: schema.DevicePage,
    },
    async ({ tx, actor, asOf, query: { area, after, limit } }) => {
      const from = cursorOf(after, moment);
      const place = from && { heardAt: from[0], id: from[1] };
      const found = await devicesListed(tx, actor.countyCode, area, dateOf(asOf), place, limit + 1);
      return pageOf(found, limit, ({ heardAt, id }) => `${heardAt}_${id}`);
    },
  ),
  route(
    {
      method: 'post',
      path: '/devices/:id/retire',
      summary: '停用手机 Takes a lost phone out of its area’s voice',
      roles: [...POSTS, 'supervisor', 'admin'],
      params: schema.IdParams,
      reply: schema.Done,
    },
    async ({ tx, actor, asOf, params }) => {
      await devices.retireDevice(tx, actor, params.id, asOf);
      return {};
    },
  ),
  route(
    {
      method: 'get',
      path: '/absences',
      summary: '窗口后才返回 Open tasks whose people come back only after the window’s end: for the planner to decide',
      roles: DESK,
      query: PageQuery,
      reply: schema.AbsencePage,
    },
    async ({ tx, actor, asOf, query: { after, limit } }) => {
      const from = cursorOf(after, civilDay);
      const place = from && { backOn: from[0], id: from[1] };
      const found = await awayPastWindow(tx, actor.countyCode, dateOf(asOf), place, limit + 1);
      return pageOf(found, limit, ({ backOn, taskId }) => `${backOn}_${taskId}`);
    },
  ),
];
