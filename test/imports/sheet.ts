// test/imports/sheet.ts: a register as a file's bytes, written as the example county's are.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeRegister } from '../../examples/winter-drive/registers.ts';
import type { RegisterKind } from '../../src/imports/rules/columns.ts';

export async function workbookOf(
  kind: RegisterKind,
  rows: readonly Readonly<Record<string, string | number | null>>[],
): Promise<Buffer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'register-'));
  try {
    const file = path.join(folder, 'register.xlsx');
    await writeRegister(file, kind, rows);
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}
