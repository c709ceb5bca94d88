import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMail } from '../../src/notices/channels/email.ts';
import { courierSweep, type PostOffice } from '../../src/notices/courier.ts';
import { type Mailbox, openMailbox } from '../../src/notices/mailbox.ts';
import { insertNotices } from '../../src/notices/store.ts';
import { at, type CivilDate, type Instant, plusMinutes } from '../../src/platform/civil.ts';
import { type Db, openDb, rows, sql, type Tx } from '../../src/platform/db.ts';
import { sweepAt } from '../../src/tasks/rules/sweep-times.ts';
import { closeTasks, insertTasks } from '../../src/tasks/store.ts';
import { sweepAgenda } from '../../src/tasks/sweep.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';

let db: Db;
let county: SmallCounty;
let mailbox: Mailbox;
let post: PostOffice;
const closing: (() => Promise<unknown> | unknown)[] = [];

beforeEach(async () => {
  const fresh = await freshDatabase();
  db = openDb({ url: fresh.url });
  county = await smallCounty(db);
  // In these tests a village's digest is its lead's: the others have said no, but where they are asked about.
  await ask(sql`insert into preference (county_code, account_id, class, subscribed)
    select m.county_code, m.account_id, 'reminder', false from team_member m where m.role = 'member' returning account_id`);
  mailbox = await openMailbox(db);
  post = officeAt(mailbox.url);
  closing.push(
    () => mailbox.close(),
    () => db.close(),
    fresh.drop,
  );
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function officeAt(url: string): PostOffice {
  const mail = openMail(url, 1_000);
  closing.unshift(() => mail.close());
  return { db, mail, mailFrom: '到户 <doorstep@doorstep.example>', publicUrl: 'https://doorstep.example' };
}

const ask = <T>(query: ReturnType<typeof sql<T>>) => rows(db.systemKysely as unknown as Tx, query);
const send = (asOf: Instant, from = post) => courierSweep(from, county.countyCode, 'email', asOf);
const mails = () =>
  ask(sql<{
    to: string;
    subject: string;
    body: string;
    messageId: string;
    at: Instant;
  }>`select to_address as "to", subject, body,
  message_id as "messageId", received_at as at from mailbox order by id`);
const states = () =>
  ask(sql<{ state: string }>`select concat_ws(' ', n.kind, n.state, d.attempt, d.outcome, d.code) as state
  from notice n left join delivery d on d.notice_id = n.id order by n.key, d.attempt`).then((found) =>
    found.map(({ state }) => state),
  );

/** Talks with the households of the first village, due on `dueOn`; the doctor's and the cadre's. */
async function tasks(
  dueOn: CivilDate,
  households = 3,
  side: 'medical' | 'either' = 'medical',
  village = 0,
): Promise<string[]> {
  const { code, households: own } = county.villages[village] ?? county.villages[0];
  return db.tx(county.actor, at('2018-01-09', '10:00'), (tx) =>
    insertTasks(
      tx,
      county.countyCode,
      own.slice(0, households).map((household) => ({
        sourceKey: `${household.id}/${dueOn}`,
        kind: 'policy_talk',
        subject: 'household' as const,
        subjectId: household.id,
        householdId: household.id,
        areaCode: code,
        side,
        opensOn: '2018-01-09' as const,
        dueOn,
      })),
      at('2018-01-09', '10:00'),
    ),
  );
}
async function sweep(day: CivilDate, village = 0): Promise<void> {
  const area = county.villages[village]?.code ?? '';
  const asOf = sweepAt(area, day);
  await db.tx(county.actor, asOf, (tx) => sweepAgenda(tx, county.actor, area, asOf));
}
/** The fixture's own follow-ups are out of the way until 2018-02-16. */
const DUE: CivilDate = '2018-01-25';
const digest = (day: CivilDate) => at(day, '08:00');

async function alarm(key = 'urg/1/first', asOf: Instant = at('2018-01-30', '20:50')): Promise<void> {
  await db.tx(county.actor, asOf, (tx) =>
    insertNotices(
      tx,
      county.countyCode,
      [
        {
          key,
          kind: 'urgent',
          accountId: county.towns[0].supervisor,
          urgent: true,
          subjectId: 'r',
          params: { words: 'notices.plain' },
          availableAt: asOf,
        },
      ],
      asOf,
    ),
  );
}

/** A server that says what a test wants at each step. */
async function smtp(options: SMTPServerOptions): Promise<{ url: string }> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  closing.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}` };
}

/** Cuts the line of one session, as a server that dies does. */
function drop(server: unknown, session: unknown): void {
  for (const one of (server as { connections: Set<{ _socket: Socket; session: unknown }> }).connections)
    if (one.session === session) one._socket.destroy();
}

describe('a digest', () => {
  it('leaves once, at 08:00, with what is due and no name', async () => {
    await tasks(DUE);
    await sweep(DUE);
    expect((await send(plusMinutes(digest(DUE), -1))).next).toBe(digest(DUE));
    expect(await send(digest(DUE))).toMatchObject({ sent: 1, ended: true });
    expect(await send(plusMinutes(digest(DUE), 1))).toMatchObject({ sent: 0, ended: true });
    const [mail, ...others] = await mails();
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ to: 'v1.doctor@doorstep.example', at: digest(DUE) });
    expect(mail?.subject).toBe('2018-01-25 青塘镇王家村：到期3件');
    expect(mail?.messageId).toMatch(/^<[0-9a-f-]{36}@doorstep>$/);
    expect(mail?.body).toContain('450803001001-002号户 政策宣讲');
    expect(mail?.body).toContain('https://doorstep.example/');
    for (const { persons } of county.villages[0].households)
      for (const { name } of persons) expect(mail?.body).not.toContain(name);
  });

  it('says how late, at which level, and what was told before; supervisors read by village', async () => {
    await tasks(DUE, 1);
    await tasks(DUE, 2, 'medical', 1);
    for (const day of ['2018-01-26', '2018-01-29'] as const) {
      for (const village of [0, 1]) await sweep(day, village);
      await send(digest(day));
    }
    const town = (await mails()).find(({ to }) => to.startsWith('town1'));
    expect(town?.subject).toBe('2018-01-29 2个村：逾期3件');
    expect(town?.body).toContain('青塘镇上坪村：逾期2件');
    expect(town?.body).toContain('2018-01-25到期，已逾期2个工作日，已报到第2级');
    await tasks('2018-01-30', 3);
    await sweep('2018-01-30');
    await send(digest('2018-01-30'));
    const doctor = (await mails()).findLast(({ to }) => to.startsWith('v1.doctor'));
    expect(doctor?.subject).toContain('逾期1件，到期3件');
    expect(doctor?.body).toContain('【逾期】1件');
  });

  it('is overtaken when every task has been done since', async () => {
    const ids = await tasks(DUE, 1);
    await sweep(DUE);
    const asOf = plusMinutes(digest(DUE), -5);
    await db.tx(county.actor, asOf, (tx) =>
      closeTasks(
        tx,
        county.countyCode,
        ids.map((id) => ({ id, reason: 'not_done', closedOn: DUE })),
        asOf,
      ),
    );
    await send(digest(DUE));
    expect(await mails()).toEqual([]);
    expect(await states()).toEqual(['digest overtaken']);
    expect(await ask(sql`select kind, fate from notice_line order by kind`)).toEqual([
      { kind: 'due', fate: 'overtaken' },
      { kind: 'owed', fate: 'overtaken' },
    ]);
  });

  it('is one a person a day: what comes later waits for tomorrow’s', async () => {
    await tasks(DUE);
    await sweep(DUE);
    await send(digest(DUE));
    await sql`insert into notice (county_code, key, kind, account_id, channel, available_at, created_at)
      values (${county.countyCode}, 'digest/late/2018-01-24', 'digest', ${county.villages[0].doctor}, 'email', ${digest(DUE)}, ${digest(DUE)})`.execute(
      db.systemKysely,
    );
    expect(await send(at(DUE, '15:00'))).toMatchObject({ sent: 0, next: digest('2018-01-26') });
  });

  it('waits through quiet hours, while an alarm does not', async () => {
    await tasks(DUE);
    await sweep(DUE);
    await alarm('urg/1/first', at(DUE, '20:50'));
    expect(await send(at(DUE, '20:51'))).toMatchObject({ sent: 1, next: digest('2018-01-26') });
    expect(await states()).toEqual(['digest due', 'urgent sent 1 sent']);
  });
});

describe('a mail server', () => {
  it('that is down delays and loses nothing', async () => {
    await tasks(DUE, 3, 'either');
    await sweep(DUE);
    const down = officeAt('smtp://127.0.0.1:1');
    const first = await send(digest(DUE), down);
    expect(first.sent).toBe(0);
    expect((await states()).sort()).toEqual(['digest due 1 released', 'digest due 1 temporary ESOCKET']);
    expect(await send(plusMinutes(first.next ?? digest(DUE), 1))).toMatchObject({ sent: 2 });
    expect((await mails()).map(({ body }) => body.includes('今天到期】3件'))).toEqual([true, true]);
  });

  it('that drops the connection before DATA gets the mail again', async () => {
    await tasks(DUE);
    await sweep(DUE);
    const sockets = new Set<Socket>();
    const rude: Server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.write('220 rude\r\n');
      socket.on('data', (data) => (/^MAIL/i.test(String(data)) ? socket.destroy() : socket.write('250 rude\r\n')));
    });
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', () => resolve()));
    closing.push(() => rude.close());
    const { next } = await send(digest(DUE), officeAt(`smtp://127.0.0.1:${(rude.address() as AddressInfo).port}`));
    expect(await states()).toEqual(['digest due 1 temporary ECONNECTION']);
    expect(await send(next ?? digest(DUE))).toMatchObject({ sent: 1 });
    expect(await mails()).toHaveLength(1);
  });

  it('that drops the connection after DATA may have it: routine never again, tomorrow says what still holds', async () => {
    await tasks(DUE, 1);
    await sweep('2018-01-26');
    let taken = 0;
    const rude = await smtp({
      onData(stream, session, _done) {
        stream.resume();
        stream.on('end', () => {
          taken++;
          drop(this, session);
        });
      },
    });
    await send(digest('2018-01-26'), officeAt(rude.url));
    expect(taken).toBe(1);
    expect((await states()).filter((state) => state.includes('unknown'))).toEqual([
      'digest unknown 1 unknown ECONNECTION',
    ]);
    expect(await send(plusMinutes(digest('2018-01-26'), 240))).toMatchObject({ sent: 0, next: digest('2018-01-27') });
    await send(digest('2018-01-27'));
    expect((await mails()).map(({ body }) => body.includes('【逾期】1件'))).toEqual([true]);
  });

  it('that drops the connection after an alarm’s DATA gets it again under the same Message-ID, marked as a repeat', async () => {
    await alarm();
    const seen: string[] = [];
    const rude = await smtp({
      onData(stream, session, _done) {
        stream.on('data', (part) => seen.push(String(part)));
        stream.on('end', () => drop(this, session));
      },
    });
    const { next } = await send(at('2018-01-30', '20:50'), officeAt(rude.url));
    await send(next ?? at('2018-01-30', '20:55'));
    const [mail] = await mails();
    expect(mail?.subject).toMatch(/^【重发】/);
    expect(seen.join('')).toContain(mail?.messageId);
    expect(await states()).toEqual(['urgent sent 1 unknown ECONNECTION', 'urgent sent 2 sent']);
  });

  it('that refuses for good makes a dead letter, and one task for the county', async () => {
    await tasks(DUE);
    await sweep(DUE);
    const rude = await smtp({
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error('no such user'), { responseCode: 550 })),
    });
    await send(digest(DUE), officeAt(rude.url));
    expect(await states()).toEqual(['digest dead 1 permanent 550']);
    expect(
      await ask(sql`select subject, area_code as area, due_on as due from task where kind = 'rectification'`),
    ).toEqual([{ subject: 'notice', area: county.countyCode, due: '2018-01-26' }]);
    expect(
      await ask(sql`select workflow_id as id from wake where workflow_id = ${`agenda/${county.countyCode}`}`),
    ).toHaveLength(1);
  });

  it('that refuses for now is tried again with longer pauses, and given up after twelve times', async () => {
    await alarm();
    const rude = officeAt(
      (
        await smtp({
          onMailFrom: (_address, _session, done) => done(Object.assign(new Error('busy'), { responseCode: 451 })),
        })
      ).url,
    );
    let next: Instant | null = at('2018-01-30', '20:50');
    const gaps: number[] = [];
    while (next) {
      const from: Instant = next;
      next = (await send(from, rude)).next;
      if (next) gaps.push(Math.round((Date.parse(next) - Date.parse(from)) / 60_000));
    }
    expect(gaps).toEqual([1, 2, 4, 8, 10, 10, 10, 10, 10, 10, 10]);
    expect((await states()).at(-1)).toBe('urgent dead 12 temporary 451');
  });
});

describe('a page of mails', () => {
  it('goes out four at once after a first one alone, each outcome written before the next goes in its place', async () => {
    for (let n = 1; n <= 9; n++) await alarm(`urg/${n}/first`);
    let under = 0;
    const waiting: (() => void)[] = [];
    const seen: string[] = [];
    const slow = await smtp({
      onData(stream, _session, done) {
        stream.resume();
        stream.on('end', async () => {
          under++;
          const written = (await states()).filter((state) => state === 'urgent sent 1 sent').length;
          seen.push(`${written} ${under}`);
          waiting.push(() => {
            under--;
            done();
          });
          if (written > 0 && waiting.length < 4) return;
          for (const answer of waiting.splice(0)) answer();
        });
      },
    });
    expect(await send(at('2018-01-30', '20:50'), officeAt(slow.url))).toMatchObject({ sent: 9, ended: true });
    expect(seen[0]).toBe('0 1');
    expect(seen.slice(1, 5).map((one) => one.split(' ')[0])).toEqual(['1', '1', '1', '1']);
    expect(Math.max(...seen.map((one) => Number(one.split(' ')[1])))).toBe(4);
    expect(new Set(await states())).toEqual(new Set(['urgent sent 1 sent']));
  });
});

describe('a courier that dies', () => {
  it('leaves a routine mail unknown and an alarm to be repeated; what it says afterwards changes nothing', async () => {
    await tasks(DUE);
    await sweep(DUE);
    await alarm('urg/1/first', digest(DUE));
    let release = () => {};
    const hanging = await smtp({
      onData(stream, _session, done) {
        stream.resume();
        stream.on('end', () => {
          release = () => done();
        });
      },
    });
    const zombie = send(digest(DUE), officeAt(hanging.url));
    while ((await states()).filter((state) => state.includes('sending')).length < 2)
      await new Promise((resolve) => setImmediate(resolve));
    expect(await send(plusMinutes(digest(DUE), 3))).toMatchObject({ sent: 1 });
    const after = await states();
    expect(after).toEqual([
      'digest unknown 1 unknown lease',
      'digest due',
      'urgent sent 1 unknown lease',
      'urgent sent 2 sent',
    ]);
    const timer = setInterval(() => release(), 5);
    await zombie;
    clearInterval(timer);
    expect(await states()).toEqual(after);
  });
});
