// src/clinics/routes.ts: the doors to clinic sessions.
import type * as z from 'zod';
import { dateOf } from '../platform/civil.ts';
import { type Call, everyone, type Role, type Route, route } from '../platform/http/route.ts';
import { checkIn, recordFinding } from './acts/desk.ts';
import { closeSession, fileSheets, reportSession } from './acts/report.ts';
import * as acts from './acts.ts';
import { board, sessionReply } from './board.ts';
import {
  BoardQuery,
  BoardReply,
  Cancelling,
  CheckIn,
  CheckInReply,
  Closing,
  Finding,
  NewSession,
  Nothing,
  Rescheduling,
  SessionParams,
  SessionReply,
  Sheets,
  Staffing,
} from './schema.ts';

const organisers: readonly Role[] = ['planner', 'supervisor', 'facility'];
/** A village's doctor at the desk is named for the session; its report is the town's. */
const atTheDesk: readonly Role[] = ['facility', 'medical', 'supervisor'];
const accountable: readonly Role[] = ['facility', 'supervisor'];

/** A deed that answers with the session as it then stands. */
const deed = <B>(
  path: string,
  summary: string,
  roles: readonly Role[],
  body: z.ZodType<B>,
  act: (call: Call<SessionParams, undefined, B>) => Promise<unknown>,
): Route =>
  route(
    { method: 'post', path: `/clinics/:id/${path}`, summary, roles, params: SessionParams, body, reply: SessionReply },
    async (call: Call<SessionParams, undefined, B>) => {
      await act(call);
      return sessionReply(call.tx, call.actor, call.params.id);
    },
  );

export const clinicRoutes: readonly Route[] = [
  route(
    {
      method: 'post',
      path: '/clinics',
      summary: 'Plan a clinic session in a town',
      roles: organisers,
      body: NewSession,
      reply: SessionReply,
      status: 201,
    },
    async ({ tx, actor, body, asOf }) => sessionReply(tx, actor, await acts.planSession(tx, actor, body, asOf)),
  ),
  route(
    {
      method: 'get',
      path: '/clinics/board',
      summary: 'Towns and weeks of a drive, with the towns that have no clinic and the days left',
      roles: everyone,
      query: BoardQuery,
      reply: BoardReply,
    },
    ({ tx, actor, query, asOf }) => board(tx, actor, query.campaign, dateOf(asOf)),
  ),
  route(
    {
      method: 'get',
      path: '/clinics/:id',
      summary: 'A session with its three numbers and its history',
      roles: everyone,
      params: SessionParams,
      reply: SessionReply,
    },
    ({ tx, actor, params }) => sessionReply(tx, actor, params.id),
  ),
  deed('staff', 'Name the staff of a session', organisers, Staffing, ({ tx, actor, params, body, asOf }) =>
    acts.staffSession(tx, actor, params.id, body, asOf),
  ),
  deed('announce', 'Tell the staff now', organisers, Nothing, ({ tx, actor, params, asOf }) =>
    acts.announce(tx, actor, params.id, asOf),
  ),
  deed('open', 'Open the doors', atTheDesk, Nothing, ({ tx, actor, params, asOf }) =>
    acts.openSession(tx, actor, params.id, asOf),
  ),
  deed('findings', 'Write what was found and what follows', atTheDesk, Finding, ({ tx, actor, params, body, asOf }) =>
    recordFinding(tx, actor, params.id, body, asOf),
  ),
  deed(
    'close',
    'Close the doors; every finding has its disposition',
    atTheDesk,
    Closing,
    ({ tx, actor, params, body, asOf }) => closeSession(tx, actor, params.id, asOf, body.lateReason),
  ),
  deed(
    'report',
    'Report the session, which discharges what its town owed',
    accountable,
    Nothing,
    ({ tx, actor, params, asOf }) => reportSession(tx, actor, params.id, asOf),
  ),
  deed(
    'sheets',
    'File signed sheets: a late entry counts once they cover its person-times',
    organisers,
    Sheets,
    ({ tx, actor, params, body, asOf }) => fileSheets(tx, actor, params.id, body, asOf),
  ),
  deed(
    'reschedule',
    'Move a session that has not opened',
    organisers,
    Rescheduling,
    ({ tx, actor, params, body, asOf }) => acts.reschedule(tx, actor, params.id, body, asOf),
  ),
  deed('cancel', 'Call a session off', organisers, Cancelling, ({ tx, actor, params, body, asOf }) =>
    acts.cancel(tx, actor, params.id, body.reason, asOf),
  ),
  route(
    {
      method: 'post',
      path: '/clinics/:id/check-in',
      summary: 'Sign somebody in; a known person counts once',
      roles: atTheDesk,
      params: SessionParams,
      body: CheckIn,
      reply: CheckInReply,
      status: 201,
    },
    ({ tx, actor, params, body, asOf }) => checkIn(tx, actor, params.id, body, asOf),
  ),
];
