// examples/winter-drive/events/changes.ts: deaths and moves that were found at a door are decided on the next working day by somebody who did not find them.
import type { Calendar } from '../../../src/places/rules.ts';
import { at, dateOf, plusMinutes } from '../../../src/platform/civil.ts';
import { oneRow, sql } from '../../../src/platform/db.ts';
import { decideChange } from '../../../src/population/acts.ts';
import type { Cast } from '../cast.ts';
import { chance } from '../chance.ts';
import { COUNTY } from '../county.ts';
import type { Stop } from '../field-work.ts';
import { supervisorOf } from '../staff.ts';
import { missedId } from '../stops.ts';
import type { Happening } from '../timeline.ts';
import { deed } from './deed.ts';

export function changes(cast: Cast, calendar: Calendar, stops: readonly Stop[]): Happening[] {
  return stops
    .filter(({ missed }) => missed?.reason === 'died' || missed?.reason === 'moved_out')
    .map((stop) => {
      const supervisor = cast.account(supervisorOf(stop.villageCode.slice(0, 9)));
      const day = calendar.plusWorkdays(dateOf(stop.heardAt), 1);
      const moment = plusMinutes(at(day, '14:20'), Math.floor(170 * chance('decided', stop.registerNo)));
      return deed(moment, supervisor, async (tx, asOf) => {
        const { id } = await oneRow(
          tx,
          sql<{
            id: string;
          }>`select id from change_request where county_code = ${COUNTY} and record_id = ${missedId(stop)}`,
        );
        await decideChange(tx, supervisor, id, { decision: 'approved', reason: '与村委会和派出所核对无误' }, asOf);
      });
    });
}
