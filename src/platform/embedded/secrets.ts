// src/platform/embedded/secrets.ts: what an embedded server must keep to itself, made once and readable by its owner alone.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const BYTES = 24; // 192 bits: 32 letters and digits of base64url, which a URL takes as they are

/** The secret called `name` in the JSON file `file`; made on first use. */
export function secret(file: string, name: string): string {
  const kept: Record<string, string> = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {};
  const found = kept[name];
  if (found) return found;
  const made = randomBytes(BYTES).toString('base64url');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`; // renamed into place: a kill leaves the old file whole
  fs.writeFileSync(draft, `${JSON.stringify({ ...kept, [name]: made }, null, 2)}\n`, { mode: 0o600 });
  fs.renameSync(draft, file);
  return made;
}
