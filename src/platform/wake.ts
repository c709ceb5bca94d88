// src/platform/wake.ts: from a fact to a workflow. A transaction ends with `wake`; the relay turns rows into signals.
import { sql, type Tx } from './db.ts';

/** The workflows that facts may wake, `{type}/{key}`: the key is the workflow's only argument. */
export const workflowIds = {
  agenda: (area: string) => `agenda/${area}`,
  courier: (countyCode: string, channel: 'email' = 'email') => `courier/${countyCode}/${channel}`,
  register: (countyCode: string) => `register/${countyCode}`,
  campaign: (id: string) => `campaign/${id}`,
  clinic: (id: string) => `clinic/${id}`,
  round: (id: string) => `round/${id}`,
  referral: (id: string) => `referral/${id}`,
} as const;

/** Asks that these workflows look at the facts again: one row for each distinct id, seen when the transaction commits. */
export async function wake(tx: Tx, workflowIds: readonly string[]): Promise<void> {
  if (workflowIds.length === 0) return;
  await sql`insert into wake (workflow_id) select distinct unnest(${[...workflowIds]}::text[])`.execute(tx);
}
