// src/campaigns/rules/definition.ts: what makes a campaign impossible although every field of its file is well formed.
import type { CivilDate } from '../../platform/civil.ts';
import type { Duty, RawDefinition } from '../schema.ts';
import { denominatorOf, isOfDuty, populations } from './measures.ts';

export interface DefinitionFault {
  readonly code: string;
  readonly path: readonly (string | number)[];
  readonly params?: Readonly<Record<string, string | number>>;
}

/** What each selection can be asked of. */
const selectable = {
  all: ['household', 'person', 'village', 'town', 'team'],
  category: ['household', 'person'],
  programme: ['person', 'enrolment'],
  contract: ['household'],
  plan: ['person'],
} as const;

/** What each kind of record can be owed to: anything else would be made and never discharged. */
const owedTo: Readonly<Record<Duty['record'], readonly Duty['subject'][]>> = {
  policy_talk: ['household', 'person'],
  verification: ['person'],
  contract: ['household'],
  htn: ['enrolment'],
  t2dm: ['enrolment'],
  broadcast: ['village', 'town'],
  clinic: ['town'],
  training: ['team', 'village', 'town'],
};

/** Who can owe what to whom: a town has its hospital and no other team, a village no hospital, and illness is the medical side's. */
const sidesOf: Readonly<Record<Duty['subject'], readonly Duty['side'][]>> = {
  household: ['medical', 'cadre', 'either', 'joint'],
  person: ['medical', 'cadre', 'either', 'joint'],
  village: ['medical', 'cadre', 'either'],
  town: ['facility'],
  team: ['medical', 'cadre', 'facility'],
  enrolment: ['medical'],
};

/** Everything that makes the campaign impossible, in the order of the file. Empty when it can run. */
export function faultsOf(campaign: RawDefinition): DefinitionFault[] {
  const { window } = campaign;
  return [
    ...(window.to < window.from ? [{ code: 'campaign_window_reversed', path: ['window', 'to'], params: window }] : []),
    ...(campaign.notice.on > window.to ? [{ code: 'campaign_notice_after', path: ['notice', 'on'] }] : []),
    ...quietFaults(campaign.quietHours),
    ...twice(campaign.issuedBy, (_, n) => ['issuedBy', n]),
    ...campaign.waves.flatMap((wave, n) =>
      outside(wave.on, window)
        ? [{ code: 'campaign_day_outside', path: ['waves', n, 'on'], params: { day: wave.on } }]
        : [],
    ),
    ...ladderFaults(campaign.ladder),
    ...dutyFaults(campaign),
    ...goalFaults(campaign),
  ];
}

const DAYTIME = { from: '10:00', to: '16:00' } as const; // whatever a drive's offices keep, its people can be told something then

/** Quiet hours are a night: 20:00 to 07:30 crosses midnight, 00:30 to 07:00 lies after it. Those that reach into the day are turned round, or endless. */
function quietFaults({ from, to }: RawDefinition['quietHours']): DefinitionFault[] {
  const night =
    from > to ? from >= DAYTIME.to && to <= DAYTIME.from : from < to && (to <= DAYTIME.from || from >= DAYTIME.to);
  return night
    ? []
    : [
        {
          code: 'campaign_quiet_day',
          path: ['quietHours', 'from'],
          params: { from, to, dayFrom: DAYTIME.from, dayTo: DAYTIME.to },
        },
      ];
}

function ladderFaults(ladder: RawDefinition['ladder']): DefinitionFault[] {
  if (ladder.length === 0) return [{ code: 'campaign_ladder_nobody', path: ['ladder'], params: { level: 1 } }];
  return ladder.flatMap((rung, n): DefinitionFault[] => {
    const below = ladder[n - 1];
    const at = (field: string) => ['ladder', n, field];
    return [
      ...(rung.level === n + 1 ? [] : [{ code: 'campaign_ladder_level', path: at('level'), params: { level: n + 1 } }]),
      ...(!rung.to ? [{ code: 'campaign_ladder_nobody', path: at('to'), params: { level: rung.level } }] : []),
      ...(rung.to && !['lead', 'town', 'county'].includes(rung.to)
        ? [{ code: 'campaign_ladder_to_unknown', path: at('to'), params: { to: rung.to } }]
        : []),
      ...(n === 0 && rung.after < 1 ? [{ code: 'campaign_ladder_first', path: at('after') }] : []),
      ...(below && rung.after <= below.after
        ? [{ code: 'campaign_ladder_not_rising', path: at('after'), params: { after: rung.after, below: below.after } }]
        : []),
    ];
  });
}

function dutyFaults({ duties, window }: RawDefinition): DefinitionFault[] {
  if (duties.length === 0) return [{ code: 'campaign_no_duty', path: ['duties'] }];
  return [
    ...duties.flatMap((duty, n) =>
      oneDuty(duty, window).map((fault) => ({ ...fault, path: ['duties', n, ...fault.path] })),
    ),
    ...twice(
      duties.map(({ key }) => key),
      (_, n) => ['duties', n, 'key'],
    ),
  ];
}

function oneDuty(duty: Duty, window: RawDefinition['window']): DefinitionFault[] {
  const kind = typeof duty.select === 'string' ? 'all' : (Object.keys(duty.select)[0] as keyof typeof selectable);
  const { subject, mode, due } = duty;
  return [
    ...((selectable[kind] as readonly string[]).includes(subject)
      ? []
      : [{ code: 'campaign_select_mismatch', path: ['select'], params: { select: kind, subject } }]),
    ...(sidesOf[subject].includes(duty.side)
      ? []
      : duty.side === 'joint'
        ? [{ code: 'campaign_joint_subject', path: ['side'], params: { subject } }]
        : [{ code: 'campaign_side_mismatch', path: ['side'], params: { side: duty.side, subject } }]),
    ...recordFaults(duty),
    ...((due === 'protocol') === (mode === 'adopt') ? [] : [{ code: 'campaign_protocol_adopt', path: ['due'] }]),
    ...((mode === 'adopt') === (subject === 'enrolment')
      ? []
      : [{ code: 'campaign_adopt_enrolment', path: ['subject'], params: { subject, mode } }]),
    ...(duty.preparation && typeof due === 'string' ? [{ code: 'campaign_preparation_due', path: ['due'] }] : []),
    ...(typeof due === 'string'
      ? []
      : [
          ...due.on.flatMap((day, n) =>
            outside(day, window) ? [{ code: 'campaign_day_outside', path: ['due', 'on', n], params: { day } }] : [],
          ),
          ...twice(due.on, (_, n) => ['due', 'on', n]),
        ]),
  ];
}

/** What is adopted is discharged by the programme's own record; what is made, by a record that can be about its subject. */
function recordFaults({ subject, mode, select, record }: Duty): DefinitionFault[] {
  const programme = typeof select === 'object' && 'programme' in select ? select.programme : null;
  if (mode === 'adopt' && programme !== null && programme !== record)
    return [{ code: 'campaign_adopt_record', path: ['record'], params: { programme, record } }];
  return owedTo[record].includes(subject)
    ? []
    : [{ code: 'campaign_record_mismatch', path: ['record'], params: { record, subject } }];
}

function goalFaults({ goals, duties, window }: RawDefinition): DefinitionFault[] {
  const keys = duties.map((duty) => duty.key);
  return [
    ...goals.flatMap((goal, n): DefinitionFault[] => {
      const known = isOfDuty(goal.numerator) || isOfDuty(goal.denominator) ? keys : [...populations, ...keys];
      return [
        ...(goal.atLeast > 1
          ? [
              {
                code: 'campaign_goal_over',
                path: ['goals', n, 'atLeast'],
                params: { atLeast: Math.round(goal.atLeast * 10_000) / 100 },
              },
            ]
          : []),
        ...(denominatorOf[goal.numerator] === goal.denominator
          ? []
          : [
              {
                code: 'campaign_goal_pair',
                path: ['goals', n, denominatorOf[goal.numerator] === null ? 'numerator' : 'denominator'],
                params: { numerator: goal.numerator, denominator: denominatorOf[goal.numerator] ?? '–' },
              },
            ]),
        ...(known.includes(goal.of)
          ? []
          : [{ code: 'campaign_goal_of', path: ['goals', n, 'of'], params: { of: goal.of } }]),
        ...(outside(goal.by, window)
          ? [{ code: 'campaign_day_outside', path: ['goals', n, 'by'], params: { day: goal.by } }]
          : []),
      ];
    }),
    ...twice(
      goals.map(({ key }) => key),
      (_, n) => ['goals', n, 'key'],
    ),
  ];
}

const outside = (day: CivilDate, window: RawDefinition['window']): boolean => day < window.from || day > window.to;

function twice(
  keys: readonly string[],
  path: (key: string, n: number) => readonly (string | number)[],
): DefinitionFault[] {
  return keys.flatMap((key, n) =>
    keys.indexOf(key) < n ? [{ code: 'campaign_key_twice', path: path(key, n), params: { key } }] : [],
  );
}
