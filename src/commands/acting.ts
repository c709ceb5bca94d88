// src/commands/acting.ts: the command line acts for somebody by name: her roles hold here as they do in the pages.
import { whoIs } from '../access/acts.ts';
import { accountByLogin } from '../access/store.ts';
import type { Config } from '../config.ts';
import { type AccountActor, systemActor } from '../platform/actor.ts';
import type { Instant } from '../platform/civil.ts';
import { openClock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import type { DomainError, Fault } from '../platform/errors.ts';
import type { Role } from '../platform/http/route.ts';
import { type Locale, locales, say } from '../platform/locale.ts';
import { both, Told } from './words.ts';

export interface Acting {
  readonly actor: AccountActor;
  readonly asOf: Instant;
}

/** @throws Told when nobody has this login, or none of these roles today. */
export async function actingAs(
  db: Db,
  config: Config,
  login: string | undefined,
  roles: readonly Role[],
): Promise<Acting> {
  if (!login) throw new Told(`✗ ${both('command.missing', () => ({ option: `--as <${both('command.option.as')}>` }))}`);
  const asOf = (await openClock(db)).now();
  const system = systemActor(config.countyCode);
  const account = await db.tx(system, asOf, (tx) => accountByLogin(tx, login));
  if (account?.countyCode !== config.countyCode) throw new Told(`✗ ${both('command.nobody', () => ({ login }))}`);
  const actor: AccountActor = { kind: 'account', countyCode: config.countyCode, accountId: account.id };
  const signed = await db.tx(actor, asOf, (tx) => whoIs(tx, actor, asOf));
  if (!signed?.roles.some((role) => roles.includes(role)))
    throw new Told(
      `✗ ${both('command.wrong_role', (locale) => ({
        login,
        roles: roles.map((role) => say(locale, `console.role.${role}`)).join('、'),
      }))}`,
    );
  return { actor, asOf };
}

/**
 * Each fault with its line and field, the reason and the remedy, in both languages.
 * @param inWords says the parameters as a person knows them.
 */
export function sayFaults(
  error: DomainError,
  inWords: (locale: Locale, params: Fault['params']) => Fault['params'] = (_, params) => params,
): string {
  return error.faults
    .map(({ code, field, line, params }) => {
      const where = [line === undefined ? '' : `line ${line}`, field ?? ''].filter(Boolean).join(' ');
      const lines = locales.map((locale) => {
        const words = inWords(locale, params);
        return `  ${say(locale, `problem.${code}`, words)} → ${say(locale, `remedy.${code}`, words)}`;
      });
      return [`✗ ${code} ${where}`.trimEnd(), ...lines].join('\n');
    })
    .join('\n');
}
