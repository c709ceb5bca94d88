// examples/winter-drive/clinic-day.ts: a day's clinic as its hospital records it: people checked in, findings dealt with, closed and reported.
import { checkIn, recordFinding } from '../../src/clinics/acts/desk.ts';
import { closeSession, reportSession } from '../../src/clinics/acts/report.ts';
import { at, type CivilDate, type Instant } from '../../src/platform/civil.ts';
import { oneRow, rows, sql, type Tx } from '../../src/platform/db.ts';
import type { Cast } from './cast.ts';
import { chance } from './chance.ts';
import { COUNTY } from './county.ts';
import type { Happening } from './timeline.ts';

const FROM_REGISTER = 24; // people of the register at each session; half as many come from outside it

/** The session was announced and opened by its own workflow. */
export function clinicDay(cast: Cast, town: string, heldOn: CivilDate): Happening {
  const doctor = cast.account(`hospital${town.slice(7)}.1`);
  const hold = async (tx: Tx, closing: Instant): Promise<readonly Happening[]> => {
    const { id } = await oneRow(
      tx,
      sql<{
        id: string;
      }>`select id from clinic_session where county_code = ${COUNTY} and area_code = ${town} and held_on = ${heldOn}`,
    );
    const people = await rows(
      tx,
      sql<{
        id: string;
        no: string;
      }>`select p.id, h.register_no as no from person p join household h on h.county_code = p.county_code and h.id = p.household_id
      where p.county_code = ${COUNTY} and starts_with(p.village_code, ${town}) order by md5(concat(p.village_code, h.register_no, p.name, p.born_on)) limit ${FROM_REGISTER}`,
    );
    for (const [n, person] of people.entries()) {
      const { attendanceId } = await checkIn(
        tx,
        doctor,
        id,
        { personId: person.id, services: 1 + Math.floor(chance('services', person.no, n) * 3) },
        closing,
      );
      if (chance('finding', person.no, n) < 0.1)
        await recordFinding(tx, doctor, id, { attendanceId, finding: '血压偏高', disposition: 'advice' }, closing);
    }
    for (let n = 0; n < FROM_REGISTER / 2; n++)
      await checkIn(tx, doctor, id, { name: `就诊人${n + 1}`, services: 1 }, closing);
    await closeSession(tx, doctor, id, closing);
    await reportSession(tx, doctor, id, closing);
    return [];
  };
  return { at: at(heldOn, '16:10'), lane: null, actor: doctor, do: hold };
}
