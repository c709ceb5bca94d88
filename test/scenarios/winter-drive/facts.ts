// test/scenarios/winter-drive/facts.ts: what the drive came to, asked of the rows directly.
import { type Db, sql } from '../../../src/platform/db.ts';

const COUNTY = '450803';

async function all<T>(db: Db, statement: ReturnType<typeof sql<T>>): Promise<T[]> {
  return (await statement.execute(db.systemKysely)).rows;
}

const counted = (rows: readonly { key: string; n: number }[]): Record<string, number> =>
  Object.fromEntries(rows.map(({ key, n }) => [key, n]));

/** Tasks the drive made itself, by kind. */
export const made = async (db: Db) =>
  counted(
    await all(
      db,
      sql<{
        key: string;
        n: number;
      }>`select kind as key, count(*)::int as n from task where source_key like 'duty/%' and kind in ('policy_talk', 'verification', 'contract') group by 1`,
    ),
  );

/** Follow-ups claimed at the launch. */
export const adopted = async (db: Db) =>
  counted(
    await all(
      db,
      sql<{
        key: string;
        n: number;
      }>`select kind as key, count(*)::int as n from task where kind in ('htn', 't2dm') and campaign_id is not null and in_goal group by 1`,
    ),
  );

/** Next tasks claimed while the drive ran. */
export const next = async (db: Db) =>
  counted(
    await all(
      db,
      sql<{
        key: string;
        n: number;
      }>`select kind as key, count(*)::int as n from task where campaign_id is not null and not in_goal group by 1`,
    ),
  );

/** How every task at a door ended: `kind/ending`. */
export const endings = async (db: Db) =>
  counted(
    await all(
      db,
      sql<{
        key: string;
        n: number;
      }>`select kind || '/' || case when released_at is not null and (closed_at is null or closed_at > released_at) then 'released' else coalesce(close_reason, 'open') end as key, count(*)::int as n
        from task where campaign_id is not null and kind in ('policy_talk', 'verification', 'contract', 'htn', 't2dm', 'referral_check') group by 1`,
    ),
  );

export const one = async (db: Db, statement: ReturnType<typeof sql<{ n: number }>>): Promise<number> =>
  (await all(db, statement))[0]?.n ?? 0;

export interface Climbed {
  readonly task: string;
  readonly cycle: number;
  readonly level: number;
  readonly kind: string;
  readonly morning: string;
}

export const climbed = (db: Db): Promise<Climbed[]> =>
  all(
    db,
    sql<Climbed>`select task_id as task, cycle, level, kind, decided_on as morning from escalation where county_code = ${COUNTY}`,
  );

/** Households with a talk since the launch. */
export const seen = (db: Db) =>
  one(
    db,
    sql<{
      n: number;
    }>`select count(distinct household_id)::int as n from record where kind = 'policy_talk' and filing = 'accepted'`,
  );

export const urgent = (db: Db) =>
  one(db, sql<{ n: number }>`select count(*)::int as n from referral where kind = 'urgent'`);
