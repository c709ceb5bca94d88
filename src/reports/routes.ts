// src/reports/routes.ts: the figures of a campaign, each computed when it is asked for.
import * as z from 'zod';
import { clinicalAreas } from '../access/store.ts';
import { idParams } from '../campaigns/schema.ts';
import { canonicalJson } from '../platform/crypto.ts';
import { cursorOf, pageOf } from '../platform/http/page.ts';
import { type Role, type Route, route } from '../platform/http/route.ts';
import { tellsIllness } from '../tasks/rules/neutral.ts';
import { closingReport } from './closing.ts';
import { goals } from './goals.ts';
import { progress } from './progress.ts';
import { goalsReply, lateQuery, lateReply, progressReply, reportReply } from './schema.ts';
import { subjectOf } from './scope.ts';
import { sealOf } from './store/seal.ts';
import { lateTasks } from './store/tasks.ts';

const readers: readonly Role[] = ['admin', 'planner', 'supervisor', 'bureau'];

export const reportRoutes: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/campaigns/:id/progress',
      summary: 'Where a campaign stands today',
      roles: readers,
      params: idParams,
      reply: progressReply,
    },
    async ({ tx, actor, params, asOf }) => {
      const { towns, days, duties, late, ...rest } = await progress(tx, actor.countyCode, params.id, asOf);
      return {
        ...rest,
        towns: [...towns],
        days: [...days],
        duties: duties.map((duty) => ({ ...duty, states: { ...duty.states } })),
        late: [...late],
      };
    },
  ),
  route(
    {
      method: 'get',
      path: '/campaigns/:id/goals',
      summary: 'Its goals, counted now',
      roles: readers,
      params: idParams,
      reply: goalsReply,
    },
    async ({ tx, actor, params, asOf }) => ({ goals: await goals(tx, actor.countyCode, params.id, asOf) }),
  ),
  route(
    {
      method: 'get',
      path: '/campaigns/:id/late',
      summary: 'Tasks past due with their rung, late inside their grace or overdue past it, the longest late first',
      roles: readers,
      params: idParams,
      query: lateQuery,
      reply: lateReply,
    },
    async ({ tx, actor, params, query, asOf }) => {
      const { scope } = await subjectOf(tx, actor.countyCode, params.id, asOf);
      const from = cursorOf(query.after, z.string().regex(/^\d{1,4}$/));
      const after = from && { lateDays: Number(from[0]), id: from[1] };
      const tasks = await lateTasks(tx, scope, query.level ?? null, after, query.limit + 1);
      // Who has no clinical role sees that a visit is late, and nothing of why.
      const known = await clinicalAreas(tx);
      const told = tasks.map((task) =>
        tellsIllness(task) && !known.has(task.areaCode) ? { ...task, kind: 'home_visit', duty: null } : task,
      );
      return pageOf(told, query.limit, (task) => `${task.lateDays}_${task.id}`);
    },
  ),
  route(
    {
      method: 'get',
      path: '/campaigns/:id/report',
      summary: 'Its closing report: as sealed, or as it would be today',
      roles: readers,
      params: idParams,
      reply: reportReply,
    },
    async ({ tx, actor, params, asOf }) => {
      const seal = await sealOf(tx, actor.countyCode, params.id);
      if (seal) return { sealed: true, hash: seal.hash, report: seal.report as Record<string, unknown> };
      return {
        sealed: false,
        hash: null,
        report: JSON.parse(canonicalJson(await closingReport(tx, actor.countyCode, params.id, asOf))) as Record<
          string,
          unknown
        >,
      };
    },
  ),
];
