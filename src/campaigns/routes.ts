// src/campaigns/routes.ts: the doors of a campaign: its file in and out, and every decision people take about it.
import * as z from 'zod';
import { civilDay, moment } from '../platform/http/forms.ts';
import { PageQuery, pageOf, pageSchema } from '../platform/http/page.ts';
import { type Role, type Route, route } from '../platform/http/route.ts';
import { cancelCampaign, pauseCampaign, resumeCampaign } from './acts/course.ts';
import {
  approvalState,
  approveCampaign,
  draftCampaign,
  exportCampaign,
  reviseCampaign,
  submitCampaign,
} from './acts/draft.ts';
import { extendCampaign } from './acts/extension.ts';
import { campaignReadiness, requestLaunch, waiveCheck } from './acts/launch.ts';
import { findCampaign } from './acts/lookup.ts';
import { approveBody, draftBody, extendBody, idParams, pauseBody, reasonBody, waiveBody } from './schema.ts';
import { type CampaignRow, campaignsOf, stagesOf } from './store/campaign.ts';

const planners: readonly Role[] = ['admin', 'planner'];
const readers: readonly Role[] = ['admin', 'planner', 'supervisor', 'bureau', 'medical', 'cadre', 'facility'];

const summary = z.object({
  id: z.uuid(),
  key: z.string(),
  name: z.string(),
  revision: z.number().int(),
  stage: z.string(),
  window: z.object({ from: civilDay, to: civilDay }),
  notice: z.object({ no: z.string(), on: civilDay }),
  launchedAt: moment.nullable(),
  askedTo: civilDay.nullable().describe('an end that waits for the bureaus’ signatures'),
});
const approvals = z.object({ approved: z.array(z.string()), missing: z.array(z.string()) });
const whole = summary.extend({
  definition: z.record(z.string(), z.unknown()).describe('the file as validated'),
  approvals,
  stages: z.array(
    z.object({
      seq: z.number().int(),
      stage: z.string(),
      at: moment,
      reason: z.string().nullable(),
      detail: z.record(z.string(), z.unknown()).nullable(),
    }),
  ),
});
const readinessReply = z.object({
  ready: z.boolean(),
  checks: z.array(
    z.object({
      code: z.string(),
      severity: z.enum(['blocker', 'warning']),
      subject: z.string().describe('a division, a duty or a Monday; empty: the whole campaign'),
      count: z.number().int(),
      ownerId: z.uuid().nullable().describe('who can put it right'),
      waived: z.string().nullable().describe('the reason it was waived for'),
    }),
  ),
});
const done = z.object({});
const moved = z.object({ moved: z.number().int() });
const extended = moved.extend({
  to: civilDay.describe('the end that stands now'),
  waitsFor: z.array(z.string()).describe('bureaus that must sign before it moves; none where it has moved'),
  goals: z.object({
    moved: z.array(z.string()).describe('goals whose date moved with the end'),
    kept: z.array(z.object({ key: z.string(), by: civilDay, why: z.literal('own_date') })),
  }),
});

const summaryOf = (row: CampaignRow) => ({
  id: row.id,
  key: row.key,
  name: row.name,
  revision: row.revision,
  stage: row.stage,
  window: { from: row.windowFrom, to: row.windowTo },
  notice: { no: row.noticeNo, on: row.noticeOn },
  launchedAt: row.launchedAt,
  askedTo: row.askedTo,
});

export const campaignRoutes: readonly Route[] = [
  route(
    {
      method: 'post',
      path: '/campaigns',
      summary: 'Draft a campaign from its YAML file; every fault comes back with its line',
      roles: planners,
      body: draftBody,
      reply: z.object({ id: z.uuid() }),
      status: 201,
    },
    ({ tx, actor, body, asOf }) => draftCampaign(tx, actor, body.yaml, asOf),
  ),
  route(
    {
      method: 'get',
      path: '/campaigns',
      summary: 'Campaigns by key',
      roles: readers,
      query: PageQuery,
      reply: pageSchema(summary),
    },
    async ({ tx, actor, query: { after, limit } }) => {
      const found = await campaignsOf(tx, actor.countyCode, after ?? '', limit + 1);
      return pageOf(found.map(summaryOf), limit, ({ key }) => key);
    },
  ),
  route(
    {
      method: 'get',
      path: '/campaigns/:id',
      summary: 'One campaign with its file, approvals and stages',
      roles: readers,
      params: idParams,
      reply: whole,
    },
    async ({ tx, actor, params }) => {
      const campaign = await findCampaign(tx, actor.countyCode, params.id);
      const { approved, missing } = await approvalState(tx, actor, campaign);
      return {
        ...summaryOf(campaign),
        definition: { ...campaign.definition },
        approvals: { approved: [...approved], missing: [...missing] },
        stages: (await stagesOf(tx, actor.countyCode, params.id)).map((stage) => ({
          ...stage,
          detail: stage.detail ? { ...stage.detail } : null,
        })),
      };
    },
  ),
  route(
    {
      method: 'get',
      path: '/campaigns/:id/export',
      summary: 'The campaign as one YAML file, to review or clone',
      roles: readers,
      params: idParams,
      reply: z.object({ yaml: z.string() }),
    },
    async ({ tx, actor, params }) => ({ yaml: await exportCampaign(tx, actor, params.id) }),
  ),
  route(
    {
      method: 'put',
      path: '/campaigns/:id',
      summary: 'Revise a campaign that is not approved yet; bureaus approve anew',
      roles: planners,
      params: idParams,
      body: draftBody,
      reply: z.object({ revision: z.number().int() }),
    },
    ({ tx, actor, params, body, asOf }) => reviseCampaign(tx, actor, params.id, body.yaml, asOf),
  ),
  route(
    {
      method: 'post',
      path: '/campaigns/:id/submit',
      summary: 'Lay it before the issuing bureaus',
      roles: planners,
      params: idParams,
      reply: done,
    },
    async ({ tx, actor, params, asOf }) => {
      await submitCampaign(tx, actor, params.id, asOf);
      return {};
    },
  ),
  route(
    {
      method: 'post',
      path: '/campaigns/:id/approve',
      summary: 'Approve it for one’s bureau, or the end that is asked for',
      roles: ['bureau'],
      params: idParams,
      body: approveBody,
      reply: approvals,
    },
    async ({ tx, actor, params, body, asOf }) => {
      const { approved, missing } = await approveCampaign(tx, actor, params.id, body.bureau ?? null, asOf);
      return { approved: [...approved], missing: [...missing] };
    },
  ),
  route(
    {
      method: 'get',
      path: '/campaigns/:id/readiness',
      summary: 'What stands between it and its launch',
      roles: ['admin', 'planner', 'supervisor', 'bureau'],
      params: idParams,
      reply: readinessReply,
    },
    async ({ tx, actor, params, asOf }) => {
      const { ready, checks } = await campaignReadiness(tx, actor, params.id, asOf);
      return { ready, checks: [...checks] };
    },
  ),
  route(
    {
      method: 'post',
      path: '/campaigns/:id/waive',
      summary: 'Accept a warning, with a reason that stands in the closing report',
      roles: planners,
      params: idParams,
      body: waiveBody,
      reply: done,
    },
    async ({ tx, actor, params, body, asOf }) => {
      await waiveCheck(tx, actor, params.id, body, asOf);
      return {};
    },
  ),
  route(
    {
      method: 'post',
      path: '/campaigns/:id/launch',
      summary: 'Ask for the launch: through the gate, then at once or when the window opens',
      roles: planners,
      params: idParams,
      reply: done,
    },
    async ({ tx, actor, params, asOf }) => {
      await requestLaunch(tx, actor, params.id, asOf);
      return {};
    },
  ),
  route(
    {
      method: 'post',
      path: '/campaigns/:id/pause',
      summary: 'Stop its clock until a day',
      roles: planners,
      params: idParams,
      body: pauseBody,
      reply: done,
    },
    async ({ tx, actor, params, body, asOf }) => {
      await pauseCampaign(tx, actor, params.id, body.reason, body.until, asOf);
      return {};
    },
  ),
  route(
    {
      method: 'post',
      path: '/campaigns/:id/resume',
      summary: 'Set it going again; open tasks are planned over the days left',
      roles: planners,
      params: idParams,
      body: reasonBody,
      reply: moved,
    },
    ({ tx, actor, params, body, asOf }) => resumeCampaign(tx, actor, params.id, body.reason, asOf),
  ),
  route(
    {
      method: 'post',
      path: '/campaigns/:id/extend',
      summary: 'Move its end, later or earlier again; more than 30 days past the signed end the bureaus sign anew',
      roles: planners,
      params: idParams,
      body: extendBody,
      reply: extended,
    },
    async ({ tx, actor, params, body, asOf }) => {
      const { goals, waitsFor, ...rest } = await extendCampaign(tx, actor, params.id, body.to, body.reason, asOf);
      return { ...rest, waitsFor: [...waitsFor], goals: { moved: [...goals.moved], kept: [...goals.kept] } };
    },
  ),
  route(
    {
      method: 'post',
      path: '/campaigns/:id/cancel',
      summary: 'Give it up: its tasks are excused, what it claimed goes back to routine',
      roles: planners,
      params: idParams,
      body: reasonBody,
      reply: done,
    },
    async ({ tx, actor, params, body, asOf }) => {
      await cancelCampaign(tx, actor, params.id, body.reason, asOf);
      return {};
    },
  ),
];
