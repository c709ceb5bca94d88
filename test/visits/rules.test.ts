import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JudgedRecord, Standing } from '../../src/visits/rules/facts.ts';
import { ownArea, postOn } from '../../src/visits/rules/filing.ts';
import { judge, type Measured } from '../../src/visits/rules/judging.ts';
import { claimOf, isDueBeforeSweep } from '../../src/visits/rules/next.ts';
import { NewVisit } from '../../src/visits/schema.ts';

const VILLAGE = '450803001001';
const standing = (more: Partial<Standing>): Standing => ({
  accountId: 'her',
  areaCode: VILLAGE,
  side: 'medical',
  clinical: true,
  fromOn: '2017-12-01',
  toOn: null,
  ...more,
});

describe('whether somebody was in post', () => {
  const role = standing({});
  it('asks for a role that covers the area on the day, and names her side', () => {
    expect(postOn({ roles: [role], posts: [standing({})] }, 'her', VILLAGE, '2018-01-30')).toEqual({
      reason: null,
      sides: ['medical'],
      clinical: true,
    });
    expect(postOn({ roles: [role], posts: [] }, 'her', '450803002001', '2018-01-30')).toEqual({ reason: 'other_area' });
    expect(postOn({ roles: [role], posts: [] }, 'her', VILLAGE, '2017-11-30')).toEqual({ reason: 'not_in_post' });
    expect(postOn({ roles: [], posts: [] }, 'her', VILLAGE, '2018-01-30')).toEqual({ reason: 'other_area' });
  });
  it('ends with her place in the team, even where the role was left standing', () => {
    const left = standing({ toOn: '2018-01-15' });
    expect(postOn({ roles: [role], posts: [left] }, 'her', VILLAGE, '2018-01-15').reason).toBeNull();
    expect(postOn({ roles: [role], posts: [left] }, 'her', VILLAGE, '2018-01-16').reason).toBe('not_in_post');
  });
  it('begins with the nearest post of somebody who has two', () => {
    const town = standing({ areaCode: '450803001', side: 'facility' });
    const posts = [town, standing({ side: 'cadre', clinical: false })];
    expect(postOn({ roles: [role], posts }, 'her', VILLAGE, '2018-01-30')).toMatchObject({
      sides: ['cadre', 'facility'],
    });
  });
  it('covers the villages of a town for a supervisor, who is of no side', () => {
    const town = standing({ areaCode: '450803001', side: null });
    expect(postOn({ roles: [town], posts: [] }, 'her', VILLAGE, '2018-01-30')).toEqual({
      reason: null,
      sides: [],
      clinical: true,
    });
  });
  it('keeps what is out of place in her own village, the latest where there were two', () => {
    const before = standing({ areaCode: '450803001002', toOn: '2018-01-01' });
    expect(ownArea({ roles: [before, role], posts: [] }, 'her', '450803009001', '2018-01-30')).toBe(VILLAGE);
    expect(ownArea({ roles: [before, role], posts: [] }, 'her', '450803001002', '2018-01-30')).toBe('450803001002');
  });
});

describe('judging late records', () => {
  const person = {
    id: 'p',
    householdId: 'h',
    villageCode: VILLAGE,
    bornOn: '1967-11-20',
    diedOn: null,
    movedOutOn: null,
  } as const;
  const reading = (id: string, day: string, sbp: number): Measured => ({
    id,
    rootId: id,
    chain: [],
    programme: 'htn',
    enrolmentId: 'e',
    personId: 'p',
    occurredAt: `${day}T01:00:00.000Z` as never,
    body: { sbp, dbp: 80 },
  });
  const stored = (record: Measured, judged: Partial<JudgedRecord>): JudgedRecord => ({
    ...record,
    enrolmentId: 'e',
    visitHash: 'v',
    class: 'ADJUST',
    unsatisfactory: true,
    reaction: false,
    telephone: false,
    referral: null,
    nextDueOn: null,
    ...judged,
  });

  it('overturns the next one alone, and leaves a later satisfied one as it was', () => {
    const second = stored(reading('b', '2018-02-13', 150), { nextDueOn: '2018-02-27' });
    const third = stored(reading('c', '2018-05-14', 120), {
      class: 'SATISFIED',
      unsatisfactory: false,
      nextDueOn: '2018-08-14',
    });
    const verdicts = judge(reading('a', '2018-01-30', 150), [third, second], person);
    expect(verdicts.map(({ record, assessment, overtaken }) => [record.id, assessment.class, overtaken])).toEqual([
      ['a', 'ADJUST', true],
      ['b', 'REFER', true],
    ]);
  });
  it('leaves out of the history what the record itself corrects', () => {
    const first = stored(reading('a', '2018-01-30', 150), {});
    const edit = { ...reading('b', '2018-01-31', 150), rootId: 'a', chain: ['a'] };
    expect(judge(edit, [first], person)[0]?.assessment.class).toBe('ADJUST');
  });
});

it('claims a next task by programme, window and area', () => {
  const duty = {
    campaignId: 'c',
    dutyKey: 'htn',
    programme: 'htn',
    windowFrom: '2017-12-01',
    windowTo: '2018-02-28',
    areas: ['450803001'],
  } as const;
  expect(claimOf('htn', '2018-02-28', VILLAGE, [duty])).toMatchObject({ campaignId: 'c', dutyKey: 'htn' });
  expect(claimOf('htn', '2018-03-01', VILLAGE, [duty])).toBeNull();
  expect(claimOf('t2dm', '2018-02-13', VILLAGE, [duty])).toBeNull();
  expect(claimOf('htn', '2018-02-13', '450803002001', [duty])).toBeNull();
});

it('wakes an agenda only for what may fall due before it next looks', () => {
  expect(isDueBeforeSweep('2018-02-13', '2018-01-30')).toBe(false);
  expect(isDueBeforeSweep('2018-02-01', '2018-01-30')).toBe(true);
});

it('reads a visit whose readings cannot be, and refuses one that cannot be read', () => {
  const visit = (body: unknown) => ({
    id: '0190a000-0000-7000-8000-000000000001',
    areaCode: VILLAGE,
    arrivedAt: '2018-01-30T09:00:00+08:00',
    records: [{ id: '0190a000-0000-7000-8000-000000000002', kind: 'htn', body }],
  });
  expect(NewVisit.parse(visit({ sbp: 1400, dbp: -3, newField: 1 }))).toMatchObject({
    arrivedAt: '2018-01-30T01:00:00.000Z',
    records: [{ body: { sbp: 1400, newField: 1 } }],
  });
  expect(NewVisit.safeParse(visit({ sbp: 'high' })).success).toBe(false);
  const twice = visit({});
  expect(NewVisit.safeParse({ ...twice, records: [...twice.records, ...twice.records] }).success).toBe(false);
});

it('takes no re-visit and nothing put right: supervision has its own ways', () => {
  for (const [kind, body] of Object.entries({ revisit: { verdict: 'confirmed' }, rectification: { proof: '照片' } })) {
    const records = [{ id: '0190a000-0000-7000-8000-000000000002', kind, taskId: randomUUID(), body }];
    const sent = { id: randomUUID(), areaCode: VILLAGE, arrivedAt: '2018-01-30T09:00:00+08:00', records };
    expect(NewVisit.safeParse(sent).success).toBe(false);
  }
});
