// test/histories/keep.ts: keeps histories of a release's workflows, to be replayed by every later one: `npm run drive -- --towns 2 --histories test/histories`; of rounds, which the drive has none of: `KEEP_HISTORIES=test/histories npx vitest run --project temporal test/workflows/round`.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type History, historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { systemActor } from '../../src/platform/actor.ts';
import { at, type CivilDate } from '../../src/platform/civil.ts';
import { expectedWorkflows } from '../../src/platform/reconcile.ts';
import type { Underway } from '../scenarios/winter-drive/drive.ts';

/** A day before the clinics, one among them, the last working day before the new year, and one of the campaign's grace. */
const KEPT_ON: readonly CivilDate[] = ['2018-01-10', '2018-01-19', '2018-02-14', '2018-03-02'];
const LONGEST = 200; // events: a file that can still be read

/** One running workflow of each type, on the days above. */
export async function keepHistories(folder: string, day: CivilDate, { office, historyOf }: Underway): Promise<void> {
  if (!KEPT_ON.includes(day)) return;
  const ids = await office.db.tx(systemActor(office.countyCode), at(day, '23:00'), (tx) =>
    expectedWorkflows(tx, office.countyCode),
  );
  const kept = new Set<string>();
  for (const id of ids) {
    const [type = ''] = id.split('/');
    if (kept.has(type)) continue;
    const history = await historyOf(id).catch(() => null); // woken a moment ago, and not begun
    if (!history?.events || history.events.length > LONGEST) continue;
    await keep(folder, `${type}-${day}`, history);
    kept.add(type);
  }
}

/** Writes one history to `{name}.json`. */
export async function keep(folder: string, name: string, history: History): Promise<void> {
  await writeFile(path.join(folder, `${name}.json`), `${historyToJSON(history)}\n`);
}
