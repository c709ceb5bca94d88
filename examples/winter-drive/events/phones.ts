// examples/winter-drive/events/phones.ts: the doctor who leads a village's team signs in on the drive's phone on the day of the launch.
import { at, plusMinutes } from '../../../src/platform/civil.ts';
import { registerDevice } from '../../../src/tasks/acts/devices.ts';
import type { Cast } from '../cast.ts';
import { LAUNCH } from '../field-work.ts';
import { phoneOf } from '../stops.ts';
import type { Happening } from '../timeline.ts';

/** One after another, from 08:36 on: before the first door. */
export const phones = (cast: Cast): Happening[] =>
  cast.villages.map((areaCode, n) => {
    const actor = cast.lead(areaCode, 'medical');
    return {
      at: plusMinutes(at(LAUNCH, '08:36'), Math.floor(n / 15)),
      lane: areaCode,
      actor,
      async do(tx, asOf) {
        await registerDevice(tx, actor, { id: phoneOf(actor.accountId), areaCode }, asOf);
        return [];
      },
    };
  });
