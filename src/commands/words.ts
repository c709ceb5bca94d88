// src/commands/words.ts: what the command line says, in both languages on one line: a terminal does not say which is read.
import type { Fault } from '../platform/errors.ts';
import { type Locale, locales, say } from '../platform/locale.ts';

type Params = NonNullable<Fault['params']>;

export const both = (key: string, params: (locale: Locale) => Params = () => ({})): string =>
  locales.map((locale) => say(locale, key, params(locale))).join(' / ');

/** Already in the words that are to be printed; anything else that is thrown gets a mark before it. */
export class Told extends Error {
  override readonly name = 'Told';
}
