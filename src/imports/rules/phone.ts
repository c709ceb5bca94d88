// src/imports/rules/phone.ts: a telephone number as registers write it.
import type { Row } from './cells.ts';

const PHONE = /^(1\d{10}|0\d{2,3}\d{7,8})$/; // a mobile, or an area code and a line

/** @returns its digits, or null when the cell is empty or holds no number. */
export function readPhone<C extends string>(row: Row<C>, column: C): string | null {
  const text = row.text(column, 20);
  if (text === null) return null;
  const digits = text.replace(/[\s-]/g, '');
  if (PHONE.test(digits)) return digits;
  row.fault('row_phone_malformed', column);
  return null;
}
