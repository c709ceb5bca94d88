import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../../src/platform/civil.ts';
import { rows, sql, type Tx } from '../../src/platform/db.ts';
import { insertTasks } from '../../src/tasks/store.ts';
import { random } from '../tasks/random.ts';
import { openStage, type Stage } from './stage.ts';

const SIGNALS = 10_000;
const FACTS = 200; // tasks that are late when they come, so that a sweep says so at once
const AT_ONCE = 10; // signals on their way together: many of them during a sweep, some at the end of a run
const BLOCK = 250; // signals; a server that keeps up sees them in some tens of workflow tasks
const OPENS = at('2018-02-27', '09:00');
const soon = { timeout: 60_000, interval: 100 };

let stage: Stage;
beforeAll(async () => {
  stage = await openStage(OPENS);
});
afterAll(() => stage.close());

const ask = <T>(query: ReturnType<typeof sql<T>>) => rows(stage.db.systemKysely as unknown as Tx, query);

async function lateTask(area: string, sourceKey: string): Promise<void> {
  await stage.db.tx(stage.county.actor, OPENS, (tx) =>
    insertTasks(
      tx,
      stage.county.countyCode,
      [
        {
          sourceKey,
          kind: 'broadcast',
          subject: 'village',
          subjectId: area,
          areaCode: area,
          side: 'cadre',
          opensOn: '2018-01-09',
          dueOn: '2018-02-14',
        },
      ],
      OPENS,
    ),
  );
}
const unsaid = async () =>
  (
    await ask(
      sql<{
        count: number;
      }>`select count(*) as count from task t where t.kind = 'broadcast' and not exists (select from escalation e where e.task_id = t.id)`,
    )
  )[0]?.count;

/** The number of events of every run of a workflow, the first one first. */
async function histories(handle: WorkflowHandle, firstRun: string): Promise<number[]> {
  const counts: number[] = [];
  for (let run: string | null | undefined = firstRun; run; ) {
    const { events } = await handle.client.getHandle(handle.workflowId, run).fetchHistory();
    counts.push(events?.length ?? 0);
    run = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return counts;
}

describe('a minder', () => {
  it('of ten thousand signals sweeps the last fact, and no history grows past 4,096 events', async () => {
    const areas = stage.county.villages.slice(0, 2).map(({ code }) => code);
    const handles: WorkflowHandle[] = [];
    for (const area of areas) handles.push(await stage.start(`agenda/${area}`));
    const firstRuns = await Promise.all(handles.map(async (handle) => (await handle.describe()).runId));

    const next = random(20180227);
    for (let sent = 0; sent < SIGNALS; sent += AT_ONCE) {
      const area = () => areas[Math.floor(next() * areas.length)] ?? '';
      if (sent % (SIGNALS / FACTS) === 0) await lateTask(area(), `late${sent}`);
      await Promise.all(Array.from({ length: AT_ONCE }, () => stage.changed(`agenda/${area()}`)));
      // As the relay's pages do, a block of signals waits for the one before it to have been seen.
      if (sent % BLOCK === 0)
        await Promise.all(handles.map((handle) => handle.client.getHandle(handle.workflowId).query('__stack_trace')));
    }
    await stage.until('2018-02-27', '12:00');
    await expect.poll(unsaid, soon).toBe(0);

    const counts = await Promise.all(handles.map((handle, n) => histories(handle, firstRuns[n] ?? '')));
    expect(Math.max(...counts.flat())).toBeLessThan(4_096);
    expect(Math.min(...counts.map((runs) => runs.length))).toBeGreaterThan(1);
  });
});
