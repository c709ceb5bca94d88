// examples/winter-drive/staff.ts: who works in the example county.
//
// Sign-ins worth knowing: `admin` (who opened the county, so not on the register); `planner`; `supervisor` (county); `bureau.health` and `bureau.poverty` (the two issuing bureaus);
// `town01` … `town12` (town supervisors; `town02` is the empty post and does not exist); `doctor` and `cadre` (the two leads
// of the first village, 王家村 of 青塘镇); `hospital01.1` … (three of each town's hospital); `training.1` (the county's
// training team); everybody else by village: `v002.m1` leads its medical team, `v002.c1` its cadre team.
import { chance } from './chance.ts';
import { COUNTY, type ExampleVillage, exampleCounty } from './county.ts';
import { personName } from './names.ts';

export interface ExampleHand {
  readonly login: string;
  readonly name: string;
  readonly phone: string;
  readonly role: string;
  readonly area: string;
  readonly team: string;
  readonly lead: string;
  readonly source: string;
  readonly bureau: string;
}

const EMPTY_POST = `${COUNTY}002`;
const MEDICAL = ['村医', '村医', '乡镇卫生院', '乡镇卫生院', '医疗机构'] as const; // 835 = 167 × 5
const CADRES = ['第一书记', '驻村干部', '村两委', '计生专干', '帮扶工作队'] as const; // 839 = 167 × 5 + 4
const SIX_CADRES: ReadonlySet<number> = new Set([7, 52, 97, 142]); // villages whose cadre team has a sixth, of the village committee

/** Who supervises a town: the county's, where the town's post is empty. */
export const supervisorOf = (town: string): string => (town === EMPTY_POST ? 'supervisor' : `town${town.slice(7)}`);

type Draft = Omit<ExampleHand, 'name' | 'phone'>;

/** The staff of the county, or of its first `towns` and of the county itself: the same people with the same numbers. */
export function exampleStaff(options: { readonly towns?: number } = {}): ExampleHand[] {
  const { towns, villages } = exampleCounty();
  const drafts = [
    ...countyHands(),
    ...towns.flatMap(({ code }, n) => townHands(code, String(n + 1).padStart(2, '0'))),
    ...villages.flatMap(villageHands),
  ];
  const kept = new Set([COUNTY, ...towns.slice(0, options.towns).map(({ code }) => code)]);
  return drafts
    .map((draft, n) => ({
      ...draft,
      name: personName(chance('sex', draft.login) < 0.5 ? 'm' : 'f', draft.login),
      phone: `1300000${String(n).padStart(4, '0')}`,
    }))
    .filter(({ area }) => kept.has(area.slice(0, 9)));
}

const outside = { team: '', lead: '', source: '', bureau: '' };

function countyHands(): Draft[] {
  const here = { ...outside, area: COUNTY };
  const training = { ...here, role: '机构人员', team: '区工作队', source: '医疗机构' };
  return [
    { ...here, login: 'planner', role: '计划员' },
    { ...here, login: 'bureau.health', role: '委办局', bureau: '卫计局' },
    { ...here, login: 'bureau.poverty', role: '委办局', bureau: '扶贫办' },
    { ...here, login: 'supervisor', role: '督导员' },
    { ...here, login: 'supervisor2', role: '督导员' },
    ...[1, 2, 3].map((n) => ({ ...training, login: `training.${n}`, lead: n === 1 ? '是' : '否' })),
  ];
}

function townHands(area: string, no: string): Draft[] {
  const hospital = { ...outside, area, role: '机构人员', team: '镇医院', source: '乡镇卫生院' };
  const supervisor = { ...outside, area, login: `town${no}`, role: '督导员' };
  return [
    ...(area === EMPTY_POST ? [] : [supervisor]),
    ...[1, 2, 3].map((n) => ({ ...hospital, login: `hospital${no}.${n}`, lead: n === 1 ? '是' : '否' })),
  ];
}

function villageHands({ index, code }: ExampleVillage): Draft[] {
  const no = String(index + 1).padStart(3, '0');
  const login = (team: 'm' | 'c', n: number) =>
    index === 0 && n === 0 ? (team === 'm' ? 'doctor' : 'cadre') : `v${no}.${team}${n + 1}`;
  const seat = (role: string, team: string, letter: 'm' | 'c') => (source: string, n: number) => ({
    ...outside,
    login: login(letter, n),
    role,
    area: code,
    team,
    lead: n === 0 ? '是' : '否',
    source,
  });
  const cadres = SIX_CADRES.has(index) ? [...CADRES, '村两委'] : CADRES;
  return [...MEDICAL.map(seat('医务人员', '医疗', 'm')), ...cadres.map(seat('帮扶干部', '干部', 'c'))];
}
