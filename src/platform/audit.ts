// src/platform/audit.ts: who did what, written in the deed's own transaction; the chain is filled at commit.
import { type Actor, accountOf } from './actor.ts';
import type { Instant } from './civil.ts';
import { rows, sql, type Tx } from './db.ts';

/** Writes one entry. `detail` holds codes, ids and counts: never a name, a number or a reading. */
export async function audit(
  tx: Tx,
  actor: Actor,
  asOf: Instant,
  act: string,
  subject: string,
  detail: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await sql`insert into audit_entry (county_code, at, account_id, act, subject, detail)
    values (${actor.countyCode}, ${asOf}, ${accountOf(actor)}, ${act}, ${subject}, ${JSON.stringify(detail)})`.execute(
    tx,
  );
}

/** Writes one entry for each subject, in one statement. */
export async function auditEach(
  tx: Tx,
  actor: Actor,
  asOf: Instant,
  act: string,
  entries: readonly { readonly subject: string; readonly detail: Readonly<Record<string, unknown>> }[],
): Promise<void> {
  if (entries.length === 0) return;
  await sql`insert into audit_entry (county_code, at, account_id, act, subject, detail)
    select ${actor.countyCode}, ${asOf}::timestamptz, ${accountOf(actor)}::uuid, ${act}, n.subject, n.detail
    from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb) as n(subject text, detail jsonb)`.execute(tx);
}

/** Recomputes the county's chain. @returns the first entry that does not fit, or null when the whole chain verifies. */
export async function brokenLink(tx: Tx, countyCode: string): Promise<{ seq: number; entryId: string | null } | null> {
  const links = await rows(
    tx,
    sql<{ seq: number; entryId: string | null; fits: boolean }>`
      select link.seq, entry.id as "entryId",
        coalesce(link.hash = audit_hash(coalesce(lag(link.hash) over w, sha256('')), entry)
          and link.seq = coalesce(lag(link.seq) over w, 0) + 1, false) as fits
      from audit_link link left join audit_entry entry on entry.county_code = link.county_code and entry.id = link.entry_id
      where link.county_code = ${countyCode} window w as (order by link.seq) order by link.seq`,
  );
  const broken = links.find((link) => !link.fits);
  if (broken) return { seq: broken.seq, entryId: broken.entryId };
  const unlinked = await rows(
    tx,
    sql<{ id: string }>`select id from audit_entry e where county_code = ${countyCode}
      and not exists (select from audit_link l where l.county_code = e.county_code and l.entry_id = e.id) limit 1`,
  );
  return unlinked[0] ? { seq: links.length + 1, entryId: unlinked[0].id } : null;
}
