import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SmallCounty, smallCounty } from '../../fixtures/county.ts';
import { type Caller, type TestApi, testApi } from '../../setup/api.ts';

let api: TestApi;
let county: SmallCounty;
let doctor: Caller;
beforeAll(async () => {
  api = await testApi(async (db) => {
    county = await smallCounty(db);
  });
  doctor = await api.as('v1.doctor');
});
afterAll(() => api.close());

describe('an id of another village, put into the address by hand', () => {
  it('opens no household that her area does not hold', async () => {
    const [mine, theirs] = [county.villages[0].households[0], county.villages[3].households[0]];
    expect((await doctor('GET', `/api/v1/households/${mine?.id}`)).status).toBe(200);
    expect((await doctor('GET', `/api/v1/households/${theirs?.id}`)).status).toBe(404);
  });

  it('promises nothing for another village’s task', async () => {
    const theirs = county.villages[3].households[0]?.persons[0]?.enrolments.htn?.taskId;
    const answer = await doctor('POST', `/api/v1/tasks/${theirs}/acknowledge`, { promisedOn: '2018-02-05' });
    expect(answer.status).toBe(404);
    const { rows } = await api.db.systemPool.query('select count(*)::int as n from acknowledgement');
    expect(rows).toEqual([{ n: 0 }]);
  });

  it('lists nobody when another village’s households are asked for', async () => {
    const { body } = await doctor('GET', `/api/v1/households?area=${county.villages[3].code}`);
    expect(body.items ?? []).toEqual([]);
  });

  it('shows a town’s supervisor her own town and no other', async () => {
    const supervisor = await api.as('town1.supervisor');
    const statuses = await Promise.all(
      county.villages.map(
        async ({ households }) => (await supervisor('GET', `/api/v1/households/${households[0]?.id}`)).status,
      ),
    );
    expect(statuses).toEqual([200, 200, 404, 404]);
  });
});

describe('what a person may not read', () => {
  it('is not opened by her session: no cadre sees an enrolment', async () => {
    const cadre = await api.as('v1.cadre');
    const person = county.villages[0].households[0]?.persons[0];
    const answer = await cadre('GET', `/api/v1/people/${person?.id}/followups`);
    expect([403, 404]).toContain(answer.status);
  });
});
