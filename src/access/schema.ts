// src/access/schema.ts: what signing in takes and what it tells.
import * as z from 'zod';
import { everyone } from '../platform/http/route.ts';
import { locales } from '../platform/locale.ts';

const Password = z.string().min(8).max(128).describe('no rules of composition; 15 characters or more are better');

export const Credentials = z.strictObject({ login: z.string().min(1).max(64), password: z.string().min(1).max(128) });
export const NewPassword = z.strictObject({ current: z.string().min(1).max(128), next: Password });
export const Language = z.strictObject({ locale: z.enum(locales) });

export const Me = z.object({
  login: z.string(),
  name: z.string(),
  locale: z.enum(locales),
  grants: z.array(z.object({ role: z.enum(everyone), areaCode: z.string(), areaName: z.string() })),
});
export type Me = z.infer<typeof Me>;

export const SignedIn = z.object({ signedIn: z.boolean() });
export const Nothing = z.object({});
export const WordsQuery = z.object({ locale: z.enum(locales).default('zh-CN') });
export const Words = z.record(z.string(), z.string());
