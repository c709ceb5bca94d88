// src/commands/campaign/told.ts: a campaign in words: where it stands, what it waits for, what is not ready; names where rows hold codes.
import { accountNames } from '../../access/store.ts';
import { approvalState } from '../../campaigns/acts/draft.ts';
import type { Readiness } from '../../campaigns/rules/readiness.ts';
import { graceLastDay } from '../../campaigns/rules/stages.ts';
import { type CampaignRow, stagesOf } from '../../campaigns/store/campaign.ts';
import { bureauWords } from '../../imports/rules/words.ts';
import { divisionNames } from '../../places/store.ts';
import type { AccountActor } from '../../platform/actor.ts';
import type { Tx } from '../../platform/db.ts';
import type { Fault } from '../../platform/errors.ts';
import { keysOf, type Locale, say } from '../../platform/locale.ts';
import { both } from '../words.ts';

const said = new Set(keysOf('zh-CN'));
const bureaus = new Map<string, string>(Object.entries(bureauWords).map(([word, key]) => [key, word]));
/** A bureau in Chinese and by its key, which is what a file holds. */
const bureauName = (locale: Locale, key: string): string => (locale === 'zh-CN' ? (bureaus.get(key) ?? key) : key);

/** What stands in the rows as a code, by its name. */
export interface Names {
  /** A division with the town it lies in (two villages may share a name), a duty by its title; anything else as it is. */
  readonly subject: (code: string) => string;
  readonly account: (id: string | null) => string;
}

export async function namesOf(
  tx: Tx,
  { countyCode }: AccountActor,
  campaign: CampaignRow | null,
  accountIds: readonly string[] = [],
): Promise<Names> {
  const divisions = await divisionNames(tx, countyCode);
  const accounts = await accountNames(tx, countyCode, accountIds);
  const duties = new Map(campaign?.definition.duties.map(({ key, title }) => [key, title]));
  return {
    subject(code) {
      const name = divisions.get(code);
      if (name === undefined) return duties.get(code) ?? code;
      return code.length === 12 ? `${divisions.get(code.slice(0, 9)) ?? ''} ${name}` : name;
    },
    account: (id) => (id === null ? '' : (accounts.get(id) ?? id)),
  };
}

/** The parameters of a refusal in the reader's words. */
export const inWords =
  (names: Names) =>
  (locale: Locale, params: Fault['params']): NonNullable<Fault['params']> =>
    Object.fromEntries(
      Object.entries(params ?? {}).map(([name, value]) => {
        const text = String(value);
        if (name === 'subject') return [name, names.subject(text)];
        if (name === 'issuers')
          return [
            name,
            text
              .split('、')
              .map((key) => bureauName(locale, key))
              .join('、'),
          ];
        const key = [`console.stage.${text}`, `command.check.${text}`].find((word) => said.has(word));
        const worded = ['stage', 'to', 'check'].includes(name) && key;
        return [name, worded ? say(locale, key) : value];
      }),
    );

/** Its name, its stage, and what it waits for now. */
export async function standing(tx: Tx, actor: AccountActor, campaign: CampaignRow): Promise<string> {
  const { name, key, stage } = campaign;
  const { from, to } = await windowOf(tx, actor, campaign);
  const asked = campaign.askedTo !== null && (stage === 'running' || stage === 'paused');
  const missing = stage === 'submitted' || asked ? (await approvalState(tx, actor, campaign)).missing : [];
  return [
    `${name} (${key})`,
    `  ${both('command.stage', (locale) => ({ stage: say(locale, `console.stage.${stage}`) }))}`,
    `  ${both(`command.waits.${stage}`, (locale) => ({
      bureaus: missing.map((bureau) => bureauName(locale, bureau)).join('、'),
      from,
      to,
      grace: graceLastDay(campaign.windowTo),
    }))}`,
    ...(asked
      ? [
          `  ${both('command.waits.extension', (locale) => ({
            to: campaign.askedTo ?? '',
            bureaus: missing.map((bureau) => bureauName(locale, bureau)).join('、'),
          }))}`,
        ]
      : []),
  ].join('\n');
}

/** The window; `to` is the day a pause ends where it is paused. */
async function windowOf(tx: Tx, { countyCode }: AccountActor, campaign: CampaignRow) {
  const window = { from: campaign.windowFrom, to: campaign.windowTo };
  if (campaign.stage !== 'paused') return window;
  const until = (await stagesOf(tx, countyCode, campaign.id)).findLast(({ stage }) => stage === 'paused')?.detail
    ?.until;
  return typeof until === 'string' ? { ...window, to: until } : window;
}

/** Each thing that is not right: what, who can put it right, and how it is waived. */
export function readinessTold({ ready, checks }: Readiness, names: Names): string {
  const lines = checks.flatMap(({ code, severity, subject, count, ownerId, waived }) => {
    const mark = waived === null ? (severity === 'blocker' ? '✗' : '!') : '✓';
    const params = () => ({ subject: names.subject(subject), count });
    const how = severity === 'blocker' ? '' : ` --check ${code}${subject ? ` --subject ${subject}` : ''}`;
    return [
      `${mark} ${both(`problem.campaign_gate_${code}`, params)}`,
      `    ${both('command.owner', () => ({ name: names.account(ownerId) }))}`,
      waived === null
        ? `    ${both(`remedy.campaign_gate_${code}`, params)}${how && `\n    waive${how} --reason …`}`
        : `    ${both('command.waived', () => ({ reason: waived }))}`,
    ];
  });
  return [...lines, both(ready ? 'command.ready' : 'command.not_ready')].join('\n');
}
