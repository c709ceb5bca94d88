// activities/round.ts: what the story of a round may ask for.
import type { Instant } from '../src/platform/civil.ts';
import { lookAtRound, takeRoundStep } from '../src/supervision/acts/rounds.ts';
import { act, type Platform } from './run.ts';

interface Of {
  readonly id: string;
  readonly asOf: Instant;
}

export const round = (platform: Platform) => ({
  readRound: act(platform, (tx, { id, asOf }: Of, actor) => lookAtRound(tx, actor, id, asOf)),
  stepRound: act(platform, (tx, { id, asOf }: Of, actor) => takeRoundStep(tx, actor, platform.keys, id, asOf)),
});
