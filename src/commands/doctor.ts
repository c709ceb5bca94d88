// src/commands/doctor.ts: `doorstep doctor`: what is there, what is missing, and what every setting means.
import { describeSettings } from '../config.ts';
import { sql } from '../platform/db.ts';
import { findTemporalCli } from '../platform/embedded/tools.mjs';
import { openTemporal } from '../platform/temporal.ts';
import { onCounty, readRunning } from './ground.ts';

const BOUND = 3_000; // ms for a server to answer

/** Exits with 1 when something that is needed is missing. */
export async function doctor(): Promise<void> {
  const running = readRunning();
  report('Node 24', Number.parseInt(process.versions.node, 10) >= 24, process.versions.node);
  report('running', true, running ? running.url : 'no');
  report(
    'Temporal CLI',
    Boolean(process.env.TEMPORAL_ADDRESS || findTemporalCli()),
    process.env.TEMPORAL_ADDRESS ?? findTemporalCli() ?? 'node setup.mjs',
  );
  await onCounty(async ({ db, config }) => {
    const { rows } = await sql<{ version: string }>`select current_setting('server_version') as version`.execute(
      db.systemKysely,
    );
    report('PostgreSQL', true, rows[0]?.version ?? '');
    report('county', true, config.countyCode);
    if (!running && !process.env.TEMPORAL_ADDRESS) return;
    const client = openTemporal({
      address: config.temporalAddress,
      namespace: config.temporalNamespace,
      keys: config.keys,
    });
    const answer = await client
      .withDeadline(Date.now() + BOUND, () => client.workflowService.getSystemInfo({}))
      .catch(() => null);
    report('Temporal', answer !== null, answer?.serverVersion ?? `no answer at ${config.temporalAddress}`);
    await client.connection.close();
  }).catch((error: Error) => report('PostgreSQL', false, error.message));
  console.log('\n设置 / settings');
  for (const { name, byDefault, meaning } of describeSettings())
    console.log(`  ${name.padEnd(20)} ${byDefault ?? '-'}\n    ${meaning}`);
}

function report(what: string, good: boolean, detail: string): void {
  console.log(`${good ? '✓' : '✗'} ${what.padEnd(14)} ${detail}`);
  if (!good) process.exitCode = 1;
}
