// src/platform/codec.ts: what Temporal stores is unreadable without our keys: defence in depth, for ids and codes are all it gets.
import type { Payload, PayloadCodec } from '@temporalio/common';
import { type Keys, openBytes, sealBytes } from './crypto.ts';

const ENCODING = 'binary/encrypted';
const CONTEXT = 'temporal.payload'; // bound into the seal: a column's ciphertext is no payload

/** A payload as JSON: a third longer than protobuf, for payloads of some hundred bytes, and no library to read it by. */
interface Written {
  readonly metadata: Readonly<Record<string, string>>;
  readonly data: string | null;
}

/**
 * AES-256-GCM with the current key; each payload names its key, so an old key still opens what it closed.
 * @throws Error on a payload that is not encrypted: falling back to plain text would let anybody downgrade it.
 */
export function payloadCodec(keys: Keys): PayloadCodec {
  return {
    encode: async (payloads) => payloads.map((payload) => close(keys, payload)),
    decode: async (payloads) => payloads.map((payload) => reopen(keys, payload)),
  };
}

function close(keys: Keys, payload: Payload): Payload {
  const metadata = Object.fromEntries(
    Object.entries(payload.metadata ?? {}).map(([name, value]) => [name, base64(value)]),
  );
  const written: Written = { metadata, data: payload.data ? base64(payload.data) : null };
  return {
    metadata: { encoding: Buffer.from(ENCODING), 'encryption-key-id': Buffer.from(keys.current) },
    data: sealBytes(keys, keys.current, Buffer.from(JSON.stringify(written)), CONTEXT),
  };
}

function reopen(keys: Keys, payload: Payload): Payload {
  const { encoding, 'encryption-key-id': keyId } = payload.metadata ?? {};
  if (!payload.data || !encoding || !keyId || Buffer.from(encoding).toString() !== ENCODING)
    throw new Error('a payload came that is not encrypted');
  const plain = openBytes(keys, Buffer.from(keyId).toString(), payload.data, CONTEXT).toString('utf8');
  const written = JSON.parse(plain) as Written;
  return {
    metadata: Object.fromEntries(
      Object.entries(written.metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')]),
    ),
    ...(written.data === null ? {} : { data: Buffer.from(written.data, 'base64') }),
  };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
