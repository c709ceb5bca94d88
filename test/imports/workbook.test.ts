import { deflateRawSync } from 'node:zlib';
import ExcelJS from 'exceljs';
import { describe, expect, it } from 'vitest';
import { sheets } from '../../src/imports/rules/columns.ts';
import { FILE_LIMIT, ROW_LIMIT, readWorkbook, tellWorkbook } from '../../src/imports/workbook.ts';
import { DomainError } from '../../src/platform/errors.ts';
import { workbookOf } from './sheet.ts';

/** What the thread does, without the half second that a thread takes to begin. */
const here = (file: Buffer) => tellWorkbook({ kind: 'divisions', file }, () => {});

/** The code with which a file is refused. */
async function refusal(
  file: Buffer,
  read: (file: Buffer) => Promise<unknown> = (given) => readWorkbook('divisions', given),
): Promise<string | undefined> {
  const error = await read(file).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return undefined;
  expect(error).toBeInstanceOf(DomainError);
  return (error as DomainError).faults[0]?.code;
}

/** A zip of one sheet that says it is small and inflates to `size` bytes. */
function bomb(size: number): Buffer {
  const name = Buffer.from('xl/worksheets/sheet1.xml');
  const body = deflateRawSync(Buffer.alloc(size, 32));
  const local = Buffer.alloc(30);
  local.write('PK\x03\x04', 'latin1');
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(body.length, 18);
  local.writeUInt32LE(1, 22);
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.write('PK\x01\x02', 'latin1');
  central.writeUInt16LE(8, 10);
  central.writeUInt32LE(body.length, 20);
  central.writeUInt32LE(1, 24);
  central.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(30 + name.length + body.length, 16);
  return Buffer.concat([local, name, body, central, name, end]);
}

describe('a workbook', () => {
  it('gives its rows with their lines, leaving blank ones out', async () => {
    const file = await workbookOf('divisions', [
      { code: '450803', name: '港南区' },
      {},
      { code: '450803001', name: ' 青塘镇 ' },
    ]);
    expect(await readWorkbook('divisions', file)).toEqual([
      { line: 2, cells: { code: '450803', name: '港南区' } },
      { line: 4, cells: { code: '450803001', name: '青塘镇' } },
    ]);
  });

  it('is read by its headers, in any order, with stars, links, formulas, rich text and dates', async () => {
    const workbook = new ExcelJS.Workbook();
    workbook.addWorksheet('说明').addRow(['请先阅读']);
    const sheet = workbook.addWorksheet(sheets.staff.name);
    sheet.addRow(['邮箱 *', '备注', '登录名*', '姓名', '角色', '区划代码', '起始日期']);
    sheet.addRow([
      { text: 'a@b.example', hyperlink: 'mailto:a@b.example' },
      '不导入',
      { richText: [{ text: 'pla' }, { text: 'nner' }] },
      { formula: '"甲"', result: '甲' },
      '计划员',
      450803,
      new Date('2018-01-09T00:00:00Z'),
    ]);
    expect(await readWorkbook('staff', Buffer.from(await workbook.xlsx.writeBuffer()))).toEqual([
      {
        line: 2,
        cells: {
          email: 'a@b.example',
          login: 'planner',
          name: '甲',
          role: '计划员',
          area: '450803',
          fromOn: '2018-01-09',
        },
      },
    ]);
  });
});

describe('a file that is no register', () => {
  it('is refused when it is no workbook', async () => {
    expect(await refusal(Buffer.from('代码,名称\n450803,港南区\n'))).toBe('workbook_unreadable');
    expect(await refusal(Buffer.alloc(0))).toBe('workbook_unreadable');
  });

  it('is refused when it is cut short or altered anywhere', async () => {
    const file = await workbookOf('divisions', [{ code: '450803', name: '港南区' }]);
    for (const cut of [0.1, 0.5, 0.9, 0.99])
      expect(await refusal(file.subarray(0, Math.floor(file.length * cut)))).toBe('workbook_unreadable');
    for (let at = 0; at < file.length; at += 37) {
      const altered = Buffer.from(file);
      altered[at] = (altered[at] ?? 0) ^ 0xff;
      expect([
        undefined,
        'workbook_unreadable',
        'workbook_column_missing',
        'workbook_empty',
        'workbook_too_large',
      ]).toContain(await refusal(altered, here));
    }
  });

  it('is refused above 10 MB, and when it would inflate beyond what a register can need', async () => {
    expect(await refusal(Buffer.alloc(FILE_LIMIT + 1))).toBe('workbook_too_large');
    const small = bomb(200 * 1024 * 1024);
    expect(small.length).toBeLessThan(1024 * 1024);
    expect(await refusal(small)).toBe('workbook_too_large');
  });

  it('is refused when a column is missing, and says which', async () => {
    const file = await workbookOf('households', [{ registerNo: '1' }]);
    await expect(readWorkbook('divisions', file)).rejects.toMatchObject({
      faults: [{ code: 'workbook_column_missing', params: { columns: '代码、名称' } }],
    });
  });

  it('is refused when it has no rows', async () => {
    expect(await refusal(await workbookOf('divisions', []))).toBe('workbook_empty');
  });

  it(`is refused above ${ROW_LIMIT} rows`, async () => {
    const rows = Array.from({ length: ROW_LIMIT + 1 }, () => ({ code: '450803', name: '港' }));
    expect(await refusal(await workbookOf('divisions', rows))).toBe('workbook_too_many_rows');
  });
});
