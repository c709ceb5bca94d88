// activities/referral.ts: what the story of a referral may ask for.
import type { Instant } from '../src/platform/civil.ts';
import { lookAtReferral, raiseAlarm } from '../src/referrals/acts.ts';
import type { AlarmStep } from '../src/referrals/rules.ts';
import { act, type Platform } from './run.ts';

interface Of {
  readonly id: string;
  readonly asOf: Instant;
}

export const referral = (platform: Platform) => ({
  readReferral: act(platform, (tx, { id, asOf }: Of, actor) => lookAtReferral(tx, actor, id, asOf)),
  raiseReferralAlarm: act(platform, (tx, { id, step, asOf }: Of & { readonly step: AlarmStep }, actor) =>
    raiseAlarm(tx, actor, id, step, asOf),
  ),
});
