// src/supervision/store/recurrences.ts: what comes again, as rows.
import type { CivilDate } from '../../platform/civil.ts';
import { rows, sql, type Tx, written } from '../../platform/db.ts';

export interface RecurrenceRow {
  readonly key: string;
  readonly what: 'clinic' | 'round' | 'review';
  readonly rule: unknown;
  readonly nextOn: CivilDate;
}

/** @returns false where the key is taken. */
export async function insertRecurrence(tx: Tx, countyCode: string, recurrence: RecurrenceRow): Promise<boolean> {
  const wrote = await written(
    tx,
    sql`insert into recurrence (county_code, key, what, rule, next_on)
      values (${countyCode}, ${recurrence.key}, ${recurrence.what}, ${JSON.stringify(recurrence.rule)}, ${recurrence.nextOn}) on conflict do nothing`,
  );
  return wrote === 1;
}

/** Locks what is due by `day` and not paused. */
export async function lockDueRecurrences(tx: Tx, countyCode: string, day: CivilDate): Promise<RecurrenceRow[]> {
  return rows(
    tx,
    sql<RecurrenceRow>`select key, what, rule, next_on as "nextOn" from recurrence
      where county_code = ${countyCode} and paused_by is null and next_on <= ${day}::date order by key for no key update`,
  );
}

export async function moveRecurrence(tx: Tx, countyCode: string, key: string, nextOn: CivilDate): Promise<void> {
  await sql`update recurrence set next_on = ${nextOn} where county_code = ${countyCode} and key = ${key}`.execute(tx);
}
