import { expect, it } from 'vitest';
import { parseCampaign, writeCampaign } from '../../src/campaigns/yaml.ts';
import { DomainError } from '../../src/platform/errors.ts';
import { keysOf, locales, say } from '../../src/platform/locale.ts';
import { lineOf, WINTER, winter } from './file.ts';

const faultsOf = (yaml: string) => {
  try {
    parseCampaign(yaml);
    return [];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return error.faults;
  }
};

it('reads the example drive as the story tells it', () => {
  const { definition } = parseCampaign(WINTER);
  expect(definition.window).toEqual({ from: '2017-12-01', to: '2018-02-28' });
  expect(definition.notice.on).toBe('2018-01-09');
  expect(definition.issuedBy).toEqual(['health', 'poverty']);
  expect(definition.ladder.map(({ to, after }) => [to, after])).toEqual([
    ['lead', 1],
    ['town', 2],
    ['county', 5],
  ]);
  expect(definition.duties.map(({ key, side, mode }) => [key, side, mode])).toEqual([
    ['policy_talk', 'either', 'create'],
    ['verification', 'joint', 'create'],
    ['contract', 'joint', 'create'],
    ['htn', 'medical', 'adopt'],
    ['t2dm', 'medical', 'adopt'],
    ['broadcast', 'cadre', 'create'],
    ['clinic', 'facility', 'create'],
    ['training', 'facility', 'create'],
  ]);
  expect(
    definition.goals.filter(({ numerator }) => numerator.endsWith('_aware')).map(({ atLeast }) => atLeast),
  ).toEqual([0.95, 0.95]);
  expect(definition.capacity.stopsPerPairPerWorkingDay).toBe(4);
});

it('writes a file that reads as the same campaign', () => {
  const { definition } = parseCampaign(WINTER);
  expect(parseCampaign(writeCampaign(definition)).definition).toEqual(definition);
});

interface Impossible {
  readonly says: string;
  readonly edit: readonly [string, string];
  readonly code: string;
  readonly field?: string;
  /** What stands on the line named; the line of the edit where left out. */
  readonly on?: string;
}

const impossible: readonly Impossible[] = [
  {
    says: 'quiet hours turned round: no notice could leave by day',
    edit: ['{ from: "20:00", to: "07:30" }', '{ from: "07:30", to: "20:00" }'],
    code: 'campaign_quiet_day',
    field: '/quietHours/from',
  },
  {
    says: 'quiet hours without an end',
    edit: ['{ from: "20:00", to: "07:30" }', '{ from: "08:00", to: "08:00" }'],
    code: 'campaign_quiet_day',
    field: '/quietHours/from',
  },
  {
    says: 'quiet hours that leave an hour at noon',
    edit: ['{ from: "20:00", to: "07:30" }', '{ from: "13:00", to: "12:00" }'],
    code: 'campaign_quiet_day',
    field: '/quietHours/from',
  },
  {
    says: 'a window that ends before it begins',
    edit: ['{ from: 2017-12-01, to: 2018-02-28 }', '{ from: 2018-03-01, to: 2018-02-28 }'],
    code: 'campaign_window_reversed',
    field: '/window/to',
  },
  {
    says: 'a day that never was',
    edit: ['from: 2017-12-01', 'from: 2017-02-29'],
    code: 'campaign_field_wrong',
    field: '/window/from',
  },
  {
    says: 'a notice after the end',
    edit: ['on: 2018-01-09 } #', 'on: 2018-03-09 } #'],
    code: 'campaign_notice_after',
    field: '/notice/on',
  },
  { says: 'no issuing bureau', edit: ['[health, poverty]', '[]'], code: 'campaign_field_wrong', field: '/issuedBy' },
  {
    says: 'a bureau twice',
    edit: ['[health, poverty]', '[health, health]'],
    code: 'campaign_key_twice',
    field: '/issuedBy/1',
  },
  {
    says: 'a goal over 100 %',
    edit: ['denominator: cadres_asked, atLeast: 95%', 'denominator: cadres_asked, atLeast: 105%'],
    code: 'campaign_goal_over',
    field: '/goals/0/atLeast',
  },
  {
    says: 'a goal of nothing known',
    edit: ['of: cadres,', 'of: clouds,'],
    code: 'campaign_goal_of',
    field: '/goals/0/of',
  },
  {
    says: 'a measure nobody counts',
    edit: ['numerator: households_signed', 'numerator: wishes'],
    code: 'campaign_field_wrong',
    field: '/goals/2/numerator',
  },
  {
    says: 'a ladder level with no one on it',
    edit: ['{ level: 2, to: town, after: 2 }', '{ level: 2, after: 2 }'],
    code: 'campaign_ladder_nobody',
    field: '/ladder/1/to',
  },
  {
    says: 'a post that does not exist',
    edit: ['to: county', 'to: province'],
    code: 'campaign_ladder_to_unknown',
    field: '/ladder/2/to',
  },
  {
    says: 'a first level on the due date itself',
    edit: ['to: lead, after: 1', 'to: lead, after: 0'],
    code: 'campaign_ladder_first',
    field: '/ladder/0/after',
  },
  {
    says: 'a ladder that does not rise',
    edit: ['to: county, after: 5', 'to: county, after: 2'],
    code: 'campaign_ladder_not_rising',
    field: '/ladder/2/after',
  },
  {
    says: 'levels with a gap',
    edit: ['{ level: 3,', '{ level: 4,'],
    code: 'campaign_ladder_level',
    field: '/ladder/2/level',
  },
  { says: 'a duty twice', edit: ['- key: t2dm', '- key: htn'], code: 'campaign_key_twice', field: '/duties/4/key' },
  {
    says: 'a joint duty of villages',
    edit: ['side: cadre', 'side: joint'],
    code: 'campaign_joint_subject',
    field: '/duties/5/side',
  },
  {
    says: 'a due date outside the window',
    edit: ['2018-01-19, 2018-02-02', '2018-01-19, 2018-03-02'],
    code: 'campaign_day_outside',
    field: '/duties/5/due/on/1',
  },
  {
    says: 'a protocol date for what is created',
    edit: ['record: policy_talk\n    due: spread', 'record: policy_talk\n    due: protocol'],
    code: 'campaign_protocol_adopt',
    field: '/duties/0/due',
    on: 'due: protocol',
  },
  {
    says: 'a selection its subject does not have',
    edit: ['subject: person', 'subject: household'],
    code: 'campaign_select_mismatch',
    field: '/duties/1/select',
    on: 'select: { plan: any }',
  },
  {
    says: 'a programme adopted to be discharged by another’s record',
    edit: ['select: { programme: htn }', 'select: { programme: smi }'],
    code: 'campaign_adopt_record',
    field: '/duties/3/record',
    on: 'record: htn',
  },
  {
    says: 'a record that cannot be about its subject',
    edit: ['record: broadcast', 'record: verification'],
    code: 'campaign_record_mismatch',
    field: '/duties/5/record',
  },
  {
    says: 'an illness owed by the cadres',
    edit: ['side: medical\n    record: t2dm', 'side: cadre\n    record: t2dm'],
    code: 'campaign_side_mismatch',
    field: '/duties/4/side',
    on: 'side: cadre',
  },
  {
    says: 'a share of something else',
    edit: ['numerator: towns_with_clinic, denominator: towns', 'numerator: towns_with_clinic, denominator: households'],
    code: 'campaign_goal_pair',
    field: '/goals/4/denominator',
  },
  {
    says: 'a whole as its own share',
    edit: ['numerator: households_seen,', 'numerator: households,'],
    code: 'campaign_goal_pair',
    field: '/goals/5/numerator',
  },
  {
    says: 'a preparation without a date',
    edit: ['due: { on: [2018-01-09] }', 'due: spread'],
    code: 'campaign_preparation_due',
    field: '/duties/7/due',
  },
  {
    says: 'an unknown field',
    edit: ['preparation: true', 'preperation: true'],
    code: 'campaign_field_unknown',
    field: '/duties/7/preperation',
  },
  {
    says: 'a missing field',
    edit: ['    title: 乡镇义诊\n', ''],
    code: 'campaign_field_missing',
    field: '/duties/6/title',
    on: '- key: clinic',
  },
  {
    says: 'a field twice',
    edit: ['name: 2017', 'key: again\nname: 2017'],
    code: 'campaign_field_twice',
    on: 'key: again',
  },
  {
    says: 'broken YAML',
    edit: ['issuedBy: [health, poverty]', 'issuedBy: [health, poverty'],
    code: 'campaign_yaml',
    on: 'areas:',
  },
];

it.each(impossible)('names line, field and code of $says', ({ edit, code, field, on }) => {
  const yaml = winter(edit);
  const fault = faultsOf(yaml).find((one) => one.code === code);
  expect(fault, JSON.stringify(faultsOf(yaml))).toBeDefined();
  expect(fault?.field).toBe(field);
  expect(fault?.line).toBe(on ? lineOf(yaml, on) : lineOf(WINTER, edit[0]));
});

it('refuses a campaign without a duty or without a ladder', () => {
  const start = WINTER.slice(0, WINTER.indexOf('ladder:'));
  expect(faultsOf(`${start}ladder: []\nduties: []\n`).map(({ code, field }) => [code, field])).toEqual([
    ['campaign_ladder_nobody', '/ladder'],
    ['campaign_no_duty', '/duties'],
  ]);
});

it('reports every fault of a file at once, by line', () => {
  const faults = faultsOf(
    winter(['after: 1 }', 'after: 0 }'], ['denominator: towns, atLeast: 100%', 'denominator: towns, atLeast: 101%']),
  );
  expect(faults.map(({ code }) => code)).toEqual(['campaign_ladder_first', 'campaign_goal_over']);
});

it('says every problem and its remedy in both languages', () => {
  const codes = keysOf('zh-CN').filter((key) => /^problem\.(campaign|report)_/.test(key));
  expect(codes.length).toBeGreaterThan(30);
  for (const locale of locales)
    for (const code of codes)
      for (const key of [code, code.replace('problem.', 'remedy.')]) expect(say(locale, key)).not.toBe('');
  for (const { code } of impossible) expect(codes).toContain(`problem.${code}`);
});
