import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallCounty } from '../../fixtures/county.ts';
import { PASSWORD, type TestApi, testApi } from '../../setup/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi(smallCounty, { STORY: 'on' });
});
afterAll(() => api.close());

const codeOf = (answer: { body: Record<string, unknown> }) => answer.body.code;

describe('signing in', () => {
  it('refuses a door to somebody not signed in', async () => {
    const answer = await api.anybody('GET', '/api/v1/me');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(codeOf(answer)).toBe('not_signed_in');
  });

  it('says the same of a wrong login and a wrong password', async () => {
    const wrong = await api.anybody('POST', '/api/v1/session', { login: 'planner', password: 'no' });
    const nobody = await api.anybody('POST', '/api/v1/session', { login: 'nobody', password: 'no' });
    expect([wrong.status, codeOf(wrong)]).toEqual([401, 'sign_in_failed']);
    expect([nobody.status, codeOf(nobody)]).toEqual([401, 'sign_in_failed']);
  });

  it('answers who she is with her roles of the day, and forgets her when she signs out', async () => {
    const doctor = await api.as('v1.doctor');
    const me = await doctor('GET', '/api/v1/me');
    expect(me.body).toMatchObject({ login: 'v1.doctor', grants: [{ role: 'medical', areaCode: '450803001001' }] });
    expect((await doctor('DELETE', '/api/v1/session')).status).toBe(200);
    expect((await doctor('GET', '/api/v1/me')).status).toBe(401);
  });

  it('stops a guesser after ten failures, and leaves other logins alone', async () => {
    const tries = [];
    for (let n = 0; n < 11; n++)
      tries.push((await api.anybody('POST', '/api/v1/session', { login: 'v4.cadre', password: 'guess' })).status);
    expect(tries).toEqual([...Array(10).fill(401), 429]);
    await expect(api.as('v4.nurse')).resolves.toBeTypeOf('function');
  });

  it('ends every session when the password changes', async () => {
    const [here, there] = [await api.as('v2.nurse'), await api.as('v2.nurse')];
    const changed = await here('PUT', '/api/v1/me/password', { current: PASSWORD, next: 'another password' });
    expect(changed.status).toBe(200);
    expect((await there('GET', '/api/v1/me')).status).toBe(401);
    await api.passwords();
  });

  it('takes an account that is disabled for nobody at once', async () => {
    const doctor = await api.as('v3.doctor');
    await api.db.systemPool.query(`update account set disabled_at = '2018-01-01' where login = 'v3.doctor'`);
    expect((await doctor('GET', '/api/v1/me')).status).toBe(401);
  });
});

describe('a request', () => {
  it('is refused with 403 to a role that may not', async () => {
    const answer = await (await api.as('v1.doctor'))('POST', '/api/v1/story/next-day', {});
    expect([answer.status, codeOf(answer)]).toEqual([403, 'not_your_role']);
  });

  it('names every field that is wrong, with reason and remedy in the language asked for', async () => {
    const body = { locale: 'fr', colour: 'red' };
    const doctor = await api.as('v1.doctor');
    const chinese = await doctor('PUT', '/api/v1/me/locale', body, { 'accept-language': 'zh-CN' });
    const english = await doctor('PUT', '/api/v1/me/locale', body, { 'accept-language': 'en' });
    expect(chinese.status).toBe(422);
    expect(chinese.body.faults).toEqual([
      {
        code: 'field_choice',
        field: '/locale',
        params: { choices: 'zh-CN, en' },
        reason: '不在可选范围内',
        remedy: '可选：zh-CN, en',
      },
      { code: 'field_unknown', field: '/colour', reason: '不认识的字段', remedy: '请核对拼写，或删去该字段' },
    ]);
    expect(english.body.faults).toMatchObject([
      { code: 'field_choice', remedy: 'Choose one of: zh-CN, en' },
      { code: 'field_unknown', reason: 'Unknown field' },
    ]);
  });

  it('missing a field is told so', async () => {
    const answer = await (await api.as('v1.doctor'))('PUT', '/api/v1/me/locale', {});
    expect(answer.body.faults).toMatchObject([{ code: 'field_missing', field: '/locale' }]);
  });

  it.each([
    ['is not JSON', '{"login": ', {}, 400, 'body_not_json'],
    ['is too large', JSON.stringify({ login: 'x'.repeat(2_000_000) }), {}, 413, 'body_too_large'],
    ['is of another type', 'login=planner', { 'content-type': 'text/plain' }, 415, 'body_unsupported'],
    ['comes from another site', '{}', { origin: 'https://elsewhere.example' }, 403, 'other_site'],
  ] as const)('that %s is a problem too', async (_, body, headers, status, code) => {
    const answer = await api.anybody('POST', '/api/v1/session', body, headers);
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('for an address that does not exist is a problem too', async () => {
    expect(codeOf(await api.anybody('GET', '/api/v1/nothing-here'))).toBe('no_such_address');
    expect(codeOf(await api.anybody('GET', '/api/v1/clinics/%E0%A4%A'))).toBe('address_unreadable');
  });

  it('carries its id into the answer', async () => {
    const answer = await api.anybody('GET', '/api/v1/me', undefined, { 'x-request-id': 'from-the-proxy-1' });
    expect([answer.headers.get('x-request-id'), answer.body.requestId]).toEqual([
      'from-the-proxy-1',
      'from-the-proxy-1',
    ]);
  });
});

describe('an Idempotency-Key', () => {
  it('does a POST once and answers alike; another body under it is a conflict', async () => {
    const planner = await api.as('planner');
    const headers = { 'idempotency-key': 'one-day' };
    await api.db.systemPool.query('insert into story (offset_ms) values (0) on conflict do nothing');
    const first = await planner('POST', '/api/v1/story/next-day', {}, headers);
    const second = await planner('POST', '/api/v1/story/next-day', {}, headers);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body).toEqual(first.body);
    const { rows } = await api.db.systemPool.query('select offset_ms from story');
    expect(rows).toEqual([{ offset_ms: 86_400_000 }]);
    const other = await planner('POST', '/api/v1/story/next-day', { more: 1 }, headers);
    expect([other.status, codeOf(other)]).toEqual([409, 'idempotency_key_reused']);
  });

  it('sent twice at once is still done once', async () => {
    const planner = await api.as('planner');
    const before = (await api.db.systemPool.query('select offset_ms from story')).rows[0].offset_ms;
    const headers = { 'idempotency-key': 'two-at-once' };
    const both = await Promise.all([1, 2].map(() => planner('POST', '/api/v1/story/next-day', {}, headers)));
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect((await api.db.systemPool.query('select offset_ms from story')).rows[0].offset_ms - before).toBe(86_400_000);
  });
});

describe('the description', () => {
  it('lists every door, and every door is reached', async () => {
    const { body } = await api.anybody('GET', '/api/v1/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    const doors = Object.entries(body.paths as Record<string, Record<string, unknown>>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'x')] as const),
    );
    expect(doors.length).toBeGreaterThan(5);
    const open = new Set(['POST /session', 'GET /session', 'DELETE /session', 'GET /words']);
    for (const [method, path] of doors) {
      if (open.has(`${method} ${path}`)) continue;
      const answer = await api.anybody(method, `/api/v1${path}`, method === 'GET' ? undefined : {});
      expect([method, path, answer.status]).toEqual([method, path, 401]);
    }
  });

  it('is a page to read as well', async () => {
    const { body, status } = await api.anybody('GET', '/api');
    expect(status).toBe(200);
    expect(String(body.text)).toContain('/me/password');
  });
});

describe('an operator', () => {
  it('sees that the process lives, which part does not serve, and the figures', async () => {
    const operator = `http://127.0.0.1:${api.api.operatorPort}`;
    expect((await api.anybody('GET', '/healthz')).body).toEqual({ status: 'ok' });
    expect(await (await fetch(`${operator}/healthz`)).json()).toEqual({ status: 'ok' });
    const ready = await fetch(`${operator}/readyz`);
    expect([ready.status, await ready.json()]).toMatchObject([503, { database: true, temporal: false }]);
    const metrics = await (await fetch(`${operator}/metrics`)).text();
    expect(metrics).toMatch(/^doorstep_tasks_open \d+$/m);
    expect(metrics).toMatch(/^doorstep_wake_rows \d+$/m);
    expect(metrics).toMatch(/doorstep_http_seconds_count\{method="GET",route="\/api\/v1\/me",status="401"\}/);
    expect(metrics).not.toContain('nothing-here');
  });

  it('asks on a port of her own: the public one knows nothing of parts and figures', async () => {
    for (const address of ['/readyz', '/metrics']) expect((await api.anybody('GET', address)).status).toBe(404);
    for (const address of ['/api/v1/me', '/nothing', '/'])
      expect((await fetch(`http://127.0.0.1:${api.api.operatorPort}${address}`)).status).toBe(404);
  });
});
