// test/scenarios/winter-drive/main.ts: `npm run drive`: the three months of the example drive, all twelve towns, as they pass.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { LAUNCH } from '../../../examples/winter-drive/field-work.ts';
import { at, type CivilDate } from '../../../src/platform/civil.ts';
import { canonicalHash, canonicalJson } from '../../../src/platform/crypto.ts';
import { sql } from '../../../src/platform/db.ts';
import { startPostgres } from '../../../src/platform/embedded/postgres.ts';
import { findTestServer } from '../../../src/platform/embedded/tools.mjs';
import { migrate } from '../../../src/platform/migrate.ts';
import { keepHistories } from '../../histories/keep.ts';
import { runDrive, type Underway } from './drive.ts';
import { recount } from './recount.ts';
import { ThirdCount } from './third-count.ts';

const { values } = parseArgs({
  options: { towns: { type: 'string' }, report: { type: 'string' }, histories: { type: 'string' } },
});
const began = performance.now();
const folder = await mkdtemp(path.join(os.tmpdir(), 'doorstep-drive-'));
const postgres = await startPostgres({ dir: path.join(folder, 'postgres'), durable: false });
try {
  await migrate(postgres.url);
  const testServer = findTestServer();
  if (!testServer) throw new Error('the time-skipping server is missing: npm run drive sets it up');
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.resolve('workflows/index.ts'),
    logger: new DefaultLogger('ERROR'),
  });
  const workflowBundle = path.join(folder, 'workflows.js');
  await writeFile(workflowBundle, code);
  const third = new ThirdCount(postgres.url);
  console.log('日期        已访/应访      逾期  一级  二级  三级  邮件');
  const driven = await runDrive({
    databaseUrl: postgres.url,
    testServer,
    workflowBundle,
    ...(values.towns ? { towns: Number(values.towns) } : {}),
    async onDay(day, underway) {
      await third.evening(day);
      await printDay(day, underway);
    },
  });
  const differing = Object.entries(await recount(driven, third)).filter(
    ([, [found, expected]]) => !isDeepStrictEqual(found, expected),
  );
  for (const [figure, [found, expected]] of differing) console.error(figure, diffOf(found, expected));
  if (differing.length > 0 || driven.odd.length > 0)
    throw new Error('the drive did not come to what a second count finds');
  const { rows } = await sql<{ report: unknown; hash: string }>`select report, hash from seal`.execute(
    driven.office.db.systemKysely,
  );
  const sealed = rows[0];
  if (!sealed) throw new Error('the drive ended without a sealed report');
  console.log(`\n${JSON.stringify(sealed.report, null, 1)}`);
  if (canonicalHash(sealed.report) !== sealed.hash) throw new Error('the sealed report does not fit its hash');
  if (values.report) await writeFile(values.report, canonicalJson(sealed.report));
  console.log(
    `\n结束报告已封存 sealed ${sealed.hash}\n第二次清点一致 counted a second time: the same\n用时 took ${Math.round((performance.now() - began) / 1000)} s`,
  );
  await driven.close();
  await third.close();
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}

async function printDay(day: CivilDate, underway: Underway): Promise<void> {
  const { office, campaignId } = underway;
  if (values.histories) await keepHistories(values.histories, day, underway);
  const asOf = at(day, '23:00');
  const counts = await sql<{
    seen: number;
    due: number;
    late: number;
    one: number;
    two: number;
    three: number;
    mails: number;
  }>`select
      (select count(distinct household_id) from record where kind = 'policy_talk' and filing = 'accepted' and occurred_at >= ${at(LAUNCH, '00:00')}) as seen,
      (select count(distinct subject_id) from task where campaign_id = ${campaignId} and duty_key = 'policy_talk' and in_goal) as due,
      (select count(*) from task where closed_at is null and coalesce(grace_until, due_on) < ${day}) as late,
      count(*) filter (where level = 1) as one, count(*) filter (where level = 2) as two, count(*) filter (where level = 3) as three,
      (select count(*) from mailbox where received_at < ${asOf}) as mails
    from escalation where decided_on = ${day}`.execute(office.db.systemKysely);
  const { seen = 0, due = 0, late = 0, one = 0, two = 0, three = 0, mails = 0 } = counts.rows[0] ?? {};
  const cell = (value: number, width: number): string => String(value).padStart(width);
  console.log(
    `${day} ${cell(seen, 6)}/${due} ${cell(late, 8)} ${cell(one, 5)} ${cell(two, 5)} ${cell(three, 5)} ${cell(mails, 6)}`,
  );
}

function diffOf(found: unknown, expected: unknown): unknown {
  if (!Array.isArray(found) || !Array.isArray(expected)) return { found, expected };
  const [has, wants] = [new Set(found), new Set(expected)];
  return {
    onlyFound: found.filter((line) => !wants.has(line)).slice(0, 20),
    onlyExpected: expected.filter((line) => !has.has(line)).slice(0, 20),
  };
}
