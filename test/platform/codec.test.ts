import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { payloadCodec } from '../../src/platform/codec.ts';
import type { Keys } from '../../src/platform/crypto.ts';
import { partsOf } from '../../src/platform/temporal.ts';

const keys: Keys = { current: 'a', byId: { a: randomBytes(32) }, index: randomBytes(32) };
const payload = defaultPayloadConverter.toPayload({ area: '450803001001', ended: null });

describe('the payload codec', () => {
  it('hides what it carries and brings it back', async () => {
    const [sealed] = await payloadCodec(keys).encode([payload]);
    expect(Buffer.from(sealed?.data ?? []).toString('latin1')).not.toContain('450803001001');
    const [opened] = await payloadCodec(keys).decode([sealed ?? {}]);
    expect(defaultPayloadConverter.fromPayload(opened ?? {})).toEqual({ area: '450803001001', ended: null });
  });

  it('opens after rotation what an old key closed, and closes with the new one', async () => {
    const [old] = await payloadCodec(keys).encode([payload]);
    const rotated: Keys = { ...keys, current: 'b', byId: { ...keys.byId, b: randomBytes(32) } };
    const [fresh] = await payloadCodec(rotated).encode([payload]);
    await expect(payloadCodec(rotated).decode([old ?? {}, fresh ?? {}])).resolves.toHaveLength(2);
    await expect(payloadCodec(keys).decode([fresh ?? {}])).rejects.toThrow('no key b');
  });

  it('refuses a payload that is not encrypted, or was altered', async () => {
    await expect(payloadCodec(keys).decode([payload])).rejects.toThrow('not encrypted');
    const [sealed] = await payloadCodec(keys).encode([payload]);
    const data = Buffer.from(sealed?.data ?? []);
    data[20] = (data[20] ?? 0) ^ 1;
    await expect(payloadCodec(keys).decode([{ ...sealed, data }])).rejects.toThrow();
  });
});

describe('a workflow id', () => {
  it('is the workflow’s name and its one argument', () => {
    expect(partsOf('courier/450803/email')).toEqual({ type: 'courier', key: '450803/email' });
    expect(() => partsOf('agenda/')).toThrow('no workflow id');
  });
});
