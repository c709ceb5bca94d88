import { afterAll, beforeAll, expect, it } from 'vitest';
import { smallCounty } from '../fixtures/county.ts';
import { PASSWORD, type TestApi, testApi } from '../setup/api.ts';
import { workbookOf } from './sheet.ts';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

let api: TestApi;
beforeAll(async () => {
  api = await testApi(smallCounty);
});
afterAll(() => api.close());

/** Sends a file as somebody. */
async function send(login: string, path: string, file: Uint8Array<ArrayBuffer>) {
  const signed = await api.anybody('POST', '/api/v1/session', { login, password: PASSWORD });
  const cookie = (signed.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const answer = await fetch(`${api.base}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': XLSX, cookie },
    body: file,
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const register = async () =>
  new Uint8Array(
    await workbookOf('divisions', [
      { code: '450803001003', name: '新村' },
      { code: '450803009001', name: '无镇村' },
    ]),
  );

it('brings a register in over HTTP: a dry run writes nothing, the real one keeps its bad rows on record', async () => {
  const file = await register();
  const dry = await send('planner', '/imports/divisions?dryRun=true', file);
  expect(dry).toMatchObject({
    status: 201,
    body: { dryRun: true, batchId: null, good: 1, bad: 1, written: { divisions: 1 } },
  });
  const planner = await api.as('planner');
  expect((await planner('GET', '/api/v1/imports')).body).toEqual({ items: [], next: null });

  const done = await send('planner', '/imports/divisions?fileName=towns.xlsx', file);
  expect(done.body).toMatchObject({ dryRun: false, written: { divisions: 1 }, badRows: [{ line: 3 }] });
  const { items } = (await planner('GET', '/api/v1/imports')).body as { items: { id: string }[] };
  expect(items).toMatchObject([{ id: done.body.batchId, fileName: 'towns.xlsx', rows: 2, bad: 1 }]);
  expect((await planner('GET', `/api/v1/imports/${items[0]?.id}/bad-rows`)).body).toMatchObject({
    items: [{ line: 3, faults: [{ code: 'row_division_parent_missing', column: '代码' }] }],
  });
});

it('refuses a file that is no workbook, an unknown register, and somebody who may not', async () => {
  const broken = await send('planner', '/imports/divisions', new Uint8Array(Buffer.from('not a workbook')));
  expect(broken).toMatchObject({ status: 422, body: { code: 'workbook_unreadable' } });
  expect((await send('planner', '/imports/animals', await register())).status).toBe(422);
  expect(await send('v1.doctor', '/imports/divisions', await register())).toMatchObject({
    status: 403,
    body: { code: 'not_your_role' },
  });
});
