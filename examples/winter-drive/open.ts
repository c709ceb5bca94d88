// examples/winter-drive/open.ts: opens the example county as any county would be: its days, then its registers through the import.
import { importFile } from '../../src/imports/files.ts';
import { openCounty } from '../../src/places/acts.ts';
import { type AccountActor, systemActor } from '../../src/platform/actor.ts';
import { at, type Instant } from '../../src/platform/civil.ts';
import type { Keys } from '../../src/platform/crypto.ts';
import { type Db, sql } from '../../src/platform/db.ts';
import { COUNTY } from './county.ts';
import { writeRegisters } from './registers.ts';
import { setExampleRoster } from './roster.ts';

/** The evening before the notice: everything is on the register, and nothing has been launched. */
export const OPENED: Instant = at('2018-01-08', '18:00');

/**
 * @param folder where the five xlsx files are written; they stay, for whoever wants to look.
 * @param tell is told what each register brought in.
 * @returns the administrator. No account has a password yet.
 * @throws Error when a row of the example's own registers is bad.
 */
export async function openExampleCounty(
  db: Db,
  keys: Keys,
  folder: string,
  options: { readonly towns?: number; readonly tell?: (line: string) => void } = {},
): Promise<AccountActor> {
  const system = systemActor(COUNTY);
  const admin = await db.tx(system, OPENED, (tx) =>
    openCounty(
      tx,
      {
        code: COUNTY,
        name: '港南区',
        years: [2017, 2018, 2019],
        spans: [
          { layer: 'farm_slack', fromOn: '2017-12-01', toOn: '2018-02-28', name: '冬闲' },
          { layer: 'migrants_home', fromOn: '2018-02-08', toOn: '2018-02-22', name: '春节返乡' },
        ],
        admin: { login: 'admin', name: '系统管理员', email: 'admin@doorstep.example' },
      },
      OPENED,
    ),
  );
  for (const { kind, file } of await writeRegisters(folder, options)) {
    const { good, bad, badLines } = await importFile(db, keys, admin, kind, file, OPENED);
    if (bad > 0) throw new Error(`${kind}: ${JSON.stringify(badLines.slice(0, 3))}`);
    options.tell?.(`${kind}: ${good}`);
  }
  await db.tx(system, OPENED, (tx) => setExampleRoster(tx, system, keys, options, OPENED));
  await sql`analyze`.execute(db.systemKysely);
  return admin;
}
