// src/supervision/routes.ts: the doors to checks, findings, rounds and signals.
import { pageOf } from '../platform/http/page.ts';
import { everyone, type Role, type Route, route } from '../platform/http/route.ts';
import { putRight, recordChecklist, recordRevisit } from './acts/checks.ts';
import { drawReply } from './acts/draw.ts';
import { announceRound, decideRound, endField, roundReply } from './acts/rounds.ts';
import {
  Checklist,
  CheckReply,
  CopiedReadings,
  Deciding,
  DrawReply,
  FindingPage,
  FindingQuery,
  NewRound,
  OfId,
  PutRight,
  Revisit,
  RoundPage,
  RoundQuery,
  RoundReply,
  SignalQuery,
  Summary,
  SummaryQuery,
} from './schema.ts';
import { copiedReadings } from './signals.ts';
import { checkSummary, findingsUnder } from './store/checks.ts';
import { roundsListed } from './store/rounds.ts';

const checkers: readonly Role[] = ['supervisor', 'facility'];
const overseers: readonly Role[] = ['supervisor', 'planner', 'admin'];
const organisers: readonly Role[] = ['supervisor', 'planner'];

export const supervisionRoutes: readonly Route[] = [
  route(
    {
      method: 'post',
      path: '/checks/checklist',
      summary: 'Record a checklist visit to a team; what is not met becomes findings',
      roles: checkers,
      body: Checklist,
      reply: CheckReply,
      status: 201,
    },
    ({ tx, actor, body, asOf }) => recordChecklist(tx, actor, body, asOf),
  ),
  route(
    {
      method: 'post',
      path: '/checks/revisit',
      summary: 'Confirm or refute a recorded visit',
      roles: checkers,
      body: Revisit,
      reply: CheckReply,
      status: 201,
    },
    ({ tx, actor, body, asOf }) => recordRevisit(tx, actor, body, asOf),
  ),
  route(
    {
      method: 'get',
      path: '/checks/summary',
      summary: 'Visits and their records by town and team: of the records, verified, not yet checked, refuted',
      roles: ['supervisor'], // she sees clinical records too: nobody else's count would be whole
      query: SummaryQuery,
      reply: Summary,
    },
    ({ tx, actor, query }) => checkSummary(tx, actor.countyCode, query),
  ),
  route(
    {
      method: 'get',
      path: '/findings',
      summary: 'Findings under an area',
      roles: everyone,
      query: FindingQuery,
      reply: FindingPage,
    },
    async ({ tx, actor, query }) => {
      const found = await findingsUnder(tx, actor.countyCode, { ...query, limit: query.limit + 1 });
      return pageOf(found, query.limit, ({ id }) => id);
    },
  ),
  route(
    {
      method: 'post',
      path: '/findings/:id/put-right',
      summary: 'Put a finding right, with a proof',
      roles: ['medical', 'cadre', 'facility', 'supervisor'],
      params: OfId,
      body: PutRight,
      reply: OfId,
    },
    async ({ tx, actor, params, body, asOf }) => {
      await putRight(tx, actor, params.id, body, asOf);
      return { id: params.id };
    },
  ),
  route(
    {
      method: 'post',
      path: '/rounds',
      summary: 'Announce a round of re-visits: its rule, and the hash of a seed that is published with the draw',
      roles: organisers,
      body: NewRound,
      reply: RoundReply,
      status: 201,
    },
    async ({ tx, actor, keys, body, asOf }) => {
      const id = await announceRound(tx, actor, keys, body, { plannedBy: actor.accountId }, asOf);
      if (id === null) throw new Error('a round without a key is announced once');
      return roundReply(tx, actor, id);
    },
  ),
  route(
    {
      method: 'get',
      path: '/rounds/:id',
      summary: 'A round as it stands',
      roles: overseers,
      params: OfId,
      reply: RoundReply,
    },
    ({ tx, actor, params }) => roundReply(tx, actor, params.id),
  ),
  route(
    {
      method: 'get',
      path: '/rounds',
      summary: 'Rounds of the county, with the hash of each seed',
      roles: everyone,
      query: RoundQuery,
      reply: RoundPage,
    },
    async ({ tx, actor, query: { after, limit } }) =>
      pageOf(await roundsListed(tx, actor.countyCode, after, limit + 1), limit, ({ id }) => id),
  ),
  route(
    {
      method: 'get',
      path: '/rounds/:id/draw',
      summary: 'What a round drew, from what and how, so that a stranger can draw it again: docs/draws.md',
      roles: everyone,
      params: OfId,
      reply: DrawReply,
    },
    ({ tx, actor, params }) => drawReply(tx, actor, params.id),
  ),
  route(
    {
      method: 'post',
      path: '/rounds/:id/end-field',
      summary: 'End a field work that is past due: re-visits never made stand as such in their lots',
      roles: organisers,
      params: OfId,
      body: Deciding,
      reply: RoundReply,
    },
    async ({ tx, actor, params, body, asOf }) => {
      await endField(tx, actor, params.id, body.reason, asOf);
      return roundReply(tx, actor, params.id);
    },
  ),
  route(
    {
      method: 'post',
      path: '/rounds/:id/decide',
      summary: 'Decide every lot of an answered round, as somebody who had no part in it',
      roles: organisers,
      params: OfId,
      body: Deciding,
      reply: RoundReply,
    },
    async ({ tx, actor, params, body, asOf }) => {
      await decideRound(tx, actor, params.id, body.reason, asOf);
      return roundReply(tx, actor, params.id);
    },
  ),
  route(
    {
      method: 'get',
      path: '/signals/copied-readings',
      summary: 'Teams whose blood pressures repeat, with a bound on chance: a question, never a verdict',
      roles: ['supervisor'],
      query: SignalQuery,
      reply: CopiedReadings,
    },
    ({ tx, actor, query }) => copiedReadings(tx, actor, query.campaign),
  ),
];
