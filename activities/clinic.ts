// activities/clinic.ts: what the story of a clinic session may ask for.
import { lookAtSession, takeSessionStep } from '../src/clinics/acts.ts';
import type { Instant } from '../src/platform/civil.ts';
import { act, type Platform } from './run.ts';

interface Of {
  readonly id: string;
  readonly asOf: Instant;
}

export const clinic = (platform: Platform) => ({
  readSession: act(platform, (tx, { id, asOf }: Of, actor) => lookAtSession(tx, actor, id, asOf)),
  stepSession: act(platform, (tx, { id, asOf }: Of, actor) => takeSessionStep(tx, actor, id, asOf)),
});
