// src/imports/rules/cells.ts: reads one row's cells and keeps every fault beside its column, without repeating a value.
import { type CivilDate, civilDate, plusDays } from '../../platform/civil.ts';
import type { Fault } from '../../platform/errors.ts';
import type { Column } from './columns.ts';

/** A row of a sheet: its line as the spreadsheet counts, and its cells by column, trimmed; an empty cell is ''. */
export interface Line<C extends string = string> {
  readonly line: number;
  readonly cells: Readonly<Partial<Record<C, string>>>;
}

/** Reads cells one by one. A reading that fails adds its fault and answers null, so that one pass finds everything. */
export interface Row<C extends string> {
  readonly faults: Fault[];
  text(column: C, longest: number): string | null;
  matching(column: C, pattern: RegExp, code: string): string | null;
  /** The meaning of a closed column's word. */
  word<T>(column: C, words: Readonly<Record<string, T>>, code: string): T | null;
  whole(column: C, from: number, to: number): number | null;
  /** @param notAfter a day it cannot come after: today, for what has happened. */
  date(column: C, notAfter?: CivilDate): CivilDate | null;
  fault(code: string, column: C | null, params?: Fault['params']): void;
}

export function readRow<C extends string>(columns: Readonly<Record<C, Column>>, line: Line<C>): Row<C> {
  const faults: Fault[] = [];
  const fault: Row<C>['fault'] = (code, column, params) => {
    faults.push({ code, ...(column && { field: columns[column].header }), ...(params && { params }) });
  };
  /** The cell, or null when it is empty: a fault where the column is required. */
  const cell = (column: C): string | null => {
    const text = line.cells[column]?.trim() ?? '';
    if (text !== '') return text;
    if (columns[column].required) fault('row_cell_missing', column);
    return null;
  };
  return {
    faults,
    fault,
    text(column, longest) {
      const text = cell(column);
      if (text === null || text.length <= longest) return text;
      fault('row_cell_too_long', column, { longest });
      return null;
    },
    matching(column, pattern, code) {
      const text = cell(column);
      if (text === null || pattern.test(text)) return text;
      fault(code, column);
      return null;
    },
    word(column, words, code) {
      const text = cell(column);
      if (text === null) return null;
      if (Object.hasOwn(words, text)) return words[text] ?? null;
      fault(code, column, { allowed: Object.keys(words).join('、') });
      return null;
    },
    whole(column, from, to) {
      const text = cell(column);
      if (text === null) return null;
      const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
      if (number >= from && number <= to) return number;
      fault('row_number_out_of_range', column, { from, to });
      return null;
    },
    date(column, notAfter) {
      const text = cell(column);
      if (text === null) return null;
      const day = readDate(text);
      if (day === null) fault('row_date_impossible', column);
      else if (notAfter && day > notAfter) fault('row_date_ahead', column);
      else return day;
      return null;
    },
  };
}

const WRITTEN = /^(\d{4})(?:-|\/|\.|年)(\d{1,2})(?:-|\/|\.|月)(\d{1,2})日?$/;
const PACKED = /^(\d{4})(\d{2})(\d{2})$/;
const SERIAL = /^\d{5}$/; // days since 1899-12-30, as a spreadsheet keeps a date whose cell is not formatted as one

/** @returns the day, or null when there was no such day or it is no date of a living person's time. */
export function readDate(text: string): CivilDate | null {
  if (SERIAL.test(text)) return plusDays('1899-12-30', Number(text));
  const [, year, month, day] = WRITTEN.exec(text) ?? PACKED.exec(text) ?? [];
  if (!year || !month || !day || year < '1900' || year > '2100') return null;
  try {
    return civilDate(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`);
  } catch {
    return null;
  }
}
