// src/imports/schema.ts: what an import takes and how its report looks.
import * as z from 'zod';
import { PageQuery, pageSchema } from '../platform/http/page.ts';
import { type RegisterKind, registerKinds } from './rules/columns.ts';

const kind = z.enum(registerKinds as [RegisterKind, ...RegisterKind[]]);

export const KindParams = z.object({ kind });
export const UploadQuery = z.object({
  fileName: z.string().min(1).max(200).default('register.xlsx'),
  dryRun: z
    .enum(['true', 'false'])
    .default('false')
    .describe('true: the same report, with nothing written')
    .transform((text) => text === 'true'),
});
export const Workbook = z.custom<Buffer>((body) => Buffer.isBuffer(body), 'an xlsx workbook');

const inBoth = z.object({ 'zh-CN': z.string(), en: z.string() });
const BadRow = z.object({
  line: z.int().describe('as the spreadsheet counts'),
  faults: z.array(z.object({ code: z.string(), column: z.string().nullable(), reason: inBoth, remedy: inBoth })),
});
export const ReportReply = z.object({
  kind,
  fileName: z.string(),
  dryRun: z.boolean(),
  batchId: z.uuid().nullable().describe('null for a dry run'),
  rows: z.int(),
  good: z.int(),
  bad: z.int(),
  written: z.record(z.string(), z.int()).describe('rows new to each table; what was there already is not counted'),
  badRows: z.array(BadRow).describe('the first 500'),
});

export const BatchReply = z.object({
  id: z.uuid(),
  kind,
  fileName: z.string(),
  at: z.string(),
  appliedAt: z.string().nullable(),
  rows: z.int(),
  bad: z.int(),
});
export const BatchPage = pageSchema(BatchReply);
export const BatchParams = z.object({ id: z.uuid() });
export const BadRowPage = pageSchema(BadRow);
export const ListQuery = PageQuery.extend({ after: z.uuid().optional() });
export const LineQuery = PageQuery.extend({
  after: z
    .string()
    .regex(/^\d{1,7}$/)
    .optional(),
});
