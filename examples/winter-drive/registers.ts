// examples/winter-drive/registers.ts: writes the five xlsx registers a county would hold; they come in by the door every county uses.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import ExcelJS from 'exceljs';
import { type RegisterKind, registerKinds, sheets } from '../../src/imports/rules/columns.ts';
import type { CivilDate } from '../../src/platform/civil.ts';
import { COUNTY, exampleCounty } from './county.ts';
import { exampleStaff } from './staff.ts';

/** A cell: a civil date becomes a date cell, as a clerk's spreadsheet would hold it. */
type Cell = string | number | null;
export type RegisterRows = Readonly<Record<RegisterKind, readonly Readonly<Record<string, Cell>>[]>>;

const IN_POST: CivilDate = '2017-01-01';
const yesNo = (value: boolean | null): Cell => (value === null ? null : value ? '是' : '否');

/** The rows of every register by column, as they stand on the evening of 2018-01-08. */
export function registerRows(options: { readonly towns?: number } = {}): RegisterRows {
  const county = exampleCounty(options);
  return {
    divisions: [{ code: COUNTY, name: '港南区' }, ...county.towns, ...county.villages].map(({ code, name }) => ({
      code,
      name,
    })),
    staff: exampleStaff(options).map((hand) => ({
      ...hand,
      email: `${hand.login}@doorstep.example`,
      fromOn: IN_POST,
    })),
    households: county.households.map(({ registerNo, villageCode, group, head, signedOn }) => ({
      registerNo,
      village: villageCode,
      group,
      head,
      signedOn,
    })),
    persons: county.persons.map((person) => ({
      idNo: person.idNo,
      name: person.name,
      sex: person.sex === 'm' ? '男' : '女',
      bornOn: person.bornOn,
      household: person.registerNo,
      phone: person.phone,
      category: person.category,
      categoryFrom: person.categoryFrom,
      planClass: person.plan,
      treated: yesNo(person.treated),
      awayFrom: person.awayFrom,
      homeFrom: person.homeFrom,
      leavesOn: person.leavesOn,
    })),
    enrolments: county.enrolments.map(({ idNo, programme, fromOn, nextOn }) => ({
      idNo,
      programme: programme === 'htn' ? '高血压' : '2型糖尿病',
      fromOn,
      nextOn,
    })),
  };
}

/** Writes the registers of the county, or of its first `towns`, into `folder`. @returns each file, in the order to import them. */
export async function writeRegisters(
  folder: string,
  options: { readonly towns?: number } = {},
): Promise<{ readonly kind: RegisterKind; readonly file: string }[]> {
  await mkdir(folder, { recursive: true });
  const rows = registerRows(options);
  const written: { kind: RegisterKind; file: string }[] = [];
  for (const [n, kind] of registerKinds.entries()) {
    const file = path.join(folder, `${n + 1}-${kind}.xlsx`);
    await writeRegister(file, kind, rows[kind]);
    written.push({ kind, file });
  }
  return written;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** One register as a workbook. */
export async function writeRegister(
  file: string,
  kind: RegisterKind,
  rows: readonly Readonly<Record<string, Cell>>[],
): Promise<void> {
  const workbook = new ExcelJS.stream.xlsx.WorkbookWriter({ filename: file, useStyles: true, useSharedStrings: true });
  const sheet = workbook.addWorksheet(sheets[kind].name);
  const columns = Object.entries(sheets[kind].columns);
  sheet.columns = columns.map(([key, { header }]) => ({
    header,
    key,
    width: 14,
    ...(/(On|From)$/.test(key) && { style: { numFmt: 'yyyy-mm-dd' } }),
  }));
  for (const row of rows) {
    const cells = columns.map(([key]) => {
      const cell = row[key] ?? null;
      return typeof cell === 'string' && DAY.test(cell) ? new Date(`${cell}T00:00:00Z`) : cell === '' ? null : cell;
    });
    sheet.addRow(cells).commit();
  }
  sheet.commit();
  await workbook.commit();
}
