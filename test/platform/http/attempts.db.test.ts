import { describe, expect, it } from 'vitest';
import { openAttempts } from '../../../src/platform/http/attempts.ts';
import { fileDatabase } from '../../setup/county-database.ts';

const db = fileDatabase();
const process = () => openAttempts(db().systemPool);
const outcome = (tried: Promise<void>) =>
  tried.then(
    () => 'may try',
    (refused: { faults?: { code: string; params: { minutes: number } }[] }) =>
      `waits ${refused.faults?.[0]?.params.minutes}`,
  );
const tries = async (count: number, address: string, login: string) => {
  const outcomes: string[] = [];
  for (let n = 0; n < count; n++) outcomes.push(await outcome(process().begin(address, login)));
  return outcomes;
};
const waitOver = () => db().systemPool.query(`update attempt set expire = 1 where key like 'ticket%'`);

describe('failures to sign in', () => {
  it('are counted for all processes together, ten before the first wait', async () => {
    expect(await tries(11, '10.0.0.1', 'doctor')).toEqual([...Array(10).fill('may try'), 'waits 1']);
  });

  it('of a stranger lock nobody out who comes from elsewhere', async () => {
    await tries(20, '10.0.0.66', 'nurse');
    expect(await outcome(process().begin('10.0.0.2', 'nurse'))).toBe('may try');
    expect(await outcome(process().begin('10.0.0.66', 'another'))).toBe('may try');
  });

  it('make each wait longer than the one before, up to a quarter of an hour', async () => {
    await tries(10, '10.0.0.3', 'cadre');
    const waits: string[] = [];
    for (let n = 0; n < 6; n++) {
      await waitOver();
      waits.push(...(await tries(2, '10.0.0.3', 'cadre')));
    }
    expect(waits.filter((outcome) => outcome !== 'may try')).toEqual([2, 4, 8, 15, 15, 15].map((n) => `waits ${n}`));
    expect(waits.filter((outcome) => outcome === 'may try')).toHaveLength(6);
  });

  it('that come all at once are no more than one after another', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, () => outcome(process().begin('10.0.0.4', 'village'))),
    );
    expect(outcomes.filter((told) => told === 'may try')).toHaveLength(10);
  });

  it('are forgotten when the right password comes', async () => {
    await tries(9, '10.0.0.5', 'planner');
    await process().begin('10.0.0.5', 'planner');
    await process().succeeded('10.0.0.5', 'planner');
    expect(await tries(10, '10.0.0.5', 'planner')).toEqual(Array(10).fill('may try'));
  });

  it('of one address are a hundred a quarter of an hour, whoever they were for, and one IPv6 subscriber is one address', async () => {
    const many = await Promise.all(
      Array.from({ length: 101 }, (_, n) => outcome(process().begin(`2001:db8:1:2::${n + 1}`, `login${n}`))),
    );
    expect(many.filter((told) => told !== 'may try')).toEqual(['waits 15']);
    expect(await outcome(process().begin('2001:db8:1:3::1', 'login1'))).toBe('may try');
  });

  it('name neither an account nor an address where they are kept', async () => {
    const { rows } = await db().systemPool.query('select key from attempt');
    expect(rows.length).toBeGreaterThan(0);
    for (const { key } of rows) expect(key).toMatch(/^(failures|ticket|address):[\w-]{43}$/);
  });
});
