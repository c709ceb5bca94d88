// src/commands/campaign.ts: `doorstep campaign`: a planner's deeds from a script, each the act that the pages call.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { draftCampaign, exportCampaign } from '../campaigns/acts/draft.ts';
import { campaignReadiness } from '../campaigns/acts/launch.ts';
import { type CampaignRow, campaignByKey, campaignOf, campaignsOf } from '../campaigns/store/campaign.ts';
import type { AccountActor } from '../platform/actor.ts';
import type { Instant } from '../platform/civil.ts';
import type { Tx } from '../platform/db.ts';
import { DomainError, Status } from '../platform/errors.ts';
import { faultsOf } from '../platform/http/problem.ts';
import { actingAs, sayFaults } from './acting.ts';
import { type Deed, deeds, type Given, type OptionName, optionNames, planners } from './campaign/deeds.ts';
import { inWords, namesOf, readinessTold, standing } from './campaign/told.ts';
import { onCounty } from './ground.ts';
import { both, Told } from './words.ts';

/** What only looks. Each answers with words and with what a script wants. */
const looks = ['list', 'show', 'readiness', 'export'] as const;
const LONGEST_LIST = 100; // campaigns: a county has a few a year

interface Answer {
  readonly words: string;
  readonly data: unknown;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const options = {
  as: text,
  json: flag,
  help: { ...flag, short: 'h' },
  ...(Object.fromEntries(optionNames.map((name) => [name, text])) as Record<OptionName, typeof text>),
};

/** Every deed with its options, or those of one. */
export function campaignHelp(only = ''): string {
  const line = (name: string, what: string, given: string) => `  ${`${name} ${what}`.trimEnd()}${given}
      ${both(`command.campaign.${name}`)}`;
  const told = (name: OptionName) => `--${name} <${both(`command.option.${name}`)}>`;
  const deedLine = ([name, { needs, takes }]: [string, Deed]) =>
    line(
      name,
      '<key>',
      [...needs.map((option) => ` ${told(option)}`), ...takes.map((option) => ` [${told(option)}]`)].join(''),
    );
  const lines: [string, string][] = [
    ...looks.map((name): [string, string] => [name, line(name, name === 'list' ? '' : '<key>', '')]),
    ['draft', line('draft', '<file.yaml>', '')],
    ...Object.entries(deeds).map((entry): [string, string] => [entry[0], deedLine(entry)]),
  ];
  const shown = lines.filter(([name]) => only === '' || name === only).map(([, told]) => told);
  return `doorstep campaign <…> --as <${both('command.option.as')}> [--json]

${shown.join('\n')}
`;
}

/** @throws Told in words, before any database is opened, when something is missing or not known. */
export async function campaign(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options });
  const [name = '', what = ''] = positionals;
  const deed = Object.hasOwn(deeds, name) ? deeds[name] : undefined;
  const known = deed !== undefined || name === 'draft' || (looks as readonly string[]).includes(name);
  if (values.help || name === '' || name === 'help') {
    console.log(campaignHelp(known ? name : ''));
    return;
  }
  if (!known) throw new Told(`✗ ${both('command.unknown', () => ({ name }))}\n\n${campaignHelp()}`);
  const given = Object.fromEntries(optionNames.flatMap((option) => (values[option] ? [[option, values[option]]] : [])));
  check(name, what, values.as, deed, given);
  await onCounty(async ({ db, config }) => {
    const { actor, asOf } = await actingAs(db, config, values.as, deed?.roles ?? planners);
    const yaml = name === 'draft' ? await readFile(what, 'utf8') : '';
    const say = async (error: unknown): Promise<never> => {
      if (!(error instanceof DomainError)) throw error;
      const names = await db.tx(actor, asOf, async (tx) =>
        namesOf(tx, actor, await campaignByKey(tx, config.countyCode, what)),
      );
      throw new Told(sayFaults(error, inWords(names)));
    };
    const answer = await db.tx(actor, asOf, (tx) => told(tx, actor, asOf, { name, what, yaml, given })).catch(say);
    console.log(values.json ? JSON.stringify(answer.data, null, 2) : answer.words);
  });
}

/** Everything that can be known to be wrong without asking the county. */
function check(name: string, what: string, as: string | undefined, deed: Deed | undefined, given: Given): void {
  const lacking = (option: string) => both('command.missing', () => ({ option }));
  const missing: string[] = [];
  if (what === '' && name !== 'list') missing.push(lacking(name === 'draft' ? '<file.yaml>' : '<key>'));
  if (!as) missing.push(lacking(`--as <${both('command.option.as')}>`));
  for (const option of deed?.needs ?? [])
    if (given[option] === undefined) missing.push(lacking(`--${option} <${both(`command.option.${option}`)}>`));
  const taken: readonly string[] = deed ? [...deed.needs, ...deed.takes] : [];
  for (const option of Object.keys(given))
    if (!taken.includes(option)) missing.push(both('command.not_taken', () => ({ option: `--${option}`, name })));
  if (missing.length > 0)
    throw new Told(`${missing.map((line) => `✗ ${line}`).join('\n')}\n\n${campaignHelp(name)}`.trimEnd());
  const parsed = deed?.body?.safeParse(given, { reportInput: true });
  if (parsed && !parsed.success)
    throw new DomainError(
      Status.invalid,
      faultsOf(parsed.error, '').map((fault) => ({ ...fault, field: fault.field?.replace('/', '--') ?? '' })),
    );
}

async function told(
  tx: Tx,
  actor: AccountActor,
  asOf: Instant,
  { name, what, yaml, given }: { name: string; what: string; yaml: string; given: Given },
): Promise<Answer> {
  const { countyCode } = actor;
  if (name === 'list') {
    const data = await campaignsOf(tx, countyCode, '', LONGEST_LIST);
    const words = [];
    for (const row of data) words.push(await standing(tx, actor, row));
    return { words: words.join('\n\n') || both('command.no_campaign'), data };
  }
  if (name === 'draft') {
    const { id } = await draftCampaign(tx, actor, yaml, asOf);
    return after(tx, actor, name, await campaignOf(tx, countyCode, id), { id });
  }
  const found = await campaignByKey(tx, countyCode, what);
  if (!found) throw new Told(`✗ ${both('command.no_such_campaign', () => ({ key: what }))}`);
  if (name === 'show') return { words: await standing(tx, actor, found), data: found };
  if (name === 'export') {
    const file = await exportCampaign(tx, actor, found.id);
    return { words: file, data: { yaml: file } };
  }
  if (name === 'readiness') {
    const data = await campaignReadiness(tx, actor, found.id, asOf);
    const owners = data.checks.flatMap(({ ownerId }) => ownerId ?? []);
    return { words: readinessTold(data, await namesOf(tx, actor, found, owners)), data };
  }
  const data = await deeds[name]?.run({ tx, actor, asOf, id: found.id }, given);
  return after(tx, actor, name, await campaignByKey(tx, countyCode, what), data ?? {});
}

/** What was done, where the campaign now stands, and what it waits for. */
async function after(
  tx: Tx,
  actor: AccountActor,
  name: string,
  campaign: CampaignRow | null,
  data: unknown,
): Promise<Answer> {
  const stands = campaign ? `\n${await standing(tx, actor, campaign)}` : '';
  return { words: `✓ ${both(`command.done.${name}`)}${stands}`, data };
}
