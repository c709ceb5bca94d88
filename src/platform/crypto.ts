// src/platform/crypto.ts: field encryption (AES-256-GCM with key ids), the blind index, and masking.
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import canonicalize from 'canonicalize';

export interface Keys {
  /** The key that encrypts from now on. */
  readonly current: string;
  /** Every key by id, 32 bytes each: an old one still opens what it closed. */
  readonly byId: Readonly<Record<string, Buffer>>;
  /** For blind indexes: 32 bytes, never rotated without re-indexing. */
  readonly index: Buffer;
}

const IV_BYTES = 12; // GCM's own size
const TAG_BYTES = 16;

/** `keyId.base64url(iv tag ciphertext)`. `context` (a column's name) is bound in, so that a value cannot be moved to another column. */
export function seal(keys: Keys, plain: string, context: string): string {
  return `${keys.current}.${sealBytes(keys, keys.current, Buffer.from(plain, 'utf8'), context).toString('base64url')}`;
}

/** @throws Error when the key is unknown, the value was altered, or the context is another. */
export function open(keys: Keys, sealed: string, context: string): string {
  const dot = sealed.indexOf('.');
  return openBytes(keys, sealed.slice(0, dot), Buffer.from(sealed.slice(dot + 1), 'base64url'), context).toString(
    'utf8',
  );
}

export function sealBytes(keys: Keys, keyId: string, plain: Uint8Array, context: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(keys, keyId), iv).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

export function openBytes(keys: Keys, keyId: string, sealed: Uint8Array, context: string): Buffer {
  const buffer = Buffer.from(sealed);
  const decipher = createDecipheriv('aes-256-gcm', keyOf(keys, keyId), buffer.subarray(0, IV_BYTES))
    .setAAD(Buffer.from(context))
    .setAuthTag(buffer.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(buffer.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
}

function keyOf(keys: Keys, keyId: string): Buffer {
  const key = keys.byId[keyId];
  if (!key) throw new Error(`no key ${keyId}`);
  return key;
}

/** A look-up value that says nothing of what it indexes. Spaces and case do not matter. */
export function blindIndex(keys: Keys, plain: string): string {
  return createHmac('sha256', keys.index).update(plain.replace(/\s/g, '').toUpperCase()).digest('base64url');
}

/** `3505********1234`: the first four and the last four. */
export function mask(plain: string): string {
  return plain.length <= 8
    ? '*'.repeat(plain.length)
    : plain.slice(0, 4) + '*'.repeat(plain.length - 8) + plain.slice(-4);
}

/** Hex sha256 of canonical JSON: equal for equal values, whatever the order they were written in. */
export function canonicalHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/**
 * JSON in the canonical form of RFC 8785 (JCS), so that anybody's verifier, in any language, gets the same bytes.
 * @throws Error for what has no such form: not finite, or half a surrogate pair.
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('no JSON');
  return text;
}
