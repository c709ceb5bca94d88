// src/imports/workbook.ts: an xlsx register as rows of text, read as a stream under every bound a hostile file would test.
import { Readable } from 'node:stream';
import ExcelJS from 'exceljs';
import { apart, type Bounds } from '../platform/apart.ts';
import { DomainError, Status } from '../platform/errors.ts';
import { repack } from './repack.ts';
import type { Line } from './rules/cells.ts';
import { type Column, type RegisterKind, type Sheet, sheets } from './rules/columns.ts';

/** Bytes of a file as it comes in: 100,000 rows of the widest register are about 6 MB. */
export const FILE_LIMIT = 10 * 1024 * 1024;
/** Rows of one file; a county's largest register, 62,703 people, fits. */
export const ROW_LIMIT = 100_000;

/** Characters of all cells together: 62,703 people with every column have some 8 million. One long string may stand in many cells. */
const TEXT_LIMIT = 32_000_000;
const CELL_LIMIT = 2_000; // characters that are read of a cell; no column takes so many
const PAGE = 5_000; // lines that a thread tells at once
const BOUNDS: Bounds = {
  heap: 192, // 100,000 rows of the widest register take half of it
  time: 60_000, // they take 4 s on a quiet machine
  refusal: { code: 'workbook_too_heavy', params: { limit: ROW_LIMIT } },
};
const THREAD = new URL('./workbook-thread.ts', import.meta.url);

export interface Question {
  readonly kind: RegisterKind;
  readonly file: Uint8Array;
}

/** Reads a file off the event loop. @throws DomainError as `parseWorkbook` does, or `workbook_too_heavy`. */
export async function readWorkbook(kind: RegisterKind, file: Buffer): Promise<Line[]> {
  if (file.length > FILE_LIMIT) throw refused('workbook_too_large', { megabytes: FILE_LIMIT / 1024 / 1024 });
  const lines: Line[] = [];
  await apart<void>(THREAD, { kind, file } satisfies Question, BOUNDS, (page) => lines.push(...(page as Line[])));
  return lines;
}

/** The thread's work. */
export async function tellWorkbook({ kind, file }: Question, send: (page: Line[]) => void): Promise<void> {
  const lines = await parseWorkbook(kind, Buffer.from(file.buffer, file.byteOffset, file.byteLength));
  while (lines.length > 0) send(lines.splice(0, PAGE));
}

/**
 * The lines below the header of the sheet that bears the register's name, or of the first sheet where none does.
 * @throws DomainError `workbook_unreadable`, `workbook_too_large`, `workbook_empty`, `workbook_column_missing`, `workbook_too_many_rows`.
 */
async function parseWorkbook(kind: RegisterKind, file: Buffer): Promise<Line[]> {
  const reader = new ExcelJS.stream.xlsx.WorkbookReader(Readable.from([await repack(file)]), {
    sharedStrings: 'cache',
    styles: 'cache', // tells a date from a number
    hyperlinks: 'ignore',
    worksheets: 'emit',
    entries: 'ignore',
  });
  try {
    let first: Line[] | DomainError | null = null;
    for await (const sheet of reader) {
      const { name } = sheet as unknown as { readonly name: string }; // missing in the library's types
      if (name === sheets[kind].name) return await readSheet(sheets[kind], sheet);
      first ??= await readSheet(sheets[kind], sheet).catch(keepRefusal);
    }
    if (first instanceof DomainError) throw first;
    return first ?? [];
  } catch (error) {
    throw error instanceof DomainError ? error : refused('workbook_unreadable'); // the library's words name no row of ours
  }
}

const refused = (code: string, params: Readonly<Record<string, string | number>> = {}) =>
  new DomainError(Status.invalid, { code, params });

function keepRefusal(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  throw error;
}

async function readSheet(register: Sheet, sheet: AsyncIterable<ExcelJS.Row>): Promise<Line[]> {
  const lines: Line[] = [];
  let at: ReadonlyMap<string, number> | null = null;
  let last = 0;
  let characters = 0;
  for await (const row of sheet) {
    if (row.number <= last) throw refused('workbook_unreadable');
    last = row.number;
    const values = row.values as readonly ExcelJS.CellValue[];
    if (at === null) {
      at = places(register.columns, values);
      continue;
    }
    const cells: Record<string, string> = {};
    for (const [column, place] of at) {
      const text = textOf(values[place]);
      if (text !== '') cells[column] = text;
      characters += text.length;
    }
    if (Object.keys(cells).length === 0) continue; // a blank line is no row
    if (lines.length === ROW_LIMIT) throw refused('workbook_too_many_rows', { limit: ROW_LIMIT });
    if (characters > TEXT_LIMIT) throw new DomainError(Status.invalid, BOUNDS.refusal);
    lines.push({ line: row.number, cells });
  }
  if (at === null || lines.length === 0) throw refused('workbook_empty');
  return lines;
}

/** Where each known column stands, by its header; a star after it, as forms mark what must be filled, does not matter. */
function places(columns: Readonly<Record<string, Column>>, values: readonly ExcelJS.CellValue[]): Map<string, number> {
  const headers = Array.from(values, (value) => textOf(value).replace(/[\s*＊]/g, ''));
  const found = new Map<string, number>();
  const missing: string[] = [];
  for (const [key, { header, required }] of Object.entries(columns)) {
    const place = headers.indexOf(header);
    if (place >= 0) found.set(key, place);
    else if (required) missing.push(header);
  }
  if (missing.length > 0) throw refused('workbook_column_missing', { columns: missing.join('、') });
  return found;
}

/** A cell as the text a person would read in it; a date as a civil date, an error as nothing. */
function textOf(value: ExcelJS.CellValue | undefined): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString().slice(0, 10);
  if (typeof value !== 'object') return String(value).slice(0, CELL_LIMIT).normalize('NFKC').trim();
  if ('richText' in value) return textOf(value.richText.map((part) => part.text).join(''));
  if ('text' in value) return textOf(value.text);
  if ('result' in value) return textOf(value.result);
  return '';
}
