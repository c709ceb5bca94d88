import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../../src/platform/civil.ts';
import { setStory } from '../../src/platform/clock.ts';
import { sql } from '../../src/platform/db.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { type Caller, type TestApi, testApi } from '../setup/api.ts';
import { doorsOf } from './stop.ts';

let api: TestApi;
let county: SmallCounty;
let doctor: Caller;
let cadre: Caller;
beforeAll(async () => {
  api = await testApi(
    async (db) => {
      county = await smallCounty(db);
      await setStory(db, at('2018-01-30', '12:00'), Date.now());
    },
    { STORY: 'on' },
  );
  doctor = await api.as('v1.doctor');
  cadre = await api.as('v1.cadre');
});
afterAll(() => api?.close());

const visit = (records: readonly unknown[], more: Record<string, unknown> = {}) => ({
  id: randomUUID(),
  areaCode: county.villages[0].code,
  householdId: doorsOf(county.villages[0]).first.id,
  arrivedAt: '2018-01-30T09:00:00+08:00',
  records,
  ...more,
});

describe('the door for visits', () => {
  it('answers a well-formed visit with a receipt, also one from the future, and a fault only for what cannot be read', async () => {
    const { old } = doorsOf(county.villages[0]);
    const reading = { id: randomUUID(), kind: 'htn', personId: old.id, body: { sbp: 1400, dbp: 90 } };
    const sent = visit([reading]);
    const answer = await doctor('POST', '/api/v1/visits', sent);
    expect([answer.status, answer.body]).toMatchObject([
      201,
      {
        filing: 'accepted',
        records: [{ judgement: { class: 'REJECT', faults: [{ field: 'sbp', low: 40, high: 300 }] } }],
      },
    ]);
    expect((await doctor('POST', '/api/v1/visits', sent)).body).toEqual(answer.body);
    const future = await doctor('POST', '/api/v1/visits', visit([], { arrivedAt: '2019-01-01T09:00:00+08:00' }));
    expect([future.status, future.body]).toMatchObject([201, { filing: 'review', reason: 'clock_suspect' }]);
    expect((await api.anybody('POST', '/api/v1/visits', visit([]))).status).toBe(401);
    expect((await doctor('POST', '/api/v1/visits', '{ not json')).status).toBe(400);
    expect(
      await doctor(
        'POST',
        '/api/v1/visits',
        visit([{ id: randomUUID(), kind: 'policy_talk', body: { understood: 'maybe' } }]),
      ),
    ).toMatchObject({
      status: 422,
      body: { faults: [{ field: '/records/0/body/understood' }] },
    });
    expect((await doctor('POST', '/api/v1/visits', visit([], { areaCode: 'x' }))).status).toBe(422);
  });

  it('shows who is ill to nobody without a clinical role: no medical visit to a cadre, a veiled one to a planner', async () => {
    const path = `/api/v1/tasks?area=${county.villages[0].code}`;
    const listed = async (caller: Caller, query = path) => (await caller('GET', query)).body;
    expect((await listed(cadre)).items).toEqual([]); // an ill and a healthy household look alike to her
    const all = (await listed(doctor)).items as Record<string, unknown>[];
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(['htn', 't2dm']));
    const veiled = (await listed(await api.as('planner'))).items as Record<string, unknown>[];
    expect(veiled).toHaveLength(all.length);
    for (const { kind, subject, personId, personName, dutyTitle, boundedUntil } of veiled)
      expect([kind, subject, personId, personName, dutyTitle, boundedUntil]).toEqual([
        ...['home_visit', 'household'],
        ...[null, null, null, null],
      ]);
  });

  it('shows tasks a page at a time, and none of another’s village', async () => {
    const path = `/api/v1/tasks?area=${county.villages[0].code}`;
    const all = (await doctor('GET', path)).body.items as unknown[];
    const first = await doctor('GET', `${path}&limit=2`);
    const rest = await doctor('GET', `${path}&after=${first.body.next}`);
    expect([...(first.body.items as unknown[]), ...(rest.body.items as unknown[])]).toEqual(all);
    expect((await doctor('GET', `/api/v1/tasks?area=${county.villages[1].code}`)).body.items).toEqual([]);
    expect((await doctor('GET', `${path}&after=nonsense`)).status).toBe(422);
  });

  it('takes an emergency in hand through the API, and shows its follow-ups to clinical eyes alone', async () => {
    const { old } = doorsOf(county.villages[0]);
    const reading = { id: randomUUID(), kind: 'htn', personId: old.id, body: { sbp: 186, dbp: 104 } };
    const sent = visit([reading], { arrivedAt: '2018-01-30T11:00:00+08:00' });
    const receipt = (await doctor('POST', '/api/v1/visits', sent)).body as {
      records: { judgement: { referralId: string } }[];
    };
    const id = receipt.records[0]?.judgement.referralId;
    const supervisor = await api.as('town1.supervisor');
    const listed = (await supervisor('GET', '/api/v1/referrals')).body.items as { id: string; ownerId: unknown }[];
    expect(listed.find((row) => row.id === id)).toMatchObject({ ownerId: null, kind: 'urgent', ended: false });
    expect(await supervisor('POST', `/api/v1/referrals/${id}/own`, {})).toMatchObject({
      status: 200,
      body: { ownerId: county.towns[0].supervisor },
    });
    expect((await cadre('POST', `/api/v1/referrals/${id}/own`, {})).status).toBe(403);
    expect((await supervisor('POST', `/api/v1/referrals/${id}/stand-down`, {})).status).toBe(422);
    expect((await supervisor('POST', `/api/v1/referrals/${id}/stand-down`, { note: '复测正常' })).body).toMatchObject({
      ended: true,
    });
    expect((await doctor('GET', `/api/v1/referrals/${id}`)).body).toMatchObject({
      history: [{ kind: 'advised' }, { kind: 'owned' }, { kind: 'stood_down', note: '复测正常' }],
    });
    expect((await cadre('GET', `/api/v1/referrals/${id}`)).status).toBe(403);
    expect((await (await api.as('v4.doctor'))('GET', `/api/v1/referrals/${id}`)).status).toBe(404);

    expect((await doctor('GET', `/api/v1/people/${old.id}/followups`)).body).toMatchObject({
      enrolments: [{ programme: 'htn', nextDueOn: '2018-02-13' }],
    });
    expect((await cadre('GET', `/api/v1/people/${old.id}/followups`)).status).toBe(403);
    expect((await cadre('GET', `/api/v1/visits/${sent.id}`)).body).toMatchObject({
      records: [],
      receipt: { records: [{ judgement: null }] },
    });
    expect((await doctor('GET', `/api/v1/visits/${sent.id}`)).body).toMatchObject({
      records: [{ kind: 'htn', body: { sbp: 186 } }],
    });
  });

  it('takes what somebody out of post brings in late, and opens nothing else to her', async () => {
    const [, , third] = county.villages;
    const former = await api.as('v3.cadre');
    await sql`update role_grant set to_on = '2018-01-29' where account_id = ${third.cadre}`.execute(
      api.db.systemKysely,
    );
    await sql`update team_member set to_on = '2018-01-29' where account_id = ${third.cadre}`.execute(
      api.db.systemKysely,
    );
    const said = (arrivedAt: string) => ({
      ...visit([{ id: randomUUID(), kind: 'policy_talk', body: { understood: 'said' } }], { arrivedAt }),
      areaCode: third.code,
      householdId: doorsOf(third).first.id,
    });
    expect(await former('POST', '/api/v1/visits', said('2018-01-29T16:00:00+08:00'))).toMatchObject({
      status: 201,
      body: { filing: 'accepted' },
    });
    expect((await former('POST', '/api/v1/visits', said('2018-01-30T09:00:00+08:00'))).body).toMatchObject({
      filing: 'review',
      reason: 'not_in_post',
    });
    expect((await former('GET', `/api/v1/tasks?area=${third.code}`)).status).toBe(403);
    const never = await api.as('v3.cadre2');
    await sql`update role_grant set from_on = '2019-01-01' where account_id = ${third.secondCadre}`.execute(
      api.db.systemKysely,
    );
    expect((await never('POST', '/api/v1/visits', said('2018-01-29T16:30:00+08:00'))).status).toBe(403);
  });
});

describe('a task handed to another village’s team', () => {
  it('opens its household to them until it is done, takes their visit, and gives the next one back', async () => {
    const [, , here, there] = county.villages;
    const { old, first, second } = doorsOf(here);
    const theirs = await api.as('v4.doctor');
    const cadreThere = await api.as('v4.cadre');
    const household = async (caller: Caller, id = first.id) => (await caller('GET', `/api/v1/households/${id}`)).status;
    expect(await household(theirs)).toBe(404);
    const supervisor = await api.as('town2.supervisor');
    const body = { teamId: there.medicalTeam, reason: '村医去县里培训' };
    const handed = await supervisor('POST', `/api/v1/tasks/${old.htn.taskId}/transfer`, body);
    expect(handed).toMatchObject({ status: 200 });
    expect([await household(theirs), await household(theirs, second.id)]).toEqual([200, 404]);
    const seen = (await theirs('GET', `/api/v1/people/${old.id}/followups`)).body.enrolments as unknown[];
    expect(seen).toHaveLength(1);
    const seenByCadre = (await cadreThere('GET', `/api/v1/tasks?area=${there.code}`)).body.items;
    expect(seenByCadre).toEqual([]);

    const reading = { id: randomUUID(), kind: 'htn', personId: old.id, body: { sbp: 128, dbp: 80 } };
    const sent = { ...visit([reading], { householdId: first.id }), areaCode: there.code };
    const answer = await theirs('POST', '/api/v1/visits', sent);
    expect([answer.status, answer.body]).toMatchObject([
      201,
      { filing: 'accepted', records: [{ closed: [old.htn.taskId] }] },
    ]);
    const next = await (await api.as('v3.doctor'))('GET', `/api/v1/tasks?area=${here.code}`);
    expect(
      (next.body.items as { personId: string; kind: string }[]).filter(({ personId }) => personId === old.id),
    ).toHaveLength(1);
    expect(await household(theirs)).toBe(404);
  });
});
