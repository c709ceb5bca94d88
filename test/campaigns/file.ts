// test/campaigns/file.ts: the example's campaign file, and one of its lines written otherwise.
import fs from 'node:fs';

export const WINTER: string = fs.readFileSync('examples/winter-drive/campaign.yaml', 'utf8');

/** The example with `from` written as `to`. @throws Error when `from` does not stand there exactly once. */
export function winter(...edits: readonly (readonly [from: string, to: string])[]): string {
  return edits.reduce((text, [from, to]) => {
    if (text.split(from).length !== 2)
      throw new Error(`'${from}' stands in the example ${text.split(from).length - 1} times`);
    return text.replace(from, to);
  }, WINTER);
}

/** The 1-based line on which `text` holds `part`. */
export const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;
