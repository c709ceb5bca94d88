// bench/visit.ts: what recording a visit through the API costs above its inserts and updates in one plain transaction.
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type pg from 'pg';
import { type Instant, plusMinutes } from '../src/platform/civil.ts';
import { COUNTY } from './county.ts';
import { bareConnection } from './ground.ts';
import { alternate, type Rounds, timed } from './measure.ts';

const VISITS = 300; // of each kind
const PATIENCE = 60_000; // ms
const WARM_UP = 40; // of each: code compiled, connections open, plans of catalog rows loaded
const WRITTEN = [
  'visit',
  'record',
  'measurement',
  'judgement',
  'task',
  'audit_entry',
  'audit_link',
  'confirmation',
  'referral',
] as const;

/** A door with a talk owed and somebody whose blood pressure is due. */
interface Door {
  readonly login: string;
  readonly areaCode: string;
  readonly householdId: string;
  readonly personId: string;
  readonly enrolmentId: string;
  readonly talkId: string;
  readonly followUpId: string;
}

/** One client at the API, signed in as each village's doctor in turn; one plain connection beside it. */
export async function benchVisit(base: string, url: string, password: string, asOf: Instant): Promise<Rounds> {
  const client = await bareConnection(url);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const doors = await doorsOf(client, 2 * (VISITS + WARM_UP));
    const cookies = new Map<string, string>();
    for (const { login } of doors) {
      if (!cookies.has(login)) {
        const { headers } = await post(agent, `${base}/api/v1/session`, { login, password }, '');
        cookies.set(login, (headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '');
      }
    }
    const next = () => {
      const door = doors.pop();
      if (!door) throw new Error('no door is left');
      return door;
    };
    const arrivedAt = plusMinutes(asOf, -30);
    const product = async () => {
      const door = next();
      const body = visitTo(door, arrivedAt);
      const ms = await timed(() => post(agent, `${base}/api/v1/visits`, body, cookies.get(door.login) ?? ''));
      return { ms, door, body };
    };
    const { door, body } = await product();
    const prototype = await rowsOf(client, door, body);
    const bare = async () => bareVisit(client, prototype, next(), arrivedAt);

    const counted = await counts(client);
    await product();
    const afterProduct = await counts(client);
    await bare();
    const afterBare = await counts(client);
    const [ours, theirs] = [difference(afterProduct, counted), difference(afterBare, afterProduct)];
    if (ours !== theirs) throw new Error(`not the same rows: ${ours} and ${theirs}`);

    const turns = (each: number) => alternate(each, PATIENCE, async () => (await product()).ms, bare);
    await turns(WARM_UP / 2);
    await client.query('vacuum (analyze)'); // as in a county of some days' age: what was planned on empty tables is planned anew
    await turns(WARM_UP / 2 - 2);
    return await turns(VISITS);
  } finally {
    agent.destroy();
    await client.end();
  }
}

function visitTo(door: Door, arrivedAt: Instant) {
  return {
    id: randomUUID(),
    areaCode: door.areaCode,
    householdId: door.householdId,
    arrivedAt,
    present: [door.personId],
    records: [
      {
        id: randomUUID(),
        kind: 'policy_talk',
        taskId: door.talkId,
        body: { listenerId: door.personId, understood: 'said', handbook: true },
      },
      {
        id: randomUUID(),
        kind: 'htn',
        taskId: door.followUpId,
        personId: door.personId,
        enrolmentId: door.enrolmentId,
        body: { mode: 2, sbp: 128, dbp: 80 },
      },
    ],
  };
}

type Row = Readonly<Record<string, unknown>>;
interface Prototype {
  readonly door: Door;
  readonly ids: readonly string[];
  readonly tables: readonly { readonly table: string; readonly rows: readonly Row[] }[];
  readonly closedAt: string;
  readonly closedOn: string;
}

/** What the product wrote for one visit, to be written again for others. */
async function rowsOf(client: pg.Client, door: Door, body: ReturnType<typeof visitTo>): Promise<Prototype> {
  const of = async (table: string, condition: string, value: string) => {
    const { rows } = await client.query<Row>(`select * from ${table} where ${condition} order by 1, 2`, [value]);
    return { table, rows };
  };
  const [, reading] = body.records;
  const made = [
    await of('visit', 'id = $1', body.id),
    await of('record', 'visit_id = $1', body.id),
    await of('measurement', 'record_id = $1', reading?.id ?? ''),
    await of('judgement', 'record_id = $1', reading?.id ?? ''),
    await of('task', `source_key = 'follow/' || $1 || '/next'`, reading?.id ?? ''),
    await of('audit_entry', `subject = 'visit/' || $1`, body.id),
  ];
  const { rows } = await client.query<{ at: string; on: string }>(
    'select closed_at as at, closed_on as on from task where id = $1',
    [door.followUpId],
  );
  if (made.some((part) => part.rows.length === 0) || !rows[0]?.at)
    throw new Error('the visit was not accepted as an ordinary one');
  const minted = new Set(['judgement', 'task', 'audit_entry']);
  return {
    door,
    ids: [body.id, ...body.records.map(({ id }) => id)],
    tables: made.map((part) => ({
      table: part.table,
      rows: part.rows.map((row) =>
        Object.fromEntries(
          Object.entries(row).filter(
            ([column, value]) => value !== null && !(column === 'id' && minted.has(part.table)),
          ),
        ),
      ),
    })),
    closedAt: rows[0].at,
    closedOn: rows[0].on,
  };
}

/** A statement a table, as somebody would write them by hand. Other ids in place of the prototype's are put in beforehand, untimed. */
async function bareVisit(client: pg.Client, prototype: Prototype, door: Door, arrivedAt: Instant): Promise<number> {
  const body = visitTo(door, arrivedAt);
  const swaps = [
    ...prototype.ids.map((id, n) => [id, [body.id, ...body.records.map((record) => record.id)][n]]),
    ...(Object.keys(door) as (keyof Door)[]).map((key) => [prototype.door[key], door[key]]),
  ] as [string, string][];
  const text = swaps.reduce((all, [from, to]) => all.replaceAll(from, to), JSON.stringify(prototype.tables));
  const inserts = (JSON.parse(text) as Prototype['tables']).map(({ table, rows }) => insertOf(table, rows));
  return timed(async () => {
    await client.query('begin');
    for (const { statement, values } of inserts) await client.query(statement, values);
    await client.query(
      `update task t set closed_at = $2, closed_on = $3, close_reason = 'done', closed_by = n.record
        from unnest($4::uuid[], $5::uuid[]) as n(task, record) where t.county_code = $1 and t.id = n.task`,
      [
        COUNTY,
        prototype.closedAt,
        prototype.closedOn,
        [door.talkId, door.followUpId],
        body.records.map(({ id }) => id),
      ],
    );
    await client.query('commit');
  });
}

function insertOf(table: string, rows: readonly Row[]): { statement: string; values: unknown[] } {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const values = rows.flatMap((row) => columns.map((column) => row[column] ?? null));
  const tuples = rows.map((_, n) => `(${columns.map((__, c) => `$${n * columns.length + c + 1}`).join(', ')})`);
  return { statement: `insert into ${table} (${columns.join(', ')}) values ${tuples.join(', ')}`, values };
}

async function doorsOf(client: pg.Client, limit: number): Promise<Door[]> {
  const { rows } = await client.query<Door>(
    `select a.login, e.village_code as "areaCode", p.household_id as "householdId", p.id as "personId", e.id as "enrolmentId",
        talk.id as "talkId", follow.id as "followUpId"
      from enrolment e join person p on p.id = e.person_id
      join task talk on talk.household_id = p.household_id and talk.kind = 'policy_talk' and talk.closed_at is null
      join task follow on follow.enrolment_id = e.id and follow.closed_at is null
      join team_member m on m.area_code = e.village_code and m.role = 'lead'
      join account a on a.id = m.account_id and a.login like '%.doctor'
      order by e.village_code, e.id limit $1`,
    [limit],
  );
  if (rows.length < limit) throw new Error(`${rows.length} doors`);
  return rows;
}

async function counts(client: pg.Client): Promise<Readonly<Record<string, number>>> {
  const { rows } = await client.query<Record<string, number>>(
    `select ${WRITTEN.map((table) => `(select count(*) from ${table}) as ${table}`).join(', ')},
      (select count(*) from task where closed_at is not null) as closed`,
  );
  return rows[0] ?? {};
}

const difference = (after: Readonly<Record<string, number>>, before: Readonly<Record<string, number>>): string =>
  JSON.stringify(
    Object.fromEntries(Object.entries(after).map(([table, rows]) => [table, rows - (before[table] ?? 0)])),
  );

/** @throws Error for any answer but a 2xx. */
function post(agent: http.Agent, url: string, body: unknown, cookie: string): Promise<http.IncomingMessage> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = http.request(
      url,
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
          ...(cookie ? { cookie } : {}),
        },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('error', reject);
        response.once('end', () => {
          const answer = Buffer.concat(parts).toString();
          const accepted = !url.endsWith('/visits') || answer.includes('"filing":"accepted","reason":null,"records"');
          if ((response.statusCode ?? 500) < 300 && accepted) resolve(response);
          else reject(new Error(`${url} answered ${response.statusCode}: ${answer.slice(0, 500)}`));
        });
      },
    );
    request.once('error', reject);
    request.end(text);
  });
}
