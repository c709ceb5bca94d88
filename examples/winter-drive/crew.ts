// examples/winter-drive/crew.ts: which two of a village's ten go to a door, and whose phone sends it.
import { isAway, type Seat, type Side } from './absences.ts';
import { chance } from './chance.ts';
import type { Stop } from './field-work.ts';

const SHARES = [0.46, 0.68, 0.84, 0.94, 1]; // the lead goes to nearly half of the doors, the fifth to few
const BY_A_CADRE = 0.36; // of the stops without a measurement: a cadre's phone sends them

export interface Crew {
  readonly recorder: Seat;
  /** The other side's, who confirms from an account of its own; null where one side went alone. */
  readonly partner: Seat | null;
}

export function crewOf(stop: Stop): Crew {
  const clinical = stop.readings.length > 0 || stop.referralChecks.length > 0;
  const byCadre = !clinical && chance('recorder', stop.registerNo, stop.on) < BY_A_CADRE;
  const [own, other]: [Side, Side] = byCadre ? ['cadre', 'medical'] : ['medical', 'cadre'];
  return { recorder: seatOf(stop, own), partner: stop.alone ? null : seatOf(stop, other) };
}

/** Whoever goes that day; the next of the team where that one is on leave. */
function seatOf(stop: Stop, side: Side): Seat {
  const { villageCode: village, registerNo, on } = stop;
  const drawn = chance('crew', registerNo, on, side);
  const first = SHARES.findIndex((share) => drawn < share);
  for (let n = 0; n < SHARES.length; n++) {
    const seat = { village, side, seat: (first + n) % SHARES.length };
    if (!isAway(seat, on)) return seat;
  }
  throw new Error(`nobody of ${village} is there on ${on}`);
}
