// src/imports/acts.ts: takes a register in: every row is checked, good ones are written, bad ones come back with what to do.
import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { AccountActor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { dateOf, type Instant } from '../platform/civil.ts';
import type { Keys } from '../platform/crypto.ts';
import type { Tx } from '../platform/db.ts';
import type { Fault } from '../platform/errors.ts';
import { divisionRegister } from './registers/divisions.ts';
import { enrolmentRegister } from './registers/enrolments.ts';
import { householdRegister } from './registers/households.ts';
import { personRegister } from './registers/persons.ts';
import type { Draft, Register, Setting } from './registers/register.ts';
import { staffRegister } from './registers/staff.ts';
import { type Line, readRow } from './rules/cells.ts';
import type { RegisterKind } from './rules/columns.ts';
import { type BadLine, insertBadLines, insertBatch, lockImports, tryOut } from './store.ts';
import { readWorkbook } from './workbook.ts';

const registers = {
  divisions: divisionRegister,
  staff: staffRegister,
  households: householdRegister,
  persons: personRegister,
  enrolments: enrolmentRegister,
} as const;

const TURN = 500; // rows: some ms between two looks at what else has come
const PAGE = 5_000; // rows a statement: a page of people is 3 MB of jsonb

export interface ImportReport {
  readonly kind: RegisterKind;
  readonly fileName: string;
  readonly dryRun: boolean;
  /** The batch on record; null for a dry run. */
  readonly batchId: string | null;
  readonly rows: number;
  readonly good: number;
  readonly bad: number;
  /** Rows new to each table; what was there already is not counted, so the same file again writes nothing. */
  readonly written: Readonly<Record<string, number>>;
  readonly badLines: readonly BadLine[];
}

export interface CheckedRegister {
  readonly rows: number;
  readonly good: readonly unknown[];
  readonly badLines: readonly BadLine[];
}

/** A workbook that has been read, outside of any transaction. */
export interface Upload {
  readonly kind: RegisterKind;
  readonly lines: readonly Line[];
  /** Hex sha256 of the file. */
  readonly fileHash: string;
  readonly fileName: string;
  readonly dryRun: boolean;
}

/** @throws DomainError as `readWorkbook` does. */
export async function readUpload(
  kind: RegisterKind,
  file: Buffer,
  about: Pick<Upload, 'fileName' | 'dryRun'>,
): Promise<Upload> {
  const fileHash = createHash('sha256').update(file).digest('hex');
  return { kind, lines: await readWorkbook(kind, file), fileHash, ...about };
}

function settingOf(tx: Tx, actor: AccountActor, keys: Keys, asOf: Instant): Setting {
  return { tx, countyCode: actor.countyCode, actor, keys, asOf, today: dateOf(asOf) };
}

/** Reads every row and holds it against the others and the county's own. Writes nothing. */
export async function checkRegister(
  tx: Tx,
  actor: AccountActor,
  keys: Keys,
  kind: RegisterKind,
  lines: readonly Line[],
  asOf: Instant,
): Promise<CheckedRegister> {
  const register = registers[kind] as Register<unknown>;
  const setting = settingOf(tx, actor, keys, asOf);
  const faults = new Map<number, Fault[]>();
  const drafts: Draft<unknown>[] = [];
  for (const [n, line] of lines.entries()) {
    if (n % TURN === 0) await turn(); // 100,000 rows take a second, and others are waiting
    const row = readRow(register.columns, line);
    const draft = register.read(row, setting);
    if (draft === null) faults.set(line.line, row.faults);
    else drafts.push({ line: line.line, draft });
  }
  await register.check(drafts, setting, (line, fault) => {
    const known = faults.get(line);
    if (known) known.push(fault);
    else faults.set(line, [fault]);
  });
  return {
    rows: lines.length,
    good: drafts.filter(({ line }) => !faults.has(line)).map(({ draft }) => draft),
    badLines: [...faults].sort(([a], [b]) => a - b).map(([line, found]) => ({ line, faults: found })),
  };
}

/** Writes what `checkRegister` found good, page by page. @returns rows new to each table. */
export async function applyRegister(
  tx: Tx,
  actor: AccountActor,
  keys: Keys,
  kind: RegisterKind,
  good: CheckedRegister['good'],
  asOf: Instant,
): Promise<Readonly<Record<string, number>>> {
  const register = registers[kind] as Register<unknown>;
  const setting = settingOf(tx, actor, keys, asOf);
  const written: Record<string, number> = {};
  for (let from = 0; from < good.length; from += PAGE) {
    const page = await register.apply(good.slice(from, from + PAGE), setting);
    for (const [table, count] of Object.entries(page)) written[table] = (written[table] ?? 0) + count;
  }
  return written;
}

/**
 * Takes a workbook in; a bad row keeps back only itself.
 * @param tx the system's: a register is larger than what the one who brings it may see. Whether she may bring it is asked before.
 */
export async function importWorkbook(
  tx: Tx,
  actor: AccountActor,
  keys: Keys,
  { kind, lines, fileHash, fileName, dryRun }: Upload,
  asOf: Instant,
): Promise<ImportReport> {
  await lockImports(tx, actor.countyCode);
  const { rows, good, badLines } = await checkRegister(tx, actor, keys, kind, lines, asOf);
  const report = { kind, fileName, dryRun, rows, good: good.length, bad: badLines.length, badLines };
  const apply = () => applyRegister(tx, actor, keys, kind, good, asOf);
  if (dryRun) return { ...report, batchId: null, written: await tryOut(tx, apply) };

  const written = await apply();
  const batch = { kind, fileName, fileHash, accountId: actor.accountId, rows, bad: badLines.length };
  const batchId = await insertBatch(tx, actor.countyCode, batch, asOf);
  await insertBadLines(tx, actor.countyCode, batchId, badLines);
  await audit(tx, actor, asOf, 'register.imported', `import/${batchId}`, {
    kind,
    rows,
    bad: badLines.length,
    ...written,
  });
  return { ...report, batchId, written };
}
