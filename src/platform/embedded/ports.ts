// src/platform/embedded/ports.ts: a port of our own on this machine, the same one after every restart.
import { randomInt } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';

export const LOOPBACK = '127.0.0.1';
// Below 32768, where Linux starts to hand out ports to outgoing connections; above what well-known servers use.
const LOWEST = 20_000;
const HIGHEST = 32_000;
const TRIES = 50; // random picks: a machine with half the range in use still gets a port

/** Whether nobody listens on a port of the loopback address. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: LOOPBACK, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** A free port. It is not held: whoever listens next may still lose it, and must be ready to ask again. */
export async function freePort(): Promise<number> {
  for (let n = 0; n < TRIES; n++) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${LOWEST} and ${HIGHEST} on ${LOOPBACK}`);
}

/** The port kept in `file`, when it is free; another otherwise, which is kept from now on. */
export async function rememberedPort(file: string): Promise<number> {
  const kept = fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) : Number.NaN;
  if (Number.isInteger(kept) && kept > 0 && kept < 65_536 && (await isFree(kept))) return kept;
  const port = await freePort();
  fs.writeFileSync(file, `${port}\n`);
  return port;
}
