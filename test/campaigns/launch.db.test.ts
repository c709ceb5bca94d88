import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  approveCampaign,
  draftCampaign,
  exportCampaign,
  prepareCampaign,
  reviseCampaign,
  submitCampaign,
} from '../../src/campaigns/acts/draft.ts';
import {
  campaignReadiness,
  claimNextFollowUps,
  launchCampaign,
  requestLaunch,
  waiveCheck,
} from '../../src/campaigns/acts/launch.ts';
import { campaignOf } from '../../src/campaigns/store/campaign.ts';
import { at } from '../../src/platform/civil.ts';
import { type Db, openDb, rows, sql } from '../../src/platform/db.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';
import { approved, as, doing, launched, NOTICE, waived } from './drive.ts';
import { lineOf, WINTER, winter } from './file.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let db: Db;
let county: SmallCounty;
beforeEach(async () => {
  database = await freshDatabase();
  db = openDb({ url: database.url });
  county = await smallCounty(db);
});
afterEach(async () => {
  await db.close();
  await database.drop();
});

const ask = <T>(question: ReturnType<typeof sql<T>>): Promise<T[]> =>
  db.tx(county.actor, NOTICE, (tx) => rows(tx, question));
const stageOf = (id: string) =>
  db.tx(county.actor, NOTICE, async (tx) => (await campaignOf(tx, county.countyCode, id))?.stage);

describe('the gate', () => {
  const found = async (id: string) => {
    const { checks } = await doing(db, county.actor, NOTICE, (tx) => campaignReadiness(tx, county.actor, id, NOTICE));
    return checks
      .map(({ code, subject }) => `${code} ${subject}`)
      .filter((check) => !/^(prep|town_without|overload)/.test(check));
  };
  const leave = (who: string, substitute: string) =>
    ask(sql`insert into leave (county_code, account_id, from_on, to_on, substitute_id, consented_at)
      values (${county.countyCode}, ${who}, '2018-01-01', '2018-01-31', ${substitute}, '2018-01-01') returning id`);

  it('calls reachable whom the sweep would tell: nobody with a telephone alone, nobody away with whoever stands in', async () => {
    const id = await approved(db, county);
    expect(await found(id)).toEqual([]);
    const { code, doctor, nurse, cadre, secondCadre } = county.villages[0];
    await ask(
      sql`update account set email = null, phone_enc = 'sealed' where id in (${doctor}, ${nurse}) returning id`,
    );
    expect(await found(id)).toEqual([`team_unreachable ${code}`, `nobody_at_first_level ${code}`]);
    await ask(sql`update account set email = 'a@b.example' where id in (${doctor}, ${nurse}) returning id`);
    await leave(cadre, secondCadre);
    expect(await found(id)).toEqual([]);
    await leave(secondCadre, cadre);
    expect(await found(id)).toEqual([`team_unreachable ${code}`, `nobody_at_first_level ${code}`]);
    await leave(county.towns[0].supervisor, cadre);
    expect(await found(id)).toContain(`level_vacant ${county.towns[0].code}`);
  });
});

describe('a draft', () => {
  it('is set against the county: an unknown town is named with its line', async () => {
    const yaml = winter(['areas: ["450803"]', 'areas:\n  - "450803001"\n  - "450803999"']);
    const planner = as(county, county.planner);
    const drafted = doing(db, planner, NOTICE, (tx) => draftCampaign(tx, planner, yaml, NOTICE));
    await expect(drafted).rejects.toMatchObject({
      status: 422,
      faults: [
        {
          code: 'campaign_area_unknown',
          field: '/areas/1',
          line: lineOf(yaml, '"450803999"'),
          params: { area: '450803999' },
        },
      ],
    });
    expect(await ask(sql`select from campaign`)).toHaveLength(0);
  });

  it('needs the calendar of all its days and of the grace after them', async () => {
    const planner = as(county, county.planner);
    const yaml = winter(['to: 2018-02-28 }', 'to: 2018-12-28 }']);
    await expect(doing(db, planner, NOTICE, (tx) => draftCampaign(tx, planner, yaml, NOTICE))).rejects.toMatchObject({
      faults: [{ code: 'campaign_year_unknown' }],
    });
  });

  it('has a key that nobody else has, and comes out as the file that went in', async () => {
    const planner = as(county, county.planner);
    const { id } = await doing(db, planner, NOTICE, (tx) => draftCampaign(tx, planner, WINTER, NOTICE));
    const yaml = await doing(db, planner, NOTICE, (tx) => exportCampaign(tx, planner, id));
    await expect(doing(db, planner, NOTICE, (tx) => draftCampaign(tx, planner, yaml, NOTICE))).rejects.toMatchObject({
      faults: [{ code: 'campaign_key_taken' }],
    });
  });
});

describe('approval', () => {
  it('is complete only with every issuing bureau: running is impossible with one of two', async () => {
    const planner = as(county, county.planner);
    const health = as(county, county.bureauHealth);
    const { id } = await doing(db, planner, NOTICE, (tx) => draftCampaign(tx, planner, WINTER, NOTICE));
    await doing(db, planner, NOTICE, (tx) => submitCampaign(tx, planner, id, NOTICE));
    for (const _ of [1, 2])
      expect(await doing(db, health, NOTICE, (tx) => approveCampaign(tx, health, id, null, NOTICE))).toEqual({
        approved: ['health'],
        missing: ['poverty'],
      });
    expect(await doing(db, county.actor, NOTICE, (tx) => prepareCampaign(tx, county.actor, id, NOTICE))).toBe(false);
    await expect(doing(db, planner, NOTICE, (tx) => requestLaunch(tx, planner, id, NOTICE))).rejects.toMatchObject({
      status: 409,
      faults: [{ code: 'campaign_stage' }],
    });
    expect(await doing(db, county.actor, NOTICE, (tx) => launchCampaign(tx, county.actor, id, NOTICE))).toMatchObject({
      launched: false,
    });
    expect(await stageOf(id)).toBe('submitted');
  });

  it('belongs to bureaus, not to planners', async () => {
    const planner = as(county, county.planner);
    const { id } = await doing(db, planner, NOTICE, (tx) => draftCampaign(tx, planner, WINTER, NOTICE));
    await doing(db, planner, NOTICE, (tx) => submitCampaign(tx, planner, id, NOTICE));
    await expect(
      doing(db, planner, NOTICE, (tx) => approveCampaign(tx, planner, id, null, NOTICE)),
    ).rejects.toMatchObject({ status: 403, faults: [{ code: 'campaign_not_issuer' }] });
  });

  it('is given to a revision: a revised campaign is approved anew', async () => {
    const planner = as(county, county.planner);
    const health = as(county, county.bureauHealth);
    const poverty = as(county, county.bureauPoverty);
    const { id } = await doing(db, planner, NOTICE, (tx) => draftCampaign(tx, planner, WINTER, NOTICE));
    await doing(db, planner, NOTICE, (tx) => submitCampaign(tx, planner, id, NOTICE));
    await doing(db, health, NOTICE, (tx) => approveCampaign(tx, health, id, null, NOTICE));
    expect(
      await doing(db, planner, NOTICE, (tx) =>
        reviseCampaign(tx, planner, id, winter(['after: 5 }', 'after: 4 }']), NOTICE),
      ),
    ).toEqual({ revision: 2 });
    await doing(db, planner, NOTICE, (tx) => submitCampaign(tx, planner, id, NOTICE));
    expect(await doing(db, poverty, NOTICE, (tx) => approveCampaign(tx, poverty, id, null, NOTICE))).toEqual({
      approved: ['poverty'],
      missing: ['health'],
    });
  });

  it('makes the tasks of preparation, once', async () => {
    const id = await approved(db, county);
    expect(await doing(db, county.actor, NOTICE, (tx) => prepareCampaign(tx, county.actor, id, NOTICE))).toBe(true);
    expect(
      await ask(
        sql`select kind, subject, side, area_code, due_on, count(*) from task where campaign_id = ${id} group by 1, 2, 3, 4, 5`,
      ),
    ).toEqual([
      { kind: 'training', subject: 'team', side: 'facility', area_code: '450803', due_on: '2018-01-09', count: 8 },
    ]);
  });
});

describe('the gate', () => {
  it('names what is not ready, with who can put it right', async () => {
    const id = await approved(db, county);
    const { ready, checks } = await db.tx(as(county, county.planner), NOTICE, (tx) =>
      campaignReadiness(tx, as(county, county.planner), id, NOTICE),
    );
    expect(ready).toBe(false);
    expect(checks).toEqual([
      {
        code: 'preparation_unfinished',
        severity: 'warning',
        subject: 'training',
        count: 8,
        ownerId: county.planner,
        waived: null,
      },
      {
        code: 'town_without_clinic',
        severity: 'warning',
        subject: '450803001',
        count: 1,
        ownerId: county.towns[0].supervisor,
        waived: null,
      },
      {
        code: 'town_without_clinic',
        severity: 'warning',
        subject: '450803002',
        count: 1,
        ownerId: county.towns[1].supervisor,
        waived: null,
      },
    ]);
  });

  it('keeps the launch out until every warning is waived', async () => {
    const planner = as(county, county.planner);
    const id = await approved(db, county);
    await expect(doing(db, planner, NOTICE, (tx) => requestLaunch(tx, planner, id, NOTICE))).rejects.toMatchObject({
      status: 409,
      faults: [
        { code: 'campaign_gate_preparation_unfinished' },
        { code: 'campaign_gate_town_without_clinic' },
        { code: 'campaign_gate_town_without_clinic' },
      ],
    });
    await waived(db, county, id);
    await doing(db, planner, NOTICE, (tx) => requestLaunch(tx, planner, id, NOTICE));
    expect(await stageOf(id)).toBe('ready');
  });

  it('lets no blocker be waived: a team nobody can reach, a village without a lead, an empty shift', async () => {
    const planner = as(county, county.planner);
    const id = await approved(db, county);
    await db.systemPool.query(`update team_member set to_on = '2018-01-08' where team_id = $1`, [
      county.villages[0].medicalTeam,
    ]);
    await db.systemPool.query(`update account set disabled_at = '2018-01-08' where id = $1`, [
      county.towns[1].supervisor,
    ]);
    const later = at('2018-06-01', '08:00');
    const { checks } = await db.tx(planner, NOTICE, (tx) => campaignReadiness(tx, planner, id, NOTICE));
    expect(
      checks
        .filter(({ code }) => !['preparation_unfinished', 'town_without_clinic'].includes(code))
        .map(({ code, subject }) => [code, subject]),
    ).toEqual([
      ['team_unreachable', '450803001001'],
      ['nobody_at_first_level', '450803001001'],
      ['level_vacant', '450803002'],
    ]);
    expect(
      (await db.tx(planner, later, (tx) => campaignReadiness(tx, planner, id, later))).checks.map(({ code }) => code),
    ).toContain('shift_empty');
    await expect(
      doing(db, planner, NOTICE, (tx) =>
        waiveCheck(tx, planner, id, { check: 'team_unreachable', subject: '', reason: '无' }, NOTICE),
      ),
    ).rejects.toMatchObject({
      faults: [{ code: 'campaign_blocker_not_waivable' }],
    });
  });
});

describe('a late launch', () => {
  it('plans somebody home only until the 22nd inside her days at home, and bounds her tasks', async () => {
    const villages = county.villages;
    for (const { households } of villages) {
      const migrant = households[1]?.persons[1]?.id ?? '';
      await db.systemPool.query(
        `insert into personal_plan (county_code, village_code, person_id, class, treated, from_on)
        select county_code, village_code, id, 'chronic', true, '2017-01-01' from person where id = $1`,
        [migrant],
      );
    }
    const { id } = await launched(db, county);
    const bounded = await ask<{ opens_on: string; due_on: string; bounded_until: string; count: number }>(
      sql`select opens_on, due_on, bounded_until, count(*) from task where campaign_id = ${id} and bounded_until is not null group by 1, 2, 3`,
    );
    // one such door a village: the middle of the six working days from 8 to 14 February
    expect(bounded).toEqual([
      {
        opens_on: '2018-02-08',
        due_on: '2018-02-11',
        bounded_until: '2018-02-22',
        count: 8,
      },
    ]);
  });

  it('bounds the household’s talk when every adult leaves', async () => {
    await db.systemPool.query(
      `insert into presence (county_code, village_code, person_id, place, from_on, to_on, recorded_at)
      select county_code, village_code, id, 'home', '2018-02-08', '2018-02-22', '2018-01-08' from person where household_id = $1 and name = '乙一'`,
      [county.villages[0].households[1]?.id],
    );
    const { id } = await launched(db, county);
    expect(
      await ask(
        sql`select kind, due_on, bounded_until from task where campaign_id = ${id} and subject = 'household' and bounded_until is not null`,
      ),
    ).toEqual([{ kind: 'policy_talk', due_on: '2018-02-11', bounded_until: '2018-02-22' }]);
  });

  it('claims without moving a date, leaves what is due later, and makes what is missing', async () => {
    const [first, second] = county.villages;
    const late = first.households[0]?.persons[0]?.enrolments.htn;
    const gone = second.households[0]?.persons[0]?.enrolments.htn;
    await db.systemPool.query(`update task set due_on = '2018-03-05', grace_until = null where id = $1`, [
      late?.taskId,
    ]);
    await db.systemPool.query(
      `update task set closed_at = '2018-01-08', closed_on = '2018-01-08', close_reason = 'excused', close_detail = 'test',
      source_key = 'follow/old/htn' where id = $1`,
      [gone?.taskId],
    );
    const { id, made } = await launched(db, county);
    expect(made.claimed).toEqual({ htn: 7, t2dm: 8 });
    expect(made.made.htn).toBe(1);
    expect(await ask(sql`select campaign_id, due_on from task where id = ${late?.taskId}`)).toEqual([
      { campaign_id: null, due_on: '2018-03-05' },
    ]);
    const moved =
      await ask(sql`select from task t where t.campaign_id = ${id} and kind in ('htn', 't2dm') and enrolment_id <> ${gone?.id}
      and due_on not between '2018-02-01' and '2018-02-04'`);
    expect(moved).toHaveLength(0);
  });

  it('claims next follow-ups that fall due in the window, outside the goal', async () => {
    const { id } = await launched(db, county);
    const enrolment = county.villages[0].households[0]?.persons[0]?.enrolments.htn;
    await db.systemPool.query(
      `insert into task (county_code, source_key, kind, subject, subject_id, area_code, enrolment_id, side, opens_on, due_on, created_at)
      values ($1, 'follow/x/htn', 'htn', 'enrolment', $2::text, $3, $2::uuid, 'medical', '2018-02-01', '2018-02-15', '2018-02-01'),
        ($1, 'follow/y/htn', 'htn', 'enrolment', $2::text, $3, $2::uuid, 'medical', '2018-02-01', '2018-04-30', '2018-02-01')`,
      [county.countyCode, enrolment?.id, county.villages[0].code],
    );
    expect(await doing(db, county.actor, NOTICE, (tx) => claimNextFollowUps(tx, county.actor, id, NOTICE))).toBe(1);
    expect(await ask(sql`select in_goal from task where source_key = 'follow/x/htn' and campaign_id = ${id}`)).toEqual([
      { in_goal: false },
    ]);
  });

  it('waits for the window where it has not opened', async () => {
    const yaml = winter(['from: 2017-12-01', 'from: 2018-01-15'], ['on: [2018-01-09]', 'on: [2018-01-15]']);
    const { id, made } = await launched(db, county, yaml);
    expect(made).toEqual({ launched: false, made: {}, claimed: {} });
    const opens = at('2018-01-15', '00:00');
    const opened = await doing(db, county.actor, opens, (tx) => launchCampaign(tx, county.actor, id, opens));
    expect(opened.made.policy_talk).toBe(12);
  });

  it('lets the towns of a wave begin on its day', async () => {
    const yaml = winter(['issuedBy:', 'waves: [{ on: 2018-02-01, areas: ["450803002"] }]\nissuedBy:']);
    const { id } = await launched(db, county, yaml);
    const first = await ask<{ town: string; first: string }>(
      sql`select left(area_code, 9) as town, min(opens_on) as first from task where campaign_id = ${id} and kind = 'policy_talk' group by 1 order by 1`,
    );
    expect(first).toEqual([
      { town: '450803001', first: '2018-01-09' },
      { town: '450803002', first: '2018-02-01' },
    ]);
  });
});
