// src/imports/store.ts: what was handed in, when, by whom, and the rows that were not taken.
import type { Instant } from '../platform/civil.ts';
import { maybeRow, oneRow, rows, sql, type Tx } from '../platform/db.ts';
import type { Fault } from '../platform/errors.ts';
import type { RegisterKind } from './rules/columns.ts';

export interface BatchRow {
  readonly id: string;
  readonly kind: RegisterKind;
  readonly fileName: string;
  readonly at: Instant;
  readonly appliedAt: Instant | null;
  readonly rows: number;
  readonly bad: number;
}

export interface NewBatch {
  readonly kind: RegisterKind;
  readonly fileName: string;
  readonly fileHash: string;
  readonly accountId: string;
  readonly rows: number;
  readonly bad: number;
}

export interface BadLine {
  readonly line: number;
  readonly faults: readonly Fault[];
}

const columns = sql`b.id, b.kind, b.file_name as "fileName", b.at, b.applied_at as "appliedAt", b.rows, b.bad`;

/** A batch that is applied in this same transaction. @returns its id. */
export async function insertBatch(tx: Tx, countyCode: string, batch: NewBatch, asOf: Instant): Promise<string> {
  const { id } = await oneRow(
    tx,
    sql<{
      id: string;
    }>`insert into import_batch (county_code, kind, file_name, file_hash, account_id, at, applied_at, rows, bad)
      values (${countyCode}, ${batch.kind}, ${batch.fileName}, ${batch.fileHash}, ${batch.accountId}, ${asOf}, ${asOf}, ${batch.rows}, ${batch.bad})
      returning id`,
  );
  return id;
}

export async function insertBadLines(
  tx: Tx,
  countyCode: string,
  batchId: string,
  lines: readonly BadLine[],
): Promise<void> {
  await sql`insert into import_row (county_code, batch_id, line, faults)
    select ${countyCode}, ${batchId}, n.line, n.faults
    from jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) as n(line integer, faults jsonb)`.execute(tx);
}

/** The county's imports, newest first, before the batch `before`. */
export async function batchesOf(tx: Tx, countyCode: string, before: string | null, limit: number): Promise<BatchRow[]> {
  return rows(
    tx,
    sql<BatchRow>`select ${columns} from import_batch b where b.county_code = ${countyCode}
      and (${before}::uuid is null or (b.at, b.id) < (select c.at, c.id from import_batch c where c.county_code = ${countyCode} and c.id = ${before}::uuid))
      order by b.at desc, b.id desc limit ${limit}`,
  );
}

export async function batchOf(tx: Tx, countyCode: string, id: string): Promise<BatchRow | null> {
  return maybeRow(
    tx,
    sql<BatchRow>`select ${columns} from import_batch b where b.county_code = ${countyCode} and b.id = ${id}`,
  );
}

/** The rows of a batch that were not taken, by line, after the line `after`. */
export async function badLinesOf(
  tx: Tx,
  countyCode: string,
  batchId: string,
  after: number,
  limit: number,
): Promise<BadLine[]> {
  return rows(
    tx,
    sql<BadLine>`select line, faults from import_row
      where county_code = ${countyCode} and batch_id = ${batchId} and line > ${after} order by line limit ${limit}`,
  );
}

/** Two imports of a county never run at once: what one has checked the other might change. Held until the transaction ends. */
export async function lockImports(tx: Tx, countyCode: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`import/${countyCode}`}, 0))`.execute(tx);
}

/** Runs `work` and takes back whatever it wrote. */
export async function tryOut<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  await sql`savepoint tried_out`.execute(tx);
  const found = await work();
  await sql`rollback to savepoint tried_out`.execute(tx);
  return found;
}
