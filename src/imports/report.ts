// src/imports/report.ts: an import's report in words: every bad row with its column, the reason and the remedy, in both languages.
import type { Fault } from '../platform/errors.ts';
import { type Locale, locales, say } from '../platform/locale.ts';
import type { ImportReport } from './acts.ts';
import type { BadLine } from './store.ts';

export interface SaidFault {
  readonly code: string;
  /** The column's header. */
  readonly column: string | null;
  /** Never repeats what the cell held. */
  readonly reason: Readonly<Record<Locale, string>>;
  readonly remedy: Readonly<Record<Locale, string>>;
}

export interface SaidReport extends Omit<ImportReport, 'badLines' | 'written'> {
  readonly written: Record<string, number>;
  /** The first bad rows; all of them stand on record with the batch. */
  readonly badRows: { readonly line: number; readonly faults: SaidFault[] }[];
}

const SHOWN = 500; // rows: a screen's worth of pages; a register with more is wrong as a whole

export function sayReport({ badLines, written, ...report }: ImportReport): SaidReport {
  return { ...report, written: { ...written }, badRows: badLines.slice(0, SHOWN).map(sayLine) };
}

export function sayLine({ line, faults }: BadLine): { line: number; faults: SaidFault[] } {
  return { line, faults: faults.map(sayFault) };
}

function sayFault({ code, field, params }: Fault): SaidFault {
  const inBoth = (key: string) =>
    Object.fromEntries(locales.map((locale) => [locale, say(locale, key, params)])) as Record<Locale, string>;
  return { code, column: field ?? null, reason: inBoth(`problem.${code}`), remedy: inBoth(`remedy.${code}`) };
}
