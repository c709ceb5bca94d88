// src/imports/files.ts: an import from a file on disk, as the command line and the example county bring it.
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { type AccountActor, systemActor } from '../platform/actor.ts';
import type { Instant } from '../platform/civil.ts';
import type { Keys } from '../platform/crypto.ts';
import type { Db } from '../platform/db.ts';
import { DomainError, Status } from '../platform/errors.ts';
import { type ImportReport, importWorkbook, readUpload } from './acts.ts';
import type { RegisterKind } from './rules/columns.ts';
import { FILE_LIMIT } from './workbook.ts';

/** @throws DomainError when the file is no register; then nothing is written. */
export async function importFile(
  db: Db,
  keys: Keys,
  actor: AccountActor,
  kind: RegisterKind,
  file: string,
  asOf: Instant,
  options: { readonly dryRun?: boolean } = {},
): Promise<ImportReport> {
  const { size } = await stat(file);
  if (size > FILE_LIMIT)
    // before it is read
    throw new DomainError(Status.invalid, {
      code: 'workbook_too_large',
      params: { megabytes: FILE_LIMIT / 1024 / 1024 },
    });
  const about = { fileName: path.basename(file), dryRun: options.dryRun ?? false };
  const upload = await readUpload(kind, await readFile(file), about);
  return db.tx(systemActor(actor.countyCode), asOf, (tx) => importWorkbook(tx, actor, keys, upload, asOf));
}
