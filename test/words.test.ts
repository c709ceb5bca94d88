import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { keysOf, locales, say } from '../src/platform/locale.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
// What a reading's limits are called: told in a visit's receipt, with numbers and not with a remedy.
const NO_PROBLEMS = path.join(ROOT, 'src/followups/protocols');

function sources(folder: string, ending: string): string[] {
  return fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(ROOT, folder, name))
    .filter((file) => file.endsWith(ending) && !file.startsWith(NO_PROBLEMS));
}

const NO_REFUSALS = new Set(['refuted']); // a finding's code

const found = (files: readonly string[], pattern: RegExp): string[] => [
  ...new Set(
    files.flatMap((file) => [...fs.readFileSync(file, 'utf8').matchAll(pattern)].map((match) => match[1] ?? '')),
  ),
];

describe('the words', () => {
  it('are the same in every language: no key is missing in one', () => {
    const [chinese, english] = locales.map((locale) => [...keysOf(locale)].sort());
    expect(english).toEqual(chinese);
  });

  it('take the same parameters in every language', () => {
    const holes = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
    for (const key of keysOf('zh-CN')) {
      const [chinese, english] = [holes(say('zh-CN', key)), holes(say('en', key))];
      if (key.startsWith('remedy.') || key.startsWith('problem.')) expect([key, english]).toEqual([key, chinese]);
    }
  });

  it('say reason and remedy of every code that the program refuses with', () => {
    const codes = found(sources('src', '.ts'), /\b(?:code: |fault\()'([a-z]\w+)'/g);
    expect(codes.length).toBeGreaterThan(60);
    const words = new Set(keysOf('zh-CN'));
    const said = (code: string) => words.has(`problem.${code}`) && words.has(`remedy.${code}`);
    expect(codes.filter((code) => !NO_REFUSALS.has(code) && !said(code))).toEqual([]);
  });

  it('tell nobody to refresh a page: whoever reads a remedy may be a program', () => {
    const remedies = keysOf('zh-CN').filter((key) => key.startsWith('remedy.'));
    const told = remedies.flatMap((key) => locales.map((locale) => `${key}: ${say(locale, key)}`));
    expect(told.filter((text) => /刷新|refresh/i.test(text))).toEqual([]);
  });

  it('are there for everything the pages say', () => {
    const said = found(sources('web/console', '.js'), /\bw\(\s*'([\w.]+)'/g);
    const words = new Set(keysOf('zh-CN'));
    expect(said.length).toBeGreaterThan(40);
    expect(said.filter((key) => !words.has(`console.${key}`))).toEqual([]);
  });
});
