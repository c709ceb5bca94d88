// src/notices/store/reading.ts: notices and mails as their pages list them, a page at a time.
import type { Instant } from '../../platform/civil.ts';
import { maybeRow, rows, sql, type Tx } from '../../platform/db.ts';
import type { NoticeKind, NoticeState } from '../store.ts';

export interface NoticeListed {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly urgent: boolean;
  readonly state: NoticeState;
  readonly availableAt: Instant;
  readonly endedAt: Instant | null;
  readonly lines: number;
}

/** A person's notices before the one with the id `after`, by when they were made. */
export async function noticesOf(
  tx: Tx,
  countyCode: string,
  accountId: string,
  after: string | null,
  limit: number,
): Promise<NoticeListed[]> {
  return rows(
    tx,
    sql<NoticeListed>`
      select n.id, n.kind, n.urgent, n.state, n.available_at as "availableAt", n.ended_at as "endedAt",
        (select count(*) from notice_line l where l.county_code = n.county_code and l.notice_id = n.id and l.fate = 'told') as lines
      from notice n
      where n.county_code = ${countyCode} and n.account_id = ${accountId} and (${after}::uuid is null or (n.created_at, n.id) <
        (select c.created_at, c.id from notice c where c.county_code = ${countyCode} and c.id = ${after}::uuid))
      order by n.created_at desc, n.id desc limit ${limit}`,
  );
}

export interface MailListed {
  readonly id: number;
  readonly to: string;
  readonly subject: string;
  readonly receivedAt: Instant;
}

export async function mailsAfter(tx: Tx, to: string, after: number | null, limit: number): Promise<MailListed[]> {
  return rows(
    tx,
    sql<MailListed>`select id, to_address as "to", subject, received_at as "receivedAt" from mailbox
      where (${after}::bigint is null or id < ${after}::bigint) and position(lower(${to}) in lower(to_address)) > 0 order by id desc limit ${limit}`,
  );
}

export async function mailOf(
  tx: Tx,
  id: number,
): Promise<(MailListed & { readonly messageId: string; readonly body: string }) | null> {
  return maybeRow(
    tx,
    sql<
      MailListed & { messageId: string; body: string }
    >`select id, message_id as "messageId", to_address as "to", subject, body,
      received_at as "receivedAt" from mailbox where id = ${id}`,
  );
}
