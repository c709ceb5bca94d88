// src/commands/acting.ts: the command line acts for somebody by name: her roles hold here as they do in the pages.
import { whoIs } from '../access/acts.ts';
import { accountByLogin } from '../access/store.ts';
import type { Config } from '../config.ts';
import { type AccountActor, systemActor } from '../platform/actor.ts';
import type { Instant } from '../platform/civil.ts';
import { openClock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import type { DomainError } from '../platform/errors.ts';
import type { Role } from '../platform/http/route.ts';
import { locales, say } from '../platform/locale.ts';

export interface Acting {
  readonly actor: AccountActor;
  readonly asOf: Instant;
}

/** @throws Error when nobody has this login, or none of these roles today. */
export async function actingAs(
  db: Db,
  config: Config,
  login: string | undefined,
  roles: readonly Role[],
): Promise<Acting> {
  if (!login) throw new Error('--as <login> 说明以谁的名义 / says on whose behalf');
  const asOf = (await openClock(db)).now();
  const system = systemActor(config.countyCode);
  const account = await db.tx(system, asOf, (tx) => accountByLogin(tx, login));
  if (account?.countyCode !== config.countyCode) throw new Error(`没有登录名 ${login} / nobody has the login ${login}`);
  const actor: AccountActor = { kind: 'account', countyCode: config.countyCode, accountId: account.id };
  const signed = await db.tx(actor, asOf, (tx) => whoIs(tx, actor, asOf));
  if (!signed?.roles.some((role) => roles.includes(role)))
    throw new Error(`${login} 没有所需角色 / has none of these roles: ${roles.join(', ')}`);
  return { actor, asOf };
}

/** Each fault with its line and field, the reason and the remedy, in both languages. */
export function sayFaults(error: DomainError): string {
  return error.faults
    .map((fault) => {
      const where = [fault.line === undefined ? '' : `line ${fault.line}`, fault.field ?? ''].filter(Boolean).join(' ');
      const lines = locales.map(
        (locale) =>
          `  ${say(locale, `problem.${fault.code}`, fault.params)} → ${say(locale, `remedy.${fault.code}`, fault.params)}`,
      );
      return [`✗ ${fault.code} ${where}`.trimEnd(), ...lines].join('\n');
    })
    .join('\n');
}
