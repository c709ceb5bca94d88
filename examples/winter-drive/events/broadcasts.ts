// examples/winter-drive/events/broadcasts.ts: each village's cadres use its loudspeaker on three dates, some days late, or never.
import type { Calendar } from '../../../src/places/rules.ts';
import { at, type CivilDate, plusMinutes } from '../../../src/platform/civil.ts';
import { recordVisit } from '../../../src/visits/acts.ts';
import type { Cast } from '../cast.ts';
import { chance, pick, storyId } from '../chance.ts';
import { goesOut } from '../pace.ts';
import type { Happening } from '../timeline.ts';
import { deed } from './deed.ts';

/** The dates of the broadcast duty in campaign.yaml. */
export const BROADCASTS: readonly CivilDate[] = ['2018-01-19', '2018-02-02', '2018-02-14'];
const PLACES = ['村委会广播室', '村文化室', '村口大喇叭'] as const;

/** When a village's cadres broadcast for a date: that day, some days late, or never. */
export function broadcastOn(village: string, date: CivilDate, calendar: Calendar): CivilDate | null {
  const drawn = chance('broadcast', village, date);
  if (drawn > 0.96) return null;
  const on = drawn > 0.86 ? calendar.plusWorkdays(date, 1 + Math.floor((drawn - 0.86) * 30)) : date;
  return goesOut(village, on) ? on : null;
}

export function broadcasts(cast: Cast, calendar: Calendar): Happening[] {
  return cast.villages.flatMap((village) =>
    BROADCASTS.flatMap((date) => {
      const on = broadcastOn(village, date, calendar);
      if (on === null) return [];
      const seat = { village, side: 'cadre', seat: Math.floor(chance('speaker', village, date) * 3) } as const;
      const cadre = cast.holder(seat, on);
      const began = Math.floor(150 * chance('began', village, date));
      const arrivedAt = plusMinutes(at(on, '17:10'), began);
      const leftAt = plusMinutes(arrivedAt, 12 + Math.floor(20 * chance('spoke', village, date)));
      const proof = chance('proof', village, date) < 0.7 ? 'recording' : 'photo';
      const visit = {
        id: storyId('broadcast', village, date),
        areaCode: village,
        arrivedAt,
        leftAt,
        present: [],
        records: [
          {
            id: storyId('broadcast record', village, date),
            kind: 'broadcast' as const,
            body: { place: pick(PLACES, village), on, proof: proof as 'recording' | 'photo' },
          },
        ],
      };
      const heardAt = plusMinutes(leftAt, 1 + Math.floor(9 * chance('sent', village, date)));
      return deed(heardAt, cadre, (tx, asOf) => recordVisit(tx, cadre, visit, asOf));
    }),
  );
}
