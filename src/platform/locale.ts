// src/platform/locale.ts: the words of pages, mails and errors, zh-CN first; one JSON file a room and language.
import { readdirSync, readFileSync } from 'node:fs';

export type Locale = 'zh-CN' | 'en';
export const locales: readonly Locale[] = ['zh-CN', 'en'];

const FOLDER = new URL('../../locales/', import.meta.url);

function load(locale: Locale): ReadonlyMap<string, string> {
  const folder = new URL(`${locale}/`, FOLDER);
  const words = new Map<string, string>();
  for (const file of readdirSync(folder).sort()) {
    for (const [key, text] of Object.entries(
      JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Record<string, string>,
    )) {
      if (words.has(key)) throw new Error(`${locale}: ${key} stands in two files`);
      words.set(key, text);
    }
  }
  return words;
}

const all: Readonly<Record<Locale, ReadonlyMap<string, string>>> = { 'zh-CN': load('zh-CN'), en: load('en') };

/** The sentence `key` with its `{names}` filled in. @throws Error when the key is missing: a test lists every key in both languages. */
export function say(locale: Locale, key: string, params: Readonly<Record<string, string | number>> = {}): string {
  const text = all[locale].get(key);
  if (text === undefined) throw new Error(`${locale} has no words for ${key}`);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole));
}

export const keysOf = (locale: Locale): readonly string[] => [...all[locale].keys()];
