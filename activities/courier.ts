// activities/courier.ts: what the courier may ask for; it heartbeats, so that a worker that ends stops between two mails.
import { Context } from '@temporalio/activity';
import { type CourierSwept, courierSweep } from '../src/notices/courier.ts';
import type { Instant } from '../src/platform/civil.ts';
import { onStoryTime, type Platform } from './run.ts';

const BEAT = 5_000; // ms: a cancellation arrives with the answer to a heartbeat

export const courier = (platform: Platform) => ({
  sweepCourier: onStoryTime<{ county: string; channel: string; asOf: Instant }, CourierSwept>(
    platform,
    async ({ county, channel, asOf }) => {
      const context = Context.current();
      const beat = setInterval(() => context.heartbeat(), BEAT);
      try {
        return await courierSweep(platform, county, channel, asOf, context.cancellationSignal);
      } finally {
        clearInterval(beat);
      }
    },
  ),
});
