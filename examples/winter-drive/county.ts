// examples/winter-drive/county.ts: the example county's places and people, at the sizes of Lan county's published figures.
import { type CivilDate, plusDays } from '../../src/platform/civil.ts';
import { idCheck } from '../../src/population/rules.ts';
import { chance, pick } from './chance.ts';
import { personName, TOWN_NAMES, villageNames } from './names.ts';

export const COUNTY = '450803';
const VILLAGES = 167; // 11 towns of 14 and a last one of 13
const PER_TOWN = 14;
const ID_REGION = '450899'; // a region code that was never issued: these numbers check, and are nobody's
const SINCE: CivilDate = '2016-01-01';

export interface ExampleVillage {
  /** 0 to 166. */
  readonly index: number;
  readonly code: string;
  readonly townCode: string;
  readonly name: string;
}

export interface ExampleHousehold {
  readonly registerNo: string;
  readonly villageCode: string;
  readonly group: number;
  readonly head: string;
  /** In 2017, or null for those still to sign at the launch. */
  readonly signedOn: CivilDate | null;
}

export type Illness = 'htn' | 't2dm' | 'both' | 'tb' | 'smi' | 'other';

export interface ExamplePerson {
  readonly idNo: string;
  readonly name: string;
  readonly sex: 'm' | 'f';
  readonly bornOn: CivilDate;
  readonly registerNo: string;
  readonly villageCode: string;
  readonly phone: string | null;
  readonly category: string;
  readonly categoryFrom: CivilDate;
  readonly plan: '大病' | '重病' | '慢病' | '其他' | null;
  readonly treated: boolean | null;
  /** What a chronic plan is for. */
  readonly illness: Illness | null;
  readonly awayFrom: CivilDate | null;
  readonly homeFrom: CivilDate | null;
  readonly leavesOn: CivilDate | null;
}

export interface ExampleEnrolment {
  readonly idNo: string;
  readonly programme: 'htn' | 't2dm';
  readonly fromOn: CivilDate;
  readonly nextOn: CivilDate;
}

export interface ExampleCounty {
  readonly towns: readonly { readonly code: string; readonly name: string }[];
  readonly villages: readonly ExampleVillage[];
  readonly households: readonly ExampleHousehold[];
  readonly persons: readonly ExamplePerson[];
  readonly enrolments: readonly ExampleEnrolment[];
}

/** The whole county, or its first `towns`: the same rows, because the whole is always made and then cut. */
export function exampleCounty(options: { readonly towns?: number } = {}): ExampleCounty {
  const towns = TOWN_NAMES.slice(0, options.towns ?? TOWN_NAMES.length).map((name, n) => ({ code: townCode(n), name }));
  const kept = new Set(towns.map(({ code }) => code));
  const within = ({ villageCode }: { readonly villageCode: string }) => kept.has(villageCode.slice(0, 9));
  const villages = exampleVillages();
  const drafts = villages.flatMap(settle);
  const households = drafts.map((draft) => draft.household);
  const persons = describe(drafts.flatMap((draft) => draft.people)).filter(within);
  return {
    towns,
    villages: villages.filter((village) => kept.has(village.townCode)),
    households: households.filter(within),
    persons,
    enrolments: persons.flatMap(enrolmentsOf),
  };
}

function townCode(n: number): string {
  return `${COUNTY}${String(n + 1).padStart(3, '0')}`;
}

function exampleVillages(): ExampleVillage[] {
  return villageNames(VILLAGES).map((name, index) => {
    const code = townCode(Math.floor(index / PER_TOWN));
    return { index, townCode: code, code: `${code}${String((index % PER_TOWN) + 1).padStart(3, '0')}`, name };
  });
}

/** 0 or 1 for each village, spread evenly, so that exactly `total` of the 167 get one more. */
function oneMore(total: number, index: number): number {
  return Math.floor(((index + 1) * total) / VILLAGES) - Math.floor((index * total) / VILLAGES);
}

/** The items in an order of chance. */
function shuffled<T>(items: readonly T[], seed: string): T[] {
  return items
    .map((item, n) => ({ item, at: chance(seed, n) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

interface Somebody {
  readonly registerNo: string;
  readonly villageCode: string;
  readonly sex: 'm' | 'f';
  readonly name: string;
  readonly chronic: boolean;
}

/**
 * A village's doors and who is behind them. Totals over the county: 6,689 households = 158 × 40 + 9 × 41; 986 of them unsigned
 * = 151 × 6 + 16 × 5; 7,676 people = 161 × 46 + 6 × 45, of whom 1,208 live in unsigned households (986 + 167 + 55) and
 * 6,468 in signed ones; 7,218 chronic = 130 × 43 + 37 × 44.
 */
function settle({ index, code }: ExampleVillage): { household: ExampleHousehold; people: Somebody[] }[] {
  const households = 40 + oneMore(9, index);
  const people = 46 - oneMore(6, index);
  const chronic = 43 + oneMore(37, index);
  const unsigned = 5 + oneMore(151, index);
  const unsignedExtras = 1 + oneMore(55, index);

  const doors = shuffled(
    Array.from({ length: households }, (_, n) => n),
    `doors ${code}`,
  );
  const sizes = new Map(doors.map((door) => [door, 1]));
  for (let n = 0; n < people - households; n++) {
    const among = n < unsignedExtras ? doors.slice(0, unsigned) : doors.slice(unsigned);
    const door = pick(among, 'extra', code, n);
    sizes.set(door, (sizes.get(door) ?? 1) + 1);
  }
  const withoutSignature = new Set(doors.slice(0, unsigned));
  const ill = new Set(
    shuffled(
      Array.from({ length: people }, (_, n) => n),
      `ill ${code}`,
    ).slice(0, chronic),
  );
  let seat = 0;
  return Array.from({ length: households }, (_, door) => {
    const registerNo = `${code}-${String(door + 1).padStart(3, '0')}`;
    const members = Array.from({ length: sizes.get(door) ?? 1 }, (_, n): Somebody => {
      const seed = `${registerNo}/${n}`;
      const sex = chance('sex', seed) < 0.52 ? 'm' : 'f';
      return { registerNo, villageCode: code, sex, name: personName(sex, seed), chronic: ill.has(seat++) };
    });
    const signedOn = withoutSignature.has(door) ? null : plusDays('2017-03-01', dice(275, 'signed', registerNo));
    const head = members[0]?.name ?? '';
    return {
      household: { registerNo, villageCode: code, group: 1 + (door % 6), head, signedOn },
      people: members,
    };
  });
}

/** A whole number from 0 to `sides` − 1. */
function dice(sides: number, ...seed: readonly (string | number)[]): number {
  return Math.floor(chance(...seed) * sides);
}

const CHRONIC: readonly (readonly [Illness, number])[] = [
  ['htn', 3780],
  ['t2dm', 930],
  ['both', 520],
  ['tb', 60],
  ['smi', 210],
  ['other', 1718],
];
const OTHERS: readonly (readonly ['大病' | '重病' | '其他' | null, number])[] = [
  ['大病', 73],
  ['重病', 7],
  ['其他', 1],
  [null, 377],
];
const UNTREATED = { chronic: 7218 - 7164, major: 73 - 68 };
const MIGRANTS = 614; // 8 % of 7,676

const lots = <T>(shares: readonly (readonly [T, number])[], seed: string): T[] =>
  shuffled(
    shares.flatMap(([lot, count]) => Array.from({ length: count }, () => lot)),
    seed,
  );

/** Gives everybody a plan, an illness, an age, a number and a whereabouts, by lots that come out at the exact totals. */
function describe(people: readonly Somebody[]): ExamplePerson[] {
  const illnesses = lots(CHRONIC, 'illness');
  const plans = lots(OTHERS, 'plan');
  const planned = people.map((person) =>
    person.chronic
      ? { ...person, plan: '慢病' as const, illness: illnesses.pop() ?? null }
      : { ...person, plan: plans.pop() ?? null, illness: null },
  );
  const untreated = new Set([
    ...shuffled(
      planned.filter(({ plan }) => plan === '慢病'),
      'untreated',
    ).slice(0, UNTREATED.chronic),
    ...shuffled(
      planned.filter(({ plan }) => plan === '大病'),
      'untreated major',
    ).slice(0, UNTREATED.major),
  ]);
  const withoutPlan = new Set(planned.filter(({ plan }) => plan === null).map(({ registerNo }) => registerNo));
  const taken = new Set<string>();
  const described = planned.map((person, n): ExamplePerson => {
    const { registerNo, villageCode, sex, name, plan, illness } = person;
    const bornOn = birthday(illness, n);
    return {
      idNo: idNumber(bornOn, sex, taken, n),
      name,
      sex,
      bornOn,
      registerNo,
      villageCode,
      phone: chance('phone', n) < 0.75 ? `1300000${String(2000 + n).padStart(4, '0')}` : null,
      category: category(registerNo, withoutPlan.has(registerNo)),
      categoryFrom: SINCE,
      plan,
      treated: plan === null ? null : !untreated.has(person),
      illness,
      awayFrom: null,
      homeFrom: null,
      leavesOn: null,
    };
  });
  const migrants = new Set(
    shuffled(
      described.filter(({ bornOn, illness }) => bornOn > '1958-12-31' && illness !== 'smi'),
      'migrants',
    ).slice(0, MIGRANTS),
  );
  return described.map((person) =>
    migrants.has(person)
      ? {
          ...person,
          awayFrom: plusDays('2017-03-01', dice(240, 'away', person.idNo)),
          homeFrom: '2018-02-08',
          leavesOn: '2018-02-22',
        }
      : person,
  );
}

function birthday(illness: Illness | null, n: number): CivilDate {
  const [youngest, span] = illness === 'tb' || illness === 'smi' ? [25, 45] : illness === null ? [18, 62] : [42, 46];
  return plusDays(`${2017 - youngest - dice(span, 'age', n)}-01-01`, dice(365, 'birthday', n));
}

function idNumber(bornOn: CivilDate, sex: 'm' | 'f', taken: Set<string>, n: number): string {
  const day = bornOn.replaceAll('-', '');
  for (let turn = dice(499, 'turn', n); ; turn = (turn + 1) % 499) {
    const first17 = `${ID_REGION}${day}${String(2 * turn + (sex === 'm' ? 1 : 2)).padStart(3, '0')}`;
    if (taken.has(first17)) continue;
    taken.add(first17);
    return first17 + idCheck(first17);
  }
}

/** A household's category; only one whose members all have a plan can stand there for its illness alone. */
function category(registerNo: string, someoneWithoutPlan: boolean): string {
  const at = chance('category', registerNo);
  if (at < 0.13 && !someoneWithoutPlan) return '非贫困患病人口';
  if (at > 0.94) return '特困供养人员';
  return at > 0.8 ? '低保对象' : '建档立卡贫困人口';
}

/** Next follow-ups fall between 10 January and 28 February, about 15 % in March or April; both programmes of a person on one day. */
function enrolmentsOf({ idNo, illness }: ExamplePerson): ExampleEnrolment[] {
  const programmes =
    illness === 'both' ? (['htn', 't2dm'] as const) : illness === 'htn' || illness === 't2dm' ? [illness] : [];
  const drawn =
    chance('later', idNo) < 0.15
      ? plusDays('2018-03-01', dice(61, 'next', idNo))
      : plusDays('2018-01-10', dice(50, 'next', idNo));
  const nextOn = drawn >= '2018-02-12' && drawn <= '2018-02-21' ? plusDays(drawn, -21) : drawn; // nobody is booked into the holiday or the rush before it
  return programmes.map((programme) => ({
    idNo,
    programme,
    fromOn: plusDays('2013-01-01', dice(1700, 'enrolled', idNo, programme)),
    nextOn,
  }));
}
