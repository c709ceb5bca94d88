// src/platform/wake.ts: from a fact to a workflow. A transaction ends with `wake`; the relay turns rows into signals.
import { sql, type Tx } from './db.ts';
import { key } from './key.ts';

/** The workflows that facts may wake, `{type}/{key}`: the key is the workflow's only argument. `reconcile` builds the same in SQL. */
export const workflowIds = {
  agenda: (area: string) => key('agenda', area),
  courier: (countyCode: string, channel: 'email' = 'email') => key('courier', countyCode, channel),
  register: (countyCode: string) => key('register', countyCode),
  campaign: (id: string) => key('campaign', id),
  clinic: (id: string) => key('clinic', id),
  round: (id: string) => key('round', id),
  referral: (id: string) => key('referral', id),
} as const;

/** Asks that these workflows look at the facts again: one row for each distinct id, seen when the transaction commits. */
export async function wake(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`insert into wake (workflow_id) select distinct unnest(${[...ids]}::text[])`.execute(tx);
}
