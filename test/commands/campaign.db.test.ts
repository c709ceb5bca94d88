import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../../src/platform/civil.ts';
import { setStory } from '../../src/platform/clock.ts';
import { openDb } from '../../src/platform/db.ts';
import { approved, launched } from '../campaigns/drive.ts';
import { WINTER } from '../campaigns/file.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';
import { doorstep } from './doorstep.ts';

const KEY = /^key: (\S+)/m.exec(WINTER)?.[1] ?? '';

let drop: () => Promise<void>;
let county: SmallCounty;
let run: (...args: string[]) => ReturnType<typeof doorstep>;

beforeAll(async () => {
  const fresh = await freshDatabase();
  drop = fresh.drop;
  const db = openDb({ url: fresh.url });
  county = await smallCounty(db);
  await approved(db, county);
  await launched(db, county, WINTER.replace(`key: ${KEY}`, 'key: third-drive'));
  await setStory(db, at('2018-01-30', '08:00'), Date.now());
  await db.close();
  run = (...args) => doorstep(['campaign', ...args], { DATABASE_URL: fresh.url, COUNTY_CODE: county.countyCode });
});
afterAll(() => drop());

describe('doorstep campaign', () => {
  it('explains itself without a database, whole or one deed', async () => {
    const whole = await doorstep(['campaign', '--help'], { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' });
    expect(whole.code).toBe(0);
    for (const word of ['list', 'waive', 'pause', '--until', 'extend', '--to', '豁免', 'accepts a warning'])
      expect(whole.out).toContain(word);
    const one = await doorstep(['campaign', 'extend', '--help'], { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/n' });
    expect(one.out).toContain('--to');
    expect(one.out).not.toContain('--until');
  });

  it.each([
    [['waive', KEY, '--check', 'overload', '--as', 'planner'], '--reason <原因 / why>'],
    [['pause', KEY, '--reason', '大雪', '--as', 'planner'], '--until <暂停到哪天'],
    [['extend', KEY, '--reason', '补课', '--as', 'planner'], '--to <新的结束日'],
    [['extend', KEY, '--reason', '补课', '--until', '2018-03-10', '--as', 'planner'], 'extend 不用 --until'],
    [['launch', KEY], '--as <登录名 / login>'],
    [['submit', '--as', 'planner'], '<key>'],
    [['sumbit', KEY, '--as', 'planner'], '没有“sumbit”这个命令'],
    [['show', 'nothing', '--as', 'planner'], '没有代号为 nothing 的行动'],
    [['submit', KEY, '--as', 'v1.doctor'], '计划员、管理员'],
  ])('says of %j what is missing, in words', async (args, words) => {
    const { code, err } = await run(...args);
    expect(code).toBe(1);
    expect(err).toContain(words);
    expect(err).not.toMatch(/constraint|Cannot parse| {4}at /);
  });

  it('names the option whose day is no day', async () => {
    const { code, err } = await run(
      'pause',
      'third-drive',
      '--reason',
      '大雪',
      '--until',
      '2018-02-30',
      '--as',
      'planner',
    );
    expect([code, err]).toEqual([1, expect.stringContaining('--until')]);
    expect(err).not.toContain('Cannot parse');
  });

  it('lists drives by name, with the stage of each and what it waits for', async () => {
    const { out } = await run('list', '--as', 'planner');
    expect(out).toContain(`(${KEY})\n  阶段:已会签 / stage: approved\n  等就绪检查通过后请求启动`);
    expect(out).toContain('(third-drive)\n  阶段:进行中 / stage: running\n  等到 2018-02-28 窗口结束');
    const rows = JSON.parse((await run('list', '--json', '--as', 'planner')).out) as { key: string }[];
    expect(rows.map(({ key }) => key)).toContain(KEY);
  });

  it('names places, duties and owners in what is not ready, and how each is waived', async () => {
    const { out } = await run('readiness', KEY, '--as', 'planner');
    expect(out).toMatch(/(青塘|石桥)镇 没有安排义诊/);
    expect(out).toMatch(/负责:.+ planner \/ owner: /);
    expect(out).toMatch(/waive --check town_without_clinic --subject \d{9} --reason/);
    expect(out).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/);
  });

  it('says in names why a launch is refused', async () => {
    const { code, err } = await run('launch', KEY, '--as', 'planner');
    expect(code).toBe(1);
    expect(err).toMatch(/(青塘|石桥)镇 没有安排义诊/);
    const wrong = await run('resume', KEY, '--reason', '再来', '--as', 'planner');
    expect(wrong.err).toContain('现处于“已会签”阶段,不能进行“进行中”'.replace(',', '，'));
  });

  it('says after each deed where the drive stands and what it waits for', async () => {
    const paused = await run('pause', 'third-drive', '--until', '2018-02-02', '--reason', '大雪', '--as', 'planner');
    expect(paused.out).toMatch(/^✓ 已暂停 \/ paused\n.*\n {2}阶段:已暂停 .*\n {2}等恢复.*暂停到 2018-02-02/);
    const extended = await run('extend', 'third-drive', '--to', '2018-03-02', '--reason', '补课', '--as', 'planner');
    expect(extended.out).toContain('✓ 已延长');
  });
});
