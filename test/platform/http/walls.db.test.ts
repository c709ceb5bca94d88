// test/platform/http/walls.db.test.ts: requests that once went past a wall, or brought it down.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCalendar } from '../../../src/places/rules.ts';
import { at } from '../../../src/platform/civil.ts';
import { setStory } from '../../../src/platform/clock.ts';
import { answerProblems } from '../../../src/platform/http/problem.ts';
import { openLog } from '../../../src/platform/log.ts';
import { type SmallCounty, smallCounty } from '../../fixtures/county.ts';
import { type Caller, type TestApi, testApi } from '../../setup/api.ts';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
let api: TestApi;
let county: SmallCounty;
let doctor: Caller;
let planner: Caller;
beforeAll(async () => {
  api = await testApi(
    async (db) => {
      county = await smallCounty(db);
      await setStory(db, at('2018-01-30', '12:00'), Date.now());
    },
    { STORY: 'on' },
  );
  doctor = await api.as('v1.doctor');
  planner = await api.as('planner');
});
afterAll(() => api.close());

const told = ({ status, body }: { status: number; body: Record<string, unknown> }) => [status, body.code];

/** The answer to a head whose body never comes. */
function headAlone(path: string, type: string): Promise<number | undefined> {
  const headers = { 'content-type': type, 'content-length': String(9 * 1024 * 1024) };
  return new Promise((resolve, reject) => {
    const request = http.request(`${api.base}${path}`, { method: 'POST', headers }, (response) => {
      resolve(response.statusCode);
      request.destroy();
    });
    request.on('error', reject);
    request.flushHeaders();
  });
}

describe('a body', () => {
  it.each(['br', 'gzip', 'deflate'])('in a broken %s is refused, not our mistake', async (coding) => {
    const headers = { 'content-encoding': coding };
    expect(told(await api.anybody('POST', '/api/v1/session', 'not packed', headers))).toEqual([400, 'body_not_json']);
    expect(told(await doctor('POST', '/api/v1/visits', 'not packed', headers))).toEqual([400, 'body_not_json']);
    expect(told(await doctor('POST', '/api/v1/visits', '{}', { 'content-encoding': 'rot13' }))).toEqual([
      415,
      'body_unsupported',
    ]);
  });

  it('of somebody not signed in is not waited for', async () => {
    expect(await headAlone('/api/v1/imports/persons', XLSX)).toBe(401);
    expect(await headAlone('/api/v1/visits', 'application/json')).toBe(401);
    expect(await headAlone('/api/v1/session', 'application/json')).toBe(413);
  });

  it('of a file goes only where a file is taken', async () => {
    const headers = { 'content-type': XLSX };
    expect(told(await doctor('POST', '/api/v1/visits', 'PK', headers))).toEqual([415, 'body_unsupported']);
    expect(told(await planner('POST', '/api/v1/imports/persons', {}))).toEqual([415, 'body_unsupported']);
  });

  it('with a NUL or half an emoji in a name is kept: a record from the field is never refused for it', async () => {
    const id = randomUUID();
    const household = county.villages[0]?.households[0];
    const body = {
      id,
      areaCode: '450803001001',
      householdId: household?.id,
      arrivedAt: '2018-01-30T10:00:00+08:00',
      records: [
        {
          id: randomUUID(),
          kind: 'policy_talk',
          body: { understood: 'said', 'topic\0': 'a', topic: 'b', '\ud83d': 'c' },
        },
      ],
    };
    const answer = await doctor('POST', '/api/v1/visits', JSON.stringify(body));
    const { rows } = await api.db.systemPool.query('select body from record where visit_id = $1', [id]);
    expect([answer.status, rows.length]).toEqual([201, 1]);
    expect(rows[0].body).toMatchObject({ topic: 'b', topic_: 'a', '\ufffd': 'c' });
  });
});

describe('an address', () => {
  it('refuses a parameter that it does not know, instead of answering everything', async () => {
    const answer = await doctor('GET', '/api/v1/tasks?status=late');
    expect(answer.body.faults).toMatchObject([{ code: 'field_unknown', field: '/query/status' }]);
    expect(answer.status).toBe(422);
    expect((await doctor('GET', '/api/v1/me?verbose=1')).status).toBe(422);
    expect((await api.anybody('GET', '/api/v1/words?locale=en&lang=en')).status).toBe(422);
  });

  it('that is known says which methods it takes', async () => {
    for (const [method, path, allow] of [
      ['DELETE', '/tasks', 'GET, HEAD, OPTIONS'],
      ['PUT', '/session', 'POST, GET, DELETE, HEAD, OPTIONS'],
      ['PATCH', '/visits', 'POST, OPTIONS'],
    ] as const) {
      const answer = await doctor(method, `/api/v1${path}`);
      expect([method, path, ...told(answer), answer.headers.get('allow')]).toEqual([
        method,
        path,
        405,
        'method_not_allowed',
        allow,
      ]);
    }
    const options = await fetch(`${api.base}/api/v1/tasks`, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
  });

  it.each([
    ['2018-02-30', 'field_no_such_day', '没有这一天'],
    ['2018-13-01', 'field_no_such_day', '没有这一天'],
    ['2018/2/3', 'field_day_form', '日期的写法不对'],
  ])('says of the day %s what is wrong with it', async (day, code, reason) => {
    const answer = await doctor('GET', `/api/v1/calendar?from=${encodeURIComponent(day)}&to=2018-03-01`);
    expect(answer.body.faults).toMatchObject([{ code, field: '/query/from', reason }]);
  });

  it.each([
    ['2018-02-30T09:00:00+08:00', 'field_no_such_day'],
    ['2018-02-28 09:00', 'field_moment_form'],
    ['1899-01-01T00:00:00Z', 'field_year'],
  ])('says of the moment %s what is wrong with it', async (arrivedAt, code) => {
    const visit = { id: randomUUID(), areaCode: '450803001001', arrivedAt, records: [] };
    const answer = await doctor('POST', '/api/v1/visits', visit);
    expect(answer.body.faults).toMatchObject([{ code, field: '/arrivedAt' }]);
  });
});

describe('a checklist on the last day that the calendar has', () => {
  it('is taken, with a day by which its findings are put right', async () => {
    const { rows } = await api.db.systemPool.query('select max(day) as last from calendar_day');
    await setStory(api.db, at(rows[0].last, '12:00'), Date.now());
    const supervisor = await api.as('town1.supervisor');
    const team = await api.db.systemPool.query(`select id from team where area_code = '450803001001' limit 1`);
    const answer = await supervisor('POST', '/api/v1/checks/checklist', {
      teamId: team.rows[0].id,
      occurredAt: `${rows[0].last}T11:00:00+08:00`,
      items: [{ code: 'records', met: false, text: 'x' }],
    });
    expect(answer.status).toBe(201);
    await setStory(api.db, at('2018-01-30', '12:00'), Date.now());
  });
});

describe('a deed beyond the calendar', () => {
  it('is a conflict that an administrator can mend, not our mistake', async () => {
    const app = express();
    app.get('/', () => {
      makeCalendar([{ day: '2018-01-30', workday: true }]).nextWorkday('2018-01-30');
    });
    app.use(answerProblems(openLog('silent', 'test')));
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const answered = { status: answer.status, code: ((await answer.json()) as { code: string }).code };
    server.close();
    expect(answered).toEqual({ status: 409, code: 'calendar_missing' });
  });
});
