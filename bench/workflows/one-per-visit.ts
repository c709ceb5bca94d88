// bench/workflows/one-per-visit.ts: the road not taken: a workflow for each visit owed, asleep until it is late.
import { proxyActivities, sleep } from '@temporalio/workflow';

const { escalate } = proxyActivities<{ escalate(): Promise<void> }>({ startToCloseTimeout: '60 seconds' });

/** The least such a workflow can be: one timer, one rung, no signal that the visit was made or its date moved. */
export async function onePerVisit(ms: number): Promise<void> {
  await sleep(ms);
  await escalate();
}
