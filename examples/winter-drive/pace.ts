// examples/winter-drive/pace.ts: how each village's pair works, and which villages nobody can reach.
import type { CivilDate } from '../../src/platform/civil.ts';
import { chance } from './chance.ts';

export const SNOW = {
  villages: ['450803001003', '450803001004', '450803002002'],
  from: '2018-01-22',
  to: '2018-01-28',
} as const;
/** Teams whose readings repeat from door to door. */
export const COPIED: readonly string[] = ['450803001009', '450803002006'];
/** Pairs that do nothing until the end of January. */
const IDLE: readonly string[] = ['450803001012', '450803005011', '450803008004', '450803011013'];
const IDLE_UNTIL: CivilDate = '2018-02-01';
/** Of the idle ones, those whose phones have not been heard of since the launch: perhaps they work and nobody knows. */
export const UNHEARD: readonly string[] = ['450803001012', '450803008004'];

export type Pace = 'punctual' | 'slow' | 'idle';

/** Most on time, one in six some days behind, four not at all until the end of January. */
export function paceOf(villageCode: string): Pace {
  if (COPIED.includes(villageCode)) return 'punctual';
  if (IDLE.includes(villageCode)) return 'idle';
  return chance('pace', villageCode) < 0.16 ? 'slow' : 'punctual';
}

/** Whether the pair goes out at all: no road is opened by a visit, and an idle pair stays at home. */
export function goesOut(village: string, day: CivilDate): boolean {
  const snowed = (SNOW.villages as readonly string[]).includes(village) && day >= SNOW.from && day <= SNOW.to;
  return !snowed && !(paceOf(village) === 'idle' && day < IDLE_UNTIL);
}
