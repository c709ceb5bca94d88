import { beforeEach, describe, expect, it } from 'vitest';
import { at, type CivilDate, type Instant, plusMinutes } from '../../src/platform/civil.ts';
import { rows, sql, type Tx } from '../../src/platform/db.ts';
import { sweepAt } from '../../src/tasks/rules/sweep-times.ts';
import { insertTasks } from '../../src/tasks/store.ts';
import { sweepAgenda } from '../../src/tasks/sweep.ts';
import { insertRoster, onDuty } from '../../src/teams/store/roster.ts';
import { inTheStead } from '../../src/teams/store.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { type TestApi, testApi } from '../setup/api.ts';

let api: TestApi;
let county: SmallCounty;
const DAY: CivilDate = '2018-01-30';
const NOW = at(DAY, '10:00');
beforeEach(async () => {
  api = await testApi(
    async (db) => {
      county = await smallCounty(db);
      await sql`insert into story (offset_ms) values (${Date.parse(NOW) - Date.now()})`.execute(db.systemKysely);
    },
    { STORY: 'on' },
  );
  return () => api.close();
});

const ask = <T>(query: ReturnType<typeof sql<T>>) => rows(api.db.systemKysely as unknown as Tx, query);
const system = <T>(asOf: Instant, work: (tx: Tx) => Promise<T>) => api.db.tx(county.actor, asOf, work);
const village = () => county.villages[0];
const items = () =>
  ask(
    sql<{
      told: string;
    }>`select l.kind || ' ' || a.login as told from notice_line l join account a on a.id = l.account_id order by 1`,
  ).then((found) => found.map(({ told }) => told));
const notices = () =>
  ask(sql<{
    told: string;
  }>`select concat_ws(' ', n.params->>'words', a.login, case when n.urgent then 'urgent' end) as told
    from notice n join account a on a.id = n.account_id where n.kind <> 'digest' order by 1`).then((found) =>
    found.map(({ told }) => told),
  );
const digests = () =>
  ask(
    sql<{
      login: string;
    }>`select a.login from notice n join account a on a.id = n.account_id where n.kind = 'digest' order by 1`,
  ).then((found) => found.map(({ login }) => login));
const leave = (login: string, substitute: string) =>
  ask(sql`insert into leave (county_code, account_id, from_on, to_on, substitute_id, consented_at)
    values (${county.countyCode}, ${county.accounts[login]}, ${DAY}, ${DAY}, ${county.accounts[substitute]}, ${NOW}) returning id`);
const shift = (areaCode: string, first: string, second: string, day: CivilDate) =>
  system(NOW, (tx) =>
    insertRoster(tx, county.countyCode, [
      {
        areaCode,
        fromAt: at(day, '00:00'),
        toAt: at(day, '23:59'),
        firstId: county.accounts[first] ?? '',
        secondId: county.accounts[second] ?? '',
        phoneEnc: 'sealed',
      },
    ]),
  );

describe('a call for help', () => {
  const call = async (body: object) => {
    const answer = await (await api.as('v1.doctor'))('POST', '/api/v1/help', {
      areaCode: village().code,
      text: '雪大路断',
      ...body,
    });
    expect(answer.status).toBe(201);
    return String(answer.body.id);
  };

  it('is in the next digest of the town’s supervisors, and rings nobody', async () => {
    await call({});
    expect(await items()).toEqual(['help town1.supervisor']);
    expect(await digests()).toEqual(['town1.supervisor']);
    expect(await notices()).toEqual([]);
  });

  it('goes to the county’s supervisors where the town has nobody at work', async () => {
    await leave('town1.supervisor', 'town2.supervisor');
    await leave('town2.supervisor', 'town1.supervisor');
    await call({});
    expect(await items()).toEqual(['help supervisor']);
  });

  it('that is urgent rings the one on duty at once, and is in the digest all the same', async () => {
    await call({ urgent: true });
    expect(await notices()).toEqual(['notices.help.urgent town1.hospital1 urgent']);
    expect(await items()).toEqual(['help town1.supervisor']);
    await leave('town1.hospital1', 'town1.hospital3'); // 30 January: hospital1 and hospital2
    await call({ urgent: true });
    expect(await notices()).toEqual([
      'notices.help.urgent town1.hospital1 urgent',
      'notices.help.urgent town1.hospital3 urgent',
    ]);
  });

  it('is listed while it is open, a page at a time, to those whose area it is; answering tells who asked', async () => {
    const [first, second] = [await call({}), await call({ urgent: true })];
    const town = await api.as('town1.supervisor');
    const page = await town('GET', '/api/v1/help?limit=1');
    expect(page.body.items).toMatchObject([{ id: first, areaCode: village().code, urgent: false, text: '雪大路断' }]);
    const next = await town('GET', `/api/v1/help?limit=1&after=${encodeURIComponent(String(page.body.next))}`);
    expect(next.body).toMatchObject({ items: [{ id: second, urgent: true }], next: null });
    expect((await (await api.as('town2.supervisor'))('GET', '/api/v1/help')).body.items).toEqual([]);

    expect((await town('POST', `/api/v1/help/${first}/answer`, { text: '下午派车' })).status).toBe(200);
    expect(await notices()).toContain('notices.help.answered v1.doctor');
    expect((await town('GET', '/api/v1/help')).body.items).toMatchObject([{ id: second }]);
    expect((await town('POST', `/api/v1/help/${first}/answer`, {})).status).toBe(404);
  });
});

describe('reminders', () => {
  it('are everybody’s until somebody says no, and a lead hears of a step all the same', async () => {
    const nurse = await api.as('v1.nurse');
    expect((await nurse('GET', '/api/v1/notices/preferences')).body).toEqual({ reminders: true });
    for (const login of ['v1.nurse', 'v1.doctor'])
      expect((await (await api.as(login))('PUT', '/api/v1/notices/preferences', { reminders: false })).status).toBe(
        200,
      );
    expect((await nurse('GET', '/api/v1/notices/preferences')).body).toEqual({ reminders: false });
    await lateTalk('2018-01-29');
    await sweep(DAY);
    expect(await items()).toEqual(['climb v1.cadre', 'climb v1.doctor', 'owed v1.cadre', 'owed v1.cadre2']);
  });
});

describe('whoever can be reached', () => {
  const stead = (...logins: string[]) =>
    system(NOW, (tx) =>
      inTheStead(
        tx,
        county.countyCode,
        logins.map((login) => county.accounts[login] ?? ''),
        DAY,
      ),
    ).then((ids) => Object.keys(county.accounts).filter((login) => ids.includes(county.accounts[login] ?? '')));

  it('is at work with an e-mail address, or the one who stands in', async () => {
    expect(await stead('v1.doctor', 'v1.nurse')).toEqual(['v1.doctor', 'v1.nurse']);
    await leave('v1.doctor', 'v1.nurse');
    expect(await stead('v1.doctor')).toEqual(['v1.nurse']);
    await leave('v1.nurse', 'v1.doctor'); // the one who stands in is away as well
    expect(await stead('v1.doctor', 'v1.nurse')).toEqual([]);
  });

  it('is not somebody with a telephone alone, for the gate as for the sweep', async () => {
    const gone = county.accounts['town1.supervisor'];
    await ask(sql`update account set email = null, phone_enc = 'sealed' where id = ${gone} returning id`);
    expect(await stead('town1.supervisor')).toEqual([]);
    await ask(sql`update account set email = 'town1.supervisor@doorstep.example' where id = ${gone} returning id`);
  });

  it('on duty is the first of the shift, or else the second', async () => {
    const duty = () => system(NOW, (tx) => onDuty(tx, county.countyCode, county.towns[1].code, NOW));
    expect(await duty()).toEqual([county.accounts['town2.hospital1']]);
    await leave('town2.hospital1', 'v1.nurse');
    await leave('v1.nurse', 'v1.doctor');
    expect(await duty()).toEqual([county.accounts['town2.hospital2']]);
  });
});

describe('level 3', () => {
  it.each<[string, readonly [string, string] | null, readonly string[]]>([
    [
      'tells whoever of the county’s supervisors is first on duty',
      ['town2.supervisor', 'supervisor'],
      ['town2.supervisor'],
    ],
    ['tells the second where the first is no supervisor', ['town1.hospital1', 'supervisor'], ['supervisor']],
    [
      'tells them all where none is on duty',
      ['town1.hospital1', 'town1.hospital2'],
      ['supervisor', 'town2.supervisor'],
    ],
    ['tells them all where there is no shift', null, ['supervisor', 'town2.supervisor']],
  ])('%s', async (_, pair, told) => {
    await ask(sql`insert into role_grant (county_code, account_id, role, area_code, from_on)
      values (${county.countyCode}, ${county.accounts['town2.supervisor']}, 'supervisor', ${county.countyCode}, '2017-12-01') returning id`);
    if (pair) await shift(county.countyCode, ...pair, DAY);
    const id = await lateTalk('2018-01-22');
    await ask(sql`insert into escalation (county_code, task_id, cycle, level, area_code, kind, decided_on, due_at, at)
      values (${county.countyCode}, ${id}, 0, 2, ${village().code}, 'told', '2018-01-24', ${NOW}, ${NOW}) returning level`);
    await sweep(DAY);
    expect((await items()).filter((item) => item.startsWith('climb'))).toEqual(told.map((login) => `climb ${login}`));
  });
});

async function lateTalk(dueOn: CivilDate): Promise<string> {
  return system(NOW, async (tx) => {
    await sql`update task set closed_at = '2018-01-09', closed_on = '2018-01-09', close_reason = 'not_done' where closed_at is null`.execute(
      tx,
    );
    const [id = ''] = await insertTasks(
      tx,
      county.countyCode,
      [
        {
          sourceKey: `talk ${dueOn}`,
          kind: 'policy_talk',
          subject: 'household',
          subjectId: village().households[0]?.id ?? '',
          householdId: village().households[0]?.id ?? '',
          areaCode: village().code,
          side: 'either',
          opensOn: '2018-01-09',
          dueOn,
        },
      ],
      NOW,
    );
    return id;
  });
}

async function sweep(day: CivilDate): Promise<void> {
  const asOf = plusMinutes(sweepAt(village().code, day), 1);
  await system(asOf, (tx) => sweepAgenda(tx, county.actor, village().code, asOf));
}
