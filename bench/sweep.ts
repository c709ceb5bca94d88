// bench/sweep.ts: what a morning's 167 sweeps cost above their bare reads and writes in as many plain transactions.
import type pg from 'pg';
import { agenda } from '../activities/agenda.ts';
import { COUNTY, VILLAGES } from './county.ts';
import { bareConnection, type Ground, warm } from './ground.ts';
import { platformOver } from './launch.ts';
import { alternate, type Rounds, timed } from './measure.ts';
import { LATE, MORNING } from './peak.ts';

const ROUNDS = 5;
const PATIENCE = 45_000; // ms
const READ = ['task', 'calendar_day', 'team', 'team_member', 'account', 'role_grant'] as const;
const WRITTEN = ['escalation', 'notice_line', 'notice', 'area_sweep', 'wake', 'audit_entry'] as const;

/** The rows of one area's sweep, as columns. */
interface Morning {
  readonly area: string;
  readonly rungs: Columns;
  readonly lines: Columns;
  readonly envelopes: Columns;
  readonly detail: unknown;
}
type Columns = readonly unknown[][];

/** @param peak template of the drive at its peak. */
export async function benchSweep(ground: Ground, peak: string): Promise<Rounds> {
  const first = await ground.clone(peak, 'round');
  const before = await counts(first);
  await sweepAll(first);
  const written = differences(await counts(first), before);
  if (written.escalation !== LATE) throw new Error(`a morning climbed ${written.escalation} rungs, not ${LATE}`);
  const mornings = await morningsOf(first);
  await ground.drop('round');

  const fresh = async () => {
    const url = await ground.clone(peak, 'round');
    await warm(url, READ);
    return url;
  };
  return alternate(
    ROUNDS,
    PATIENCE,
    async () => {
      const ms = await sweepAll(await fresh());
      await ground.drop('round');
      return ms;
    },
    async () => {
      const url = await fresh();
      const client = await bareConnection(url);
      const ms = await timed(async () => {
        for (const morning of mornings) await bareSweep(client, morning);
      });
      await client.end();
      const same = differences(await counts(url), before);
      if (JSON.stringify(same) !== JSON.stringify(written))
        throw new Error(`not the same rows: ${JSON.stringify(written)} and ${JSON.stringify(same)}`);
      await ground.drop('round');
      return ms;
    },
  );
}

/** Every village by the activity that its agenda calls, one after the other. */
async function sweepAll(url: string): Promise<number> {
  const platform = platformOver(url);
  try {
    const { sweepAgenda } = agenda(platform);
    const { rows } = await platform.db.systemPool.query<{ code: string }>(
      `select code from division where level = 'village' order by code`,
    );
    if (rows.length !== VILLAGES) throw new Error(`${rows.length} villages`);
    return await timed(async () => {
      for (const { code } of rows) await sweepAgenda({ area: code, asOf: MORNING });
    });
  } finally {
    await platform.close();
  }
}

/** What each sweep inserted, ready to be inserted again. */
async function morningsOf(url: string): Promise<Morning[]> {
  const client = await bareConnection(url);
  const of = async (statement: string, area: string): Promise<Columns> => {
    const { rows, fields } = await client.query<unknown[]>({ text: statement, values: [area], rowMode: 'array' });
    return fields.map((_, column) => rows.map((row) => row[column]));
  };
  const { rows } = await client.query<{ code: string }>(
    `select code from division where level = 'village' order by code`,
  );
  const mornings: Morning[] = [];
  for (const { code: area } of rows) {
    const audit = await of(
      `select detail from audit_entry where act = 'agenda.swept' and subject = 'agenda/' || $1`,
      area,
    );
    mornings.push({
      area,
      rungs: await of(
        'select task_id, cycle, level, kind, decided_on, due_at from escalation where area_code = $1 order by task_id',
        area,
      ),
      lines: await of(
        'select key, kind, account_id, task_id, subject_id, cycle, level from notice_line where area_code = $1 order by id',
        area,
      ),
      envelopes: await of(
        `select key, account_id, available_at from notice
          where account_id in (select account_id from notice_line where area_code = $1) order by account_id`,
        area,
      ),
      detail: audit[0]?.[0],
    });
  }
  await client.end();
  return mornings;
}

/** The same reads and the same rows with nothing around them. */
async function bareSweep(client: pg.Client, { area, rungs, lines, envelopes, detail }: Morning): Promise<void> {
  await client.query('begin');
  await client.query(
    `select count(*), bool_or(bounded_until is not null) from task where county_code = $1 and area_code = $2 and closed_at is null`,
    [COUNTY, area],
  );
  await client.query(
    `select m.role, t.side, t.id, a.id from team t join team_member m on m.county_code = t.county_code and m.team_id = t.id
      join account a on a.county_code = m.county_code and a.id = m.account_id where t.county_code = $1 and t.area_code = $2`,
    [COUNTY, area],
  );
  await client.query(
    `select t.id, t.cycle, t.side, t.due_on, t.opens_on, t.grace, e.level from task t
      left join escalation e on e.county_code = t.county_code and e.task_id = t.id and e.cycle = t.cycle
      where t.county_code = $1 and t.area_code = $2 and t.closed_at is null and t.due_on <= '2018-01-30' order by t.id for no key update of t`,
    [COUNTY, area],
  );
  await client.query(
    `insert into escalation (county_code, task_id, cycle, level, area_code, kind, decided_on, due_at, at)
      select $1, r.*, $3 from (select task_id, cycle, level, $2::text, kind, decided_on, due_at
        from unnest($4::uuid[], $5::integer[], $6::integer[], $7::text[], $8::date[], $9::timestamptz[]) as r(task_id, cycle, level, kind, decided_on, due_at)) r`,
    [COUNTY, area, MORNING, ...rungs],
  );
  await client.query(
    `insert into notice_line (county_code, key, kind, account_id, task_id, subject_id, cycle, level, area_code, created_at)
      select $1, l.*, $2, $3 from unnest($4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::uuid[], $9::integer[], $10::integer[]) as l`,
    [COUNTY, area, MORNING, ...lines],
  );
  await client.query(
    `insert into notice (county_code, key, account_id, available_at, kind, channel, created_at)
      select $1, n.*, 'digest', 'email', $2 from unnest($3::text[], $4::uuid[], $5::timestamptz[]) as n on conflict do nothing`,
    [COUNTY, MORNING, ...envelopes],
  );
  await client.query(
    `insert into area_sweep (county_code, area_code, swept_at, next_at) values ($1, $2, $3, $3::timestamptz + interval '1 day')`,
    [COUNTY, area, MORNING],
  );
  await client.query(`insert into wake (workflow_id) values ($1)`, [`courier/${COUNTY}/email`]);
  await client.query(
    `insert into audit_entry (county_code, at, act, subject, detail) values ($1, $2, 'agenda.swept', $3, $4)`,
    [COUNTY, MORNING, `agenda/${area}`, detail],
  );
  await client.query('commit');
}

type Counts = Readonly<Record<(typeof WRITTEN)[number], number>>;

async function counts(url: string): Promise<Counts> {
  const client = await bareConnection(url);
  const { rows } = await client.query<Counts>(
    `select ${WRITTEN.map((table) => `(select count(*) from ${table}) as ${table}`).join(', ')}`,
  );
  await client.end();
  if (!rows[0]) throw new Error('nothing was counted');
  return rows[0];
}

const differences = (after: Counts, before: Counts): Counts =>
  Object.fromEntries(WRITTEN.map((table) => [table, after[table] - before[table]])) as Counts;
