// src/imports/rules/divisions.ts: what a row of the division register says.
import type { Row } from './cells.ts';
import type { ColumnOf } from './columns.ts';

export interface DivisionDraft {
  readonly code: string;
  readonly name: string;
}

const CODE = /^(\d{6}|\d{9}|\d{12})$/;

export function readDivision(row: Row<ColumnOf<'divisions'>>, countyCode: string): DivisionDraft | null {
  const code = row.matching('code', CODE, 'row_division_code_malformed');
  const name = row.text('name', 50);
  if (code && !code.startsWith(countyCode)) row.fault('row_division_of_other_county', 'code');
  if (row.faults.length > 0 || !code || !name) return null;
  return { code, name };
}

/** The division above, or null for the county. */
export function parentOf(code: string): string | null {
  return code.length === 12 ? code.slice(0, 9) : code.length === 9 ? code.slice(0, 6) : null;
}
