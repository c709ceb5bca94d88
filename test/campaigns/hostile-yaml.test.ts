import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { parseCampaign, readCampaign } from '../../src/campaigns/yaml.ts';
import { DomainError } from '../../src/platform/errors.ts';
import { lineOf, WINTER } from './file.ts';

async function faultsOf(yaml: string) {
  const error = await readCampaign(yaml).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DomainError);
  return (error as DomainError).faults;
}
const lines = (count: number, line: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => line(n)).join('\n');

describe('a campaign file', () => {
  it('is read in a thread as it is read here, and faults found later still have their lines', async () => {
    const file = await readCampaign(WINTER);
    expect(file.definition).toEqual(parseCampaign(WINTER).definition);
    expect(file.fault('campaign_key_taken', ['key']).line).toBe(lineOf(WINTER, 'key:'));
    expect(file.fault('x', ['duties', 1, 'nothing']).line).toBe(lineOf(WINTER, 'key: verification'));
  });
});

describe('a file that is meant to hurt', () => {
  it.each([
    ['has 30,000 keys', lines(30_000, (n) => `k${n}: 1`)],
    ['nests 90,000 lists', '['.repeat(90_000)],
    [
      'nests 300 maps by indentation and fills the rest',
      `${lines(300, (n) => `${' '.repeat(n)}a:`)}\n${lines(20_000, (n) => `- ${n}`)}`,
    ],
    ['has 100,000 empty items', '- \n'.repeat(60_000)],
  ])('that %s is refused as too large', async (_, yaml) => {
    expect(await faultsOf(yaml)).toMatchObject([{ code: 'campaign_too_large' }]);
  });

  it('that doubles itself by aliases is refused at the first, not unfolded', async () => {
    const bomb = `a: &a [x, x]\n${lines(20, (n) => `b${n}: &b${n} [*${n === 0 ? 'a' : `b${n - 1}`}, *a]`)}`;
    expect(await faultsOf(bomb)).toMatchObject([{ code: 'campaign_alias', line: 2 }]);
    expect(await faultsOf('key: &k drive\nname: *k\n')).toMatchObject([{ code: 'campaign_alias', line: 2 }]);
    expect(await faultsOf('name: *nobody\n')).toMatchObject([{ code: 'campaign_alias', line: 1 }]);
  });

  it('keeps nobody waiting: the loop turns while it is read', async () => {
    let ended = false;
    const reading = faultsOf(lines(2_800, (n) => `k${n}: 1`)).finally(() => (ended = true));
    let turns = 0;
    for (; !ended; turns++) await turn();
    expect((await reading).length).toBeGreaterThan(2_800);
    expect(turns).toBeGreaterThan(10);
  });
});
