// activities/agenda.ts: what the agenda may ask for.
import type { Instant } from '../src/platform/civil.ts';
import { type AgendaSwept, sweepAgenda } from '../src/tasks/sweep.ts';
import { act, type Platform } from './run.ts';

export const agenda = (platform: Platform) => ({
  sweepAgenda: act<{ area: string; asOf: Instant }, AgendaSwept>(platform, (tx, { area, asOf }, actor) =>
    sweepAgenda(tx, actor, area, asOf),
  ),
});
