// examples/winter-drive/events/snow.ts: snow closes the roads: each village's cadre asks for the hold, the county's supervisor grants it.
import { at } from '../../../src/platform/civil.ts';
import { rows, sql } from '../../../src/platform/db.ts';
import { approveHold, requestHold } from '../../../src/tasks/acts.ts';
import type { Cast } from '../cast.ts';
import { COUNTY } from '../county.ts';
import { SNOW } from '../pace.ts';
import type { Happening } from '../timeline.ts';
import { deed } from './deed.ts';

const SNOWED_IN = '大雪封路';

export function snow(cast: Cast): Happening[] {
  const asked = SNOW.villages
    .filter((village) => cast.villages.includes(village))
    .map((villageCode) => {
      const cadre = cast.lead(villageCode, 'cadre');
      const body = { villageCode, fromOn: SNOW.from, toOn: SNOW.to, reason: SNOWED_IN };
      return deed(at(SNOW.from, '06:40'), cadre, (tx, asOf) => requestHold(tx, cadre, body, asOf));
    });
  const supervisor = cast.account('supervisor');
  const granted = deed(at(SNOW.from, '07:00'), supervisor, async (tx, asOf) => {
    const waiting = await rows(
      tx,
      sql<{ id: string }>`select id from hold
        where county_code = ${COUNTY} and approved_at is null and reason = ${SNOWED_IN} order by village_code`,
    );
    for (const { id } of waiting) await approveHold(tx, supervisor, id, asOf);
  });
  return [...asked, granted];
}
