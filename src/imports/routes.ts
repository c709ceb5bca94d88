// src/imports/routes.ts: the doors by which a county brings its registers in.
import { DomainError, Status } from '../platform/errors.ts';
import { pageOf } from '../platform/http/page.ts';
import { type Role, type Route, route } from '../platform/http/route.ts';
import { importWorkbook, readUpload } from './acts.ts';
import { sayLine, sayReport } from './report.ts';
import * as shape from './schema.ts';
import { badLinesOf, batchesOf, batchOf } from './store.ts';

const registrars: readonly Role[] = ['admin', 'planner'];

export const importRoutes: readonly Route[] = [
  route(
    {
      method: 'post',
      path: '/imports/:kind',
      summary: '导入登记册 Bring an xlsx register in: good rows are written, bad ones come back with what to do',
      roles: registrars,
      params: shape.KindParams,
      query: shape.UploadQuery,
      body: shape.Workbook,
      reply: shape.ReportReply,
      status: 201,
      elevated: true,
      before: ({ params: { kind }, query, body }) => readUpload(kind, body, query),
    },
    async ({ tx, actor, keys, ready, asOf }) => sayReport(await importWorkbook(tx, actor, keys, ready, asOf)),
  ),
  route(
    {
      method: 'get',
      path: '/imports',
      summary: '导入记录 What was brought in, newest first',
      roles: registrars,
      query: shape.ListQuery,
      reply: shape.BatchPage,
    },
    async ({ tx, actor, query: { after, limit } }) =>
      pageOf(await batchesOf(tx, actor.countyCode, after ?? null, limit + 1), limit, ({ id }) => id),
  ),
  route(
    {
      method: 'get',
      path: '/imports/:id/bad-rows',
      summary: '未导入的行 The rows of an import that were not taken, and why',
      roles: registrars,
      params: shape.BatchParams,
      query: shape.LineQuery,
      reply: shape.BadRowPage,
    },
    async ({ tx, actor, params: { id }, query: { after, limit } }) => {
      if (!(await batchOf(tx, actor.countyCode, id))) throw new DomainError(Status.missing, { code: 'import_unknown' });
      const page = pageOf(await badLinesOf(tx, actor.countyCode, id, Number(after ?? 0), limit + 1), limit, (bad) =>
        String(bad.line),
      );
      return { items: page.items.map(sayLine), next: page.next };
    },
  ),
];
