// src/notices/store/preferences.ts: what somebody has said about being reminded; no row means yes.
import { maybeRow, sql, type Tx } from '../../platform/db.ts';

export async function wantsReminders(tx: Tx, countyCode: string, accountId: string): Promise<boolean> {
  const said = await maybeRow(
    tx,
    sql<{ subscribed: boolean }>`select subscribed from preference
      where county_code = ${countyCode} and account_id = ${accountId} and class = 'reminder'`,
  );
  return said?.subscribed ?? true;
}

export async function setReminders(tx: Tx, countyCode: string, accountId: string, wanted: boolean): Promise<void> {
  await sql`insert into preference (county_code, account_id, class, subscribed) values (${countyCode}, ${accountId}, 'reminder', ${wanted})
    on conflict (county_code, account_id, class) do update set subscribed = excluded.subscribed`.execute(tx);
}
