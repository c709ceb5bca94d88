import { expect, it } from 'vitest';
import * as z from 'zod';
import { roomRoutes } from '../../../src/rooms.ts';

it('every list that goes on behind a cursor comes in the one form of a page', () => {
  const shape = (schema: unknown): Record<string, unknown> => (schema instanceof z.ZodObject ? schema.shape : {});
  const paged = roomRoutes.filter(({ spec }) => 'after' in shape(spec.query) || 'next' in shape(spec.reply));
  expect(paged.length).toBeGreaterThan(8);
  for (const { spec } of paged) {
    const form = [spec.path, Object.keys(shape(spec.query)).includes('limit'), Object.keys(shape(spec.reply)).sort()];
    expect(form).toEqual([spec.path, true, ['items', 'next']]);
  }
});
