// test/platform/http/openings.ts: for every route a request that whoever may come in gets an answer to, with what must stand before it.
import { randomUUID } from 'node:crypto';
import { pauseCampaign } from '../../../src/campaigns/acts/course.ts';
import { draftCampaign, submitCampaign } from '../../../src/campaigns/acts/draft.ts';
import { checkIn } from '../../../src/clinics/acts/desk.ts';
import { closeSession } from '../../../src/clinics/acts/report.ts';
import * as clinics from '../../../src/clinics/acts.ts';
import type { AccountActor } from '../../../src/platform/actor.ts';
import { at } from '../../../src/platform/civil.ts';
import { oneRow, sql, type Tx } from '../../../src/platform/db.ts';
import type { Role } from '../../../src/platform/http/route.ts';
import * as referrals from '../../../src/referrals/acts.ts';
import { recordChecklist } from '../../../src/supervision/acts/checks.ts';
import { announceRound } from '../../../src/supervision/acts/rounds.ts';
import { RoundRule } from '../../../src/supervision/schema.ts';
import { registerDevice } from '../../../src/tasks/acts/devices.ts';
import { askHelp } from '../../../src/tasks/acts/help.ts';
import { requestHold } from '../../../src/tasks/acts.ts';
import { recordVisit } from '../../../src/visits/acts.ts';
import { winter } from '../../campaigns/file.ts';
import { COUNTY, type SmallCounty, testKeys } from '../../fixtures/county.ts';
import { given } from '../../fixtures/hands.ts';
import { workbookOf } from '../../imports/sheet.ts';
import { PASSWORD } from '../../setup/api.ts';
import { visited } from '../../supervision/field.ts';
import { pressure, record, someone, stop, talk } from '../../visits/stop.ts';

export const NOW = at('2018-01-30', '09:00');

export interface Sent {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}
/** What stands before a request: a transaction of the system, the county, whose request it is and by which role. */
export interface Before {
  readonly tx: Tx;
  readonly county: SmallCounty;
  /** A drive that runs. */
  readonly campaign: string;
  readonly me: AccountActor;
  readonly role: Role;
  /** Runs what somebody does before: as that person, whatever the policies. */
  by<T>(who: AccountActor, act: (tx: Tx) => Promise<T>): Promise<T>;
}
export type Opening = (before: Before) => Promise<Sent> | Sent;

const area = ({ county }: Before) => given(county.villages[0]);
const town = ({ county }: Before) => given(county.towns[0]);
const ofId = (id: string): Sent => ({ params: { id } });
const household = (before: Before, n = 0) => given(area(before).households[n]);

async function idOf(before: Before, statement: ReturnType<typeof sql>): Promise<string> {
  return (await oneRow(before.tx, sql<{ id: string }>`select id from (${statement}) found order by id limit 1`)).id;
}
const openTalk = (before: Before) =>
  idOf(
    before,
    sql`select id from task where kind = 'policy_talk' and area_code = ${area(before).code} and closed_at is null`,
  );
const recordId = (before: Before) =>
  visited(before.tx, { village: area(before), household: household(before), day: '2018-01-29' });

const shift = (before: Before) => ({
  areaCode: town(before).code,
  fromAt: at('2019-01-01', '08:00'),
  toAt: at('2019-01-02', '08:00'),
  firstId: town(before).facility[0],
  secondId: town(before).facility[1],
  phone: '13000000000',
});

const draft = (before: Before) =>
  before.by(someone(before.county.planner), async (tx) => {
    const actor = someone(before.county.planner);
    return (await draftCampaign(tx, actor, OTHER, NOW)).id;
  });
const OTHER = winter(['key: winter-2018', 'key: other-2018']);
const submitted = async (before: Before) => {
  const id = await draft(before);
  const planner = someone(before.county.planner);
  await before.by(planner, (tx) => submitCampaign(tx, planner, id, NOW));
  return id;
};
/** A copy of the running drive at this stage, as rows. */
const staged = async (before: Before, ...stages: string[]) => {
  const id = await submitted(before);
  for (const [n, stage] of stages.entries())
    await sql`insert into campaign_stage (county_code, campaign_id, seq, stage, at) values (${COUNTY}, ${id}, ${3 + n}, ${stage}, ${NOW})`.execute(
      before.tx,
    );
  return id;
};

const asked = (before: Before, body: Record<string, unknown>) => {
  const doctor = someone(area(before).doctor);
  const hold = { fromOn: '2018-01-30', toOn: '2018-02-01', reason: '大雪', ...body } as Parameters<
    typeof requestHold
  >[2];
  const who = body.villageCode ? doctor : before.me;
  return before.by(who, async (tx) => (await requestHold(tx, who, hold, NOW)).id);
};

const referral = async (before: Before, ...said: (typeof referrals.own)[]) => {
  const { doctor, households } = area(before);
  const who = someone(doctor);
  const person = given(given(households[0]).persons[0]).id;
  const visit = stop(area(before), at('2018-01-30', '08:20'), [pressure(person, 186, 104)], {
    householdId: households[0]?.id,
  });
  const receipt = await before.by(who, (tx) => recordVisit(tx, who, visit, NOW));
  const id = String(receipt.records[0]?.judgement?.referralId);
  for (const act of said) await before.by(who, (tx) => act(tx, who, id, {}, NOW));
  return id;
};

type Step = 'staffed' | 'announced' | 'open' | 'closed';
const session = async (before: Before, upTo: Step | 'planned') => {
  const { tx, county } = before;
  const system = county.actor;
  const when = { heldOn: '2018-01-30', fromTime: '09:00', toTime: '12:00', place: '卫生院' } as const;
  const id = await clinics.planSession(tx, system, { areaCode: town(before).code, ...when }, NOW, county.supervisor);
  const staff = [town(before).facility[0], area(before).doctor].map((accountId) => ({
    accountId,
    profession: 'doctor' as const,
  }));
  const steps: [Step, () => Promise<void>][] = [
    ['staffed', () => clinics.staffSession(tx, system, id, { staff }, NOW)],
    ['announced', () => clinics.announce(tx, system, id, NOW)],
    ['open', () => clinics.openSession(tx, system, id, NOW)],
    ['closed', () => closeSession(tx, system, id, NOW)],
  ];
  if (upTo === 'planned') return id;
  for (const [step, take] of steps) {
    await take();
    if (step === upTo) break;
  }
  return id;
};
const atSession =
  (upTo: Step | 'planned', body?: unknown): Opening =>
  async (before) => ({
    ...ofId(await session(before, upTo)),
    body: body ?? {},
  });

const rule = RoundRule.parse({ kinds: ['policy_talk'], lot: 'team', perLot: 5 });
const round = async (before: Before, ...stages: string[]) => {
  const { tx, county } = before;
  const announced = { areaCode: town(before).code, rule, periodFrom: '2018-01-20', periodTo: '2018-02-05' } as const;
  const id = String(await announceRound(tx, county.actor, testKeys, announced, { plannedBy: county.supervisor }, NOW));
  for (const [n, stage] of stages.entries())
    await sql`insert into round_stage (county_code, round_id, seq, stage, at, detail) values (${COUNTY}, ${id}, ${2 + n}, ${stage}, ${NOW},
      ${stage === 'drawn' ? JSON.stringify({ seed: 'x', eligible: 0, eligibleHash: 'x', drawn: 0 }) : '{}'})`.execute(
      tx,
    );
  return id;
};

/** A finding whose owner is the one who asks, or for a supervisor whoever leads the team. */
const finding = async (before: Before) => {
  const { county, role } = before;
  const teams: Partial<Record<Role, string>> = { cadre: area(before).cadreTeam, facility: town(before).facilityTeam };
  const checker = someone(county.supervisor);
  const items = [{ code: 'sheet', met: false, text: '缺签名' }];
  const visit = { teamId: teams[role] ?? area(before).medicalTeam, occurredAt: NOW, items };
  const { findings } = await before.by(checker, (tx) => recordChecklist(tx, checker, visit, NOW));
  return given(findings[0]);
};

const jointVisit = async (before: Before) => {
  const { doctor, cadre } = area(before);
  const [who, partner] = before.role === 'cadre' ? [someone(doctor), cadre] : [someone(cadre), doctor];
  const visit = stop(area(before), at('2018-01-30', '08:20'), [record('contract', {})], {
    householdId: household(before, 2).id,
    partnerId: partner,
  });
  await before.by(who, (tx) => recordVisit(tx, who, visit, NOW));
  return visit.id;
};

const listed =
  (query: (before: Before) => Record<string, string>): Opening =>
  (before) => ({ query: query(before) });
const ofCampaign: Opening = ({ campaign }) => ofId(campaign);
const plain: Opening = () => ({});

export const OPENINGS: Readonly<Record<string, Opening>> = {
  'get /me': plain,
  'put /me/locale': () => ({ body: { locale: 'en' } }),
  'put /me/password': () => ({ body: { current: PASSWORD, next: `${PASSWORD} anew` } }),
  'get /divisions': plain,
  'get /calendar': listed(() => ({ from: '2018-01-01', to: '2018-01-31' })),
  'get /teams': plain,
  'get /villages/:code': (before) => ({ params: { code: area(before).code } }),
  'post /leaves': ({ me, county }) => ({
    body: { accountId: me.accountId, fromOn: '2018-02-01', toOn: '2018-02-03', substituteId: county.villages[3].nurse },
  }),
  'get /leaves': plain,
  'post /leaves/:id/consent': async (before) => {
    const away = before.county.villages[3].nurse;
    await sql`insert into leave (county_code, account_id, from_on, to_on, substitute_id)
      values (${COUNTY}, ${away}, '2018-02-01', '2018-02-03', ${before.me.accountId})`.execute(before.tx);
    return ofId(await idOf(before, sql`select id from leave`));
  },
  'post /teams/:id/handovers': (before) => ({
    ...ofId(area(before).medicalTeam),
    body: {
      leavingId: area(before).nurse,
      comingId: before.county.villages[3].nurse,
      source: 'village_doctor',
      fromOn: '2018-02-01',
    },
  }),
  'post /roster': (before) => ({ body: { shifts: [shift(before)] } }),
  'get /households': listed((before) => ({ village: area(before).code })),
  'get /households/:id': (before) => ofId(household(before).id),
  'get /change-requests': plain,
  'post /change-requests/:id/decision': async (before) => {
    const doctor = someone(area(before).doctor);
    const died = record(
      'not_met',
      { reason: 'died', occurredOn: '2018-01-29' },
      { personId: household(before).persons[0]?.id },
    );
    const visit = stop(area(before), at('2018-01-30', '08:20'), [died], { householdId: household(before).id });
    await before.by(doctor, (tx) => recordVisit(tx, doctor, visit, NOW));
    return { ...ofId(await idOf(before, sql`select id from change_request`)), body: { decision: 'approved' } };
  },
  'post /imports/:kind': async () => ({
    params: { kind: 'divisions' },
    query: {},
    body: await workbookOf('divisions', [{ code: `${COUNTY}001009`, name: '新村' }]),
  }),
  'get /imports': plain,
  'get /imports/:id/bad-rows': async (before) => {
    await sql`insert into import_batch (county_code, kind, file_name, file_hash, account_id, at, rows, bad)
      values (${COUNTY}, 'staff', 'x', 'x', ${before.county.admin}, ${NOW}, 1, 0)`.execute(before.tx);
    return ofId(await idOf(before, sql`select id from import_batch`));
  },
  'post /campaigns': () => ({ body: { yaml: OTHER } }),
  'get /campaigns': plain,
  'get /campaigns/:id': ofCampaign,
  'get /campaigns/:id/export': ofCampaign,
  'put /campaigns/:id': async (before) => ({ ...ofId(await draft(before)), body: { yaml: OTHER } }),
  'post /campaigns/:id/submit': async (before) => ofId(await draft(before)),
  'post /campaigns/:id/approve': async (before) => ({ ...ofId(await submitted(before)), body: {} }),
  'get /campaigns/:id/readiness': async (before) => ofId(await staged(before, 'approved')),
  'post /campaigns/:id/waive': async (before) => ({
    ...ofId(await staged(before, 'approved')),
    body: { check: 'town_without_clinic', reason: '来不及' },
  }),
  'post /campaigns/:id/launch': async (before) => {
    const id = await staged(before, 'approved');
    for (const check of ['preparation_unfinished', 'town_without_clinic', 'capacity_exceeded'])
      await sql`insert into waiver (county_code, campaign_id, check_code, subject, reason, account_id, at)
        values (${COUNTY}, ${id}, ${check}, '', '来不及', ${before.county.planner}, ${NOW})`.execute(before.tx);
    return ofId(id);
  },
  'post /campaigns/:id/pause': ({ campaign }) => ({ ...ofId(campaign), body: { reason: '大雪', until: '2018-02-02' } }),
  'post /campaigns/:id/resume': async (before) => {
    const planner = someone(before.county.planner);
    await before.by(planner, (tx) => pauseCampaign(tx, planner, before.campaign, '大雪', '2018-02-02', NOW));
    return { ...ofId(before.campaign), body: { reason: '雪停了' } };
  },
  'post /campaigns/:id/extend': ({ campaign }) => ({ ...ofId(campaign), body: { reason: '大雪', to: '2018-03-10' } }),
  'post /campaigns/:id/cancel': ({ campaign }) => ({ ...ofId(campaign), body: { reason: '上级取消' } }),
  'get /campaigns/:id/progress': ofCampaign,
  'get /campaigns/:id/goals': ofCampaign,
  'get /campaigns/:id/late': ofCampaign,
  'get /campaigns/:id/report': ofCampaign,
  'post /holds': (before) => ({
    body: { householdId: household(before).id, fromOn: '2018-01-30', toOn: '2018-02-01', reason: '大雪' },
  }),
  'post /holds/:id/approve': async (before) => ofId(await asked(before, { villageCode: area(before).code })),
  'post /holds/:id/lift': async (before) => ({
    ...ofId(await asked(before, { householdId: household(before).id })),
    body: {},
  }),
  'post /tasks/:id/acknowledge': async (before) => ({
    ...ofId(await openTalk(before)),
    body: { promisedOn: '2018-02-01' },
  }),
  'post /tasks/:id/move': async (before) => ({
    ...ofId(await openTalk(before)),
    body: { dueOn: '2018-02-20', reason: '外出' },
  }),
  'post /tasks/:id/transfer': async (before) => ({
    ...ofId(await openTalk(before)),
    body: { teamId: before.county.villages[1].medicalTeam, reason: '人手不足' },
  }),
  'post /help': (before) => ({ body: { areaCode: area(before).code, text: '请帮忙', urgent: true } }),
  'get /help': plain,
  'post /help/:id/answer': async (before) => {
    const doctor = someone(area(before).doctor);
    const call = { areaCode: area(before).code, text: '请帮忙', urgent: false };
    return { ...ofId(await before.by(doctor, (tx) => askHelp(tx, doctor, call, NOW))), body: { text: '明天来' } };
  },
  'post /devices': () => ({ body: { id: randomUUID() } }),
  'get /devices': listed((before) => ({ area: area(before).code })),
  'post /devices/:id/retire': async (before) => {
    const inPost = ['medical', 'cadre', 'facility'].includes(before.role);
    const who = inPost ? before.me : someone(area(before).doctor);
    return ofId((await before.by(who, (tx) => registerDevice(tx, who, { id: randomUUID() }, NOW))).id);
  },
  'get /absences': plain,
  'post /visits': (before) => ({
    body: JSON.parse(
      JSON.stringify(stop(area(before), at('2018-01-30', '08:20'), [talk()], { householdId: household(before).id })),
    ),
  }),
  'get /visits/:id': async (before) => {
    const doctor = someone(area(before).doctor);
    const visit = stop(area(before), at('2018-01-30', '08:20'), [talk()], { householdId: household(before).id });
    await before.by(doctor, (tx) => recordVisit(tx, doctor, visit, NOW));
    return ofId(visit.id);
  },
  'post /visits/:id/confirmations': async (before) => ofId(await jointVisit(before)),
  'get /tasks': listed((before) => ({ area: area(before).code })),
  'post /outages': (before) => ({
    body: { areaCode: area(before).code, fromOn: '2018-01-28', toOn: '2018-01-29', reason: '停电' },
  }),
  'get /outages': listed((before) => ({ area: area(before).code })),
  'get /people/:id/followups': (before) => ofId(given(household(before).persons[0]).id),
  'post /people/:id/enrolments': (before) => ({
    ...ofId(given(household(before, 2).persons[0]).id),
    body: { programme: 'htn' },
  }),
  'post /enrolments/:id/end': (before) => ({
    ...ofId(given(given(household(before).persons[0]).enrolments.htn).id),
    body: { reason: '误诊' },
  }),
  'get /referrals': plain,
  'get /referrals/:id': async (before) => ofId(await referral(before)),
  'post /referrals/:id/own': async (before) => ({ ...ofId(await referral(before)), body: {} }),
  'post /referrals/:id/leave': async (before) => ({ ...ofId(await referral(before)), body: {} }),
  'post /referrals/:id/arrive': async (before) => ({ ...ofId(await referral(before)), body: {} }),
  'post /referrals/:id/outcome': async (before) => ({
    ...ofId(await referral(before, referrals.own, referrals.leave, referrals.arrive)),
    body: { note: '住院' },
  }),
  'post /referrals/:id/stand-down': async (before) => ({ ...ofId(await referral(before)), body: { note: '读数有误' } }),
  'post /clinics': (before) => ({
    body: { areaCode: town(before).code, heldOn: '2018-02-05', fromTime: '09:00', toTime: '12:00', place: '卫生院' },
  }),
  'get /clinics/board': listed(({ campaign }) => ({ campaign })),
  'get /clinics/:id': atSession('planned'),
  'post /clinics/:id/staff': async (before) => ({
    ...ofId(await session(before, 'planned')),
    body: { staff: [{ accountId: town(before).facility[0], profession: 'doctor' }] },
  }),
  'post /clinics/:id/announce': atSession('staffed'),
  'post /clinics/:id/open': atSession('announced'),
  'post /clinics/:id/findings': async (before) => {
    const id = await session(before, 'open');
    const who = { personId: given(household(before, 2).persons[0]).id, services: 1 }; // of the village's own
    const desk = someone(town(before).facility[0]);
    const { attendanceId } = await before.by(desk, (tx) => checkIn(tx, desk, id, who, NOW));
    return { ...ofId(id), body: { attendanceId, finding: '血压高', disposition: 'referral' } };
  },
  'post /clinics/:id/close': atSession('open'),
  'post /clinics/:id/report': atSession('closed'),
  'post /clinics/:id/sheets': atSession('open', { sheets: [{ sha256: 'a'.repeat(64), reference: '柜一', lines: 3 }] }),
  'post /clinics/:id/reschedule': atSession('planned', {
    heldOn: '2018-02-05',
    fromTime: '09:00',
    toTime: '12:00',
    place: '卫生院',
    reason: '大雪',
  }),
  'post /clinics/:id/cancel': atSession('announced', { reason: '大雪' }),
  'post /clinics/:id/check-in': atSession('open', { name: '路人', services: 1 }),
  'post /checks/checklist': (before) => ({
    body: { teamId: area(before).medicalTeam, occurredAt: NOW, items: [{ code: 'sheet', met: false, text: '缺签名' }] },
  }),
  'post /checks/revisit': async (before) => ({
    body: { recordId: await recordId(before), occurredAt: NOW, verdict: 'refuted', note: '没有来过' },
  }),
  'get /checks/summary': plain,
  'get /findings': plain,
  'post /findings/:id/put-right': async (before) => ({ ...ofId(await finding(before)), body: { proof: '已补签' } }),
  'post /rounds': (before) => ({
    body: { areaCode: town(before).code, rule, periodFrom: '2018-01-20', periodTo: '2018-02-05' },
  }),
  'get /rounds/:id': async (before) => ofId(await round(before)),
  'get /rounds': plain,
  'get /rounds/:id/draw': async (before) => ofId(await round(before)),
  'post /rounds/:id/end-field': async (before) => ({
    ...ofId(await round(before, 'drawn', 'in_field')),
    body: { reason: '路断了' },
  }),
  'post /rounds/:id/decide': async (before) => ({
    ...ofId(await round(before, 'drawn', 'in_field', 'answered')),
    body: { reason: '核对过' },
  }),
  'get /signals/copied-readings': listed(({ campaign }) => ({ campaign })),
  'get /notices': plain,
  'get /notices/preferences': plain,
  'put /notices/preferences': () => ({ body: { reminders: false } }),
  'get /mailbox': plain,
  'get /mailbox/:id': async ({ tx }) => {
    const { id } = await oneRow(
      tx,
      sql<{ id: number }>`insert into mailbox (message_id, to_address, subject, body, received_at)
        values ('m', 'a@b', 's', 'Content-Type: text/plain; charset=utf-8\r\n\r\nb', ${NOW}) returning id`,
    );
    return ofId(String(id));
  },
  'get /story': plain,
  'post /story/next-day': async ({ tx }) => {
    await sql`insert into story (offset_ms) values (0) on conflict do nothing`.execute(tx);
    return {};
  },
};
