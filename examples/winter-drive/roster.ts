// examples/winter-drive/roster.ts: who answers the telephone in the example county, every day from the launch to the late entries' end.
import { accountsByLogin } from '../../src/access/store.ts';
import type { Actor } from '../../src/platform/actor.ts';
import { at, type CivilDate, type Instant, plusDays } from '../../src/platform/civil.ts';
import type { Keys } from '../../src/platform/crypto.ts';
import type { Tx } from '../../src/platform/db.ts';
import { setRoster } from '../../src/teams/acts.ts';
import { COUNTY, exampleCounty } from './county.ts';

const FIRST_DAY: CivilDate = '2018-01-09';
const LAST_DAY: CivilDate = '2018-03-15'; // a week and a day after the last late entry
const CHANGE = '08:00'; // a shift lasts until the next day's

export interface ExampleShift {
  readonly areaCode: string;
  readonly fromAt: Instant;
  readonly toAt: Instant;
  readonly firstLogin: string;
  readonly secondLogin: string;
  readonly phone: string;
}

/** The logins of the first and the second on duty in an area at a moment. */
export function onDuty(areaCode: string, moment: Instant): readonly [string, string] {
  const shift = exampleRoster().find((one) => one.areaCode === areaCode && one.fromAt <= moment && moment < one.toAt);
  if (!shift) throw new RangeError(`nobody is on duty in ${areaCode} at ${moment}`);
  return [shift.firstLogin, shift.secondLogin];
}

/** Each town's hospital takes turns, two of its three a day; the county's two supervisors share its duty line. */
export function exampleRoster(options: { readonly towns?: number } = {}): ExampleShift[] {
  const shifts: ExampleShift[] = [];
  const { towns } = exampleCounty(options);
  for (let day = FIRST_DAY, turn = 0; day <= LAST_DAY; day = plusDays(day, 1), turn++) {
    const hours = { fromAt: at(day, CHANGE), toAt: at(plusDays(day, 1), CHANGE) };
    const [first, second] = turn % 2 === 0 ? ['supervisor', 'supervisor2'] : ['supervisor2', 'supervisor'];
    shifts.push({ areaCode: COUNTY, ...hours, firstLogin: first, secondLogin: second, phone: '13000009990' });
    for (const { code } of towns) {
      const no = code.slice(7);
      const hand = (n: number) => `hospital${no}.${1 + ((turn + n) % 3)}`;
      shifts.push({ areaCode: code, ...hours, firstLogin: hand(0), secondLogin: hand(1), phone: `130000099${no}` });
    }
  }
  return shifts;
}

/** Puts them on the county's roster, by the act a planner would use. */
export async function setExampleRoster(
  tx: Tx,
  actor: Actor,
  keys: Keys,
  options: { readonly towns?: number },
  asOf: Instant,
): Promise<number> {
  const roster = exampleRoster(options);
  const logins = new Set(roster.flatMap(({ firstLogin, secondLogin }) => [firstLogin, secondLogin]));
  const ids = new Map((await accountsByLogin(tx, [...logins])).map(({ login, id }) => [login, id]));
  const idOf = (login: string): string => {
    const id = ids.get(login);
    if (id === undefined) throw new Error(`the example's register has no ${login}`);
    return id;
  };
  const shifts = roster.map(({ firstLogin, secondLogin, ...shift }) => ({
    ...shift,
    firstId: idOf(firstLogin),
    secondId: idOf(secondLogin),
  }));
  return (await setRoster(tx, actor, keys, { shifts }, asOf)).written;
}
