import { describe, expect, it } from 'vitest';
import { exampleCounty } from '../../../examples/winter-drive/county.ts';
import { registerRows } from '../../../examples/winter-drive/registers.ts';
import { exampleRoster } from '../../../examples/winter-drive/roster.ts';
import { exampleStaff } from '../../../examples/winter-drive/staff.ts';
import { readIdNumber } from '../../../src/population/rules.ts';

const county = exampleCounty();
const staff = exampleStaff();

/** How often each value comes. */
function tally<T>(items: readonly T[], of: (item: T) => string | number | boolean | null): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[String(of(item))] = (counts[String(of(item))] ?? 0) + 1;
  return counts;
}
/** How many villages have each number of them: `{40: 158, 41: 9}`. */
const byVillage = (items: readonly { readonly villageCode: string }[]) =>
  tally(Object.values(tally(items, (item) => item.villageCode)), (count) => count);

describe('the example county', () => {
  it('has 11 towns of 14 villages and one of 13, and two 王家村 in different towns', () => {
    expect(county.towns).toHaveLength(12);
    expect(county.villages).toHaveLength(167);
    expect(tally(Object.values(tally(county.villages, (v) => v.townCode)), (n) => n)).toEqual({ 14: 11, 13: 1 });
    expect(county.towns.find(({ name }) => name === '湾口镇')?.code).toBe('450803007');
    const twins = county.villages.filter(({ name }) => name === '王家村').map(({ townCode }) => townCode);
    expect(twins).toEqual(['450803001', '450803002']);
    expect(new Set(county.villages.map(({ name }) => name)).size).toBe(166);
  });

  it('has 334 teams, 835 medical staff and 839 cadres, one lead a team', () => {
    const teams = staff.filter(({ role }) => role === '医务人员' || role === '帮扶干部');
    expect(tally(teams, ({ role }) => role)).toEqual({ 医务人员: 835, 帮扶干部: 839 });
    expect(tally(teams, ({ lead }) => lead)).toEqual({ 是: 334, 否: 1340 });
    expect(new Set(teams.map(({ area, team }) => area + team)).size).toBe(334);
    const cadres = teams.filter(({ role }) => role === '帮扶干部');
    expect(tally(Object.values(tally(cadres, ({ area }) => area)), (n) => n)).toEqual({ 5: 163, 6: 4 });
  });

  it('leaves the supervisor’s post of one town empty', () => {
    const supervised = new Set(staff.filter(({ role }) => role === '督导员').map(({ area }) => area));
    expect(supervised.size).toBe(11 + 1);
    expect(county.towns.filter(({ code }) => !supervised.has(code))).toHaveLength(1);
  });

  it('has 6,689 households, 5,703 signed in 2017 with 6,468 people and 986 unsigned with 1,208', () => {
    expect(byVillage(county.households)).toEqual({ 40: 158, 41: 9 });
    expect(byVillage(county.persons)).toEqual({ 46: 161, 45: 6 });
    expect(tally(county.households, ({ signedOn }) => signedOn?.slice(0, 4) ?? 'none')).toEqual({
      2017: 5703,
      none: 986,
    });
    const signed = new Set(county.households.filter(({ signedOn }) => signedOn).map(({ registerNo }) => registerNo));
    expect(tally(county.persons, ({ registerNo }) => signed.has(registerNo))).toEqual({ true: 6468, false: 1208 });
    expect(new Set(county.persons.map(({ registerNo }) => registerNo)).size).toBe(6689);
  });

  it('has 7,299 plans: 73 major, 7 serious, 7,218 chronic, 1 other, treated as published', () => {
    expect(tally(county.persons, ({ plan }) => plan)).toEqual({ 大病: 73, 重病: 7, 慢病: 7218, 其他: 1, null: 377 });
    const treated = county.persons.filter((person) => person.treated);
    expect(tally(treated, ({ plan }) => plan)).toEqual({ 大病: 68, 重病: 7, 慢病: 7164, 其他: 1 });
    expect(byVillage(county.persons.filter(({ plan }) => plan === '慢病'))).toEqual({ 43: 130, 44: 37 });
  });

  it('splits the chronic and enrols 4,300 for hypertension and 1,450 for diabetes', () => {
    expect(tally(county.persons, ({ illness }) => illness)).toEqual({
      htn: 3780,
      t2dm: 930,
      both: 520,
      tb: 60,
      smi: 210,
      other: 1718,
      null: 377 + 73 + 7 + 1,
    });
    expect(tally(county.enrolments, ({ programme }) => programme)).toEqual({ htn: 4300, t2dm: 1450 });
  });

  it('plans no follow-up before 10 January and about 15 % after the drive', () => {
    const days = county.enrolments.map(({ nextOn }) => nextOn).sort();
    expect(days[0]).toBe('2018-01-10');
    expect(days.at(-1)).toBe('2018-04-30');
    const later = days.filter((day) => day > '2018-02-28').length / days.length;
    expect(later).toBeGreaterThan(0.13);
    expect(later).toBeLessThan(0.17);
  });

  it('has 614 migrants home from the 8th to the 22nd, some of them a whole household of a 王家村', () => {
    const migrants = county.persons.filter(({ awayFrom }) => awayFrom !== null);
    expect(migrants).toHaveLength(614);
    expect(new Set(migrants.map((m) => `${m.homeFrom} ${m.leavesOn}`))).toEqual(new Set(['2018-02-08 2018-02-22']));
    const home = new Set(
      county.persons.filter(({ awayFrom }) => awayFrom === null).map(({ registerNo }) => registerNo),
    );
    const twins = county.villages.filter(({ name }) => name === '王家村').map(({ code }) => code);
    const empty = county.households.filter((h) => twins.includes(h.villageCode) && !home.has(h.registerNo));
    expect(empty.length).toBeGreaterThan(0);
  });

  it('gives everybody an ID number of her own that agrees with her birthday and sex, in a region that was never issued', () => {
    expect(new Set(county.persons.map(({ idNo }) => idNo)).size).toBe(7676);
    for (const { idNo, bornOn, sex } of county.persons) {
      expect(readIdNumber(idNo)).toEqual({ bornOn, sex });
      expect(idNo.startsWith('450899')).toBe(true);
    }
  });

  it('is the same on every run, and its first two towns are those of the whole', () => {
    expect(exampleCounty()).toEqual(county);
    const whole = registerRows();
    const two = registerRows({ towns: 2 });
    expect(two.divisions).toHaveLength(1 + 2 + 28);
    expect(two.households).toEqual(whole.households.slice(0, two.households.length));
    expect(two.persons).toEqual(whole.persons.slice(0, two.persons.length));
    expect(two.enrolments).toEqual(whole.enrolments.slice(0, two.enrolments.length));
    const logins = new Map(whole.staff.map((hand) => [hand.login, hand]));
    for (const hand of two.staff) expect(hand).toEqual(logins.get(hand.login));
  });

  it('has two different people on every shift from 9 January to 15 March', () => {
    const roster = exampleRoster();
    expect(roster).toHaveLength(66 * 13);
    const logins = new Set(staff.map(({ login }) => login));
    for (const { firstLogin, secondLogin } of roster) {
      expect(firstLogin).not.toBe(secondLogin);
      expect(logins.has(firstLogin) && logins.has(secondLogin)).toBe(true);
    }
  });
});
