import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertGrants } from '../../../src/access/store.ts';
import { at } from '../../../src/platform/civil.ts';
import { rows, sql } from '../../../src/platform/db.ts';
import type { Role } from '../../../src/platform/http/route.ts';
import { COUNTY, type SmallCounty, smallCounty } from '../../fixtures/county.ts';
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
    const answer = await doctor('GET', `/api/v1/households?village=${county.villages[3].code}`);
    expect([answer.status, answer.body.items]).toEqual([200, []]);
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

describe('a role holds where it was given', () => {
  const clinicalRows = async (login: string): Promise<number[]> => {
    const actor = { kind: 'account', countyCode: COUNTY, accountId: county.accounts[login] ?? '' } as const;
    const found = await api.db.tx(actor, at('2018-01-30', '09:00'), (tx) =>
      rows(
        tx,
        sql<{ rows: number }>`select count(*) as rows from enrolment group by village_code order by village_code`,
      ),
    );
    return found.map(({ rows: count }) => count);
  };
  const grant = (login: string, role: Role, areaCode: string) =>
    api.db.tx(county.actor, at('2018-01-09', '09:00'), (tx) =>
      insertGrants(tx, COUNTY, [{ accountId: county.accounts[login] ?? '', role, areaCode, fromOn: '2018-01-09' }]),
    );
  const takesOver = (comingLogin: string) => ({
    leavingId: county.villages[0].nurse,
    comingId: county.accounts[comingLogin],
    source: 'village_doctor',
    fromOn: '2018-01-31',
  });
  const handover = (n: 0 | 2) => `/api/v1/teams/${county.villages[n].medicalTeam}/handovers`;

  it('gives nobody a post by her own hand', async () => {
    const planner = await api.as('planner');
    const answer = await planner('POST', handover(0), takesOver('planner'));
    expect([answer.status, answer.body.code]).toEqual([403, 'post_own']);
  });

  it('opens to a planner with a post in one village the patients of that village alone', async () => {
    expect(await clinicalRows('planner')).toEqual([]);
    await grant('planner', 'medical', county.villages[0].code);
    expect(await clinicalRows('planner')).toEqual([4]);
    const planner = await api.as('planner');
    const [mine, theirs] = [county.villages[0], county.villages[2]].map(
      ({ households }) => households[0]?.persons[0]?.id,
    );
    const enrolments = async (id: string | undefined) =>
      (await planner('GET', `/api/v1/people/${id}/followups`)).body.enrolments as unknown[];
    expect(await enrolments(mine)).not.toEqual([]);
    expect(await enrolments(theirs)).toEqual([]);
  });

  it('lets who supervises one town and works in another’s village supervise the one town only', async () => {
    await grant('town1.supervisor', 'cadre', county.villages[2].code);
    const supervisor = await api.as('town1.supervisor');
    const there = { ...takesOver('v4.cadre'), leavingId: county.villages[2].nurse };
    const answer = await supervisor('POST', handover(2), there);
    expect([answer.status, answer.body.code]).toEqual([403, 'area_not_yours']);
    expect(await clinicalRows('town1.supervisor')).toHaveLength(2);
    const theirs = county.villages[2].households[0];
    expect((await supervisor('GET', `/api/v1/households/${theirs?.id}`)).status).toBe(200);
  });
});
