// src/commands/import.ts: `doorstep import`: a register from a file, through the same door as the pages.
import { parseArgs } from 'node:util';
import { importFile } from '../imports/files.ts';
import { sayReport } from '../imports/report.ts';
import { type RegisterKind, registerKinds } from '../imports/rules/columns.ts';
import { actingAs } from './acting.ts';
import { onCounty } from './ground.ts';

/** Prints the report as JSON; exits with 1 when a row was not taken. */
export async function importRegister(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { as: { type: 'string' }, 'dry-run': { type: 'boolean', default: false } },
  });
  const [kind = '', file = ''] = positionals;
  if (!isKind(kind) || !file)
    throw new Error(`doorstep import <${registerKinds.join('|')}> <file.xlsx> --as <login> [--dry-run]`);
  await onCounty(async ({ db, config }) => {
    const { actor, asOf } = await actingAs(db, config, values.as, ['planner', 'admin']);
    const report = await importFile(db, config.keys, actor, kind, file, asOf, { dryRun: values['dry-run'] });
    console.log(JSON.stringify(sayReport(report), null, 2));
    if (report.bad > 0) process.exitCode = 1;
  });
}

const isKind = (kind: string): kind is RegisterKind => (registerKinds as readonly string[]).includes(kind);
