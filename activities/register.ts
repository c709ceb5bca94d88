// activities/register.ts: what the register minder may ask for.
import type { Instant } from '../src/platform/civil.ts';
import { sweepRegister as sweep } from '../src/supervision/acts/register.ts';
import { act, type Platform } from './run.ts';

export const register = (platform: Platform) => ({
  sweepRegister: act(platform, (tx, { asOf }: { readonly county: string; readonly asOf: Instant }, actor) =>
    sweep(tx, actor, platform.keys, asOf),
  ),
});
