// examples/winter-drive/absences.ts: who of the field staff is away, and who takes whose post over: fixed before the drive begins.
import type { CivilDate } from '../../src/platform/civil.ts';

export type Side = 'medical' | 'cadre';

/** Somebody's seat in a village's team: 0 is the lead. */
export interface Seat {
  readonly village: string;
  readonly side: Side;
  readonly seat: number;
}

export interface Leave extends Seat {
  readonly from: CivilDate;
  readonly to: CivilDate;
  /** The seat that stands in, who has said yes. */
  readonly standIn: number;
}

export const LEAVES: readonly Leave[] = [
  { village: '450803001002', side: 'medical', seat: 0, from: '2018-01-17', to: '2018-01-19', standIn: 1 },
  { village: '450803001006', side: 'cadre', seat: 0, from: '2018-01-15', to: '2018-01-18', standIn: 1 },
  { village: '450803002004', side: 'medical', seat: 0, from: '2018-01-22', to: '2018-01-26', standIn: 1 },
  { village: '450803003009', side: 'cadre', seat: 0, from: '2018-01-24', to: '2018-01-26', standIn: 2 },
  { village: '450803005002', side: 'medical', seat: 0, from: '2018-01-29', to: '2018-02-02', standIn: 1 },
  { village: '450803007005', side: 'medical', seat: 1, from: '2018-01-18', to: '2018-01-19', standIn: 2 },
  { village: '450803009010', side: 'cadre', seat: 0, from: '2018-01-25', to: '2018-02-01', standIn: 1 },
  { village: '450803010003', side: 'medical', seat: 0, from: '2018-02-05', to: '2018-02-09', standIn: 1 },
];

/** A member leaves the drive and somebody of the town's hospital takes the post. */
export interface HandOver extends Seat {
  /** The first day of the one coming. */
  readonly from: CivilDate;
  readonly coming: string;
}

export const HAND_OVERS: readonly HandOver[] = [
  { village: '450803001007', side: 'medical', seat: 3, from: '2018-01-22', coming: 'hospital01.2' },
  { village: '450803002009', side: 'medical', seat: 4, from: '2018-01-16', coming: 'hospital02.3' },
  { village: '450803006004', side: 'medical', seat: 2, from: '2018-01-25', coming: 'hospital06.1' },
];

export const isAway = (seat: Seat, day: CivilDate): boolean =>
  LEAVES.some((leave) => same(leave, seat) && leave.from <= day && day <= leave.to);

/** Who has taken the seat over by a day: a login; null while its first holder keeps it. */
export const takenOver = (seat: Seat, day: CivilDate): string | null =>
  HAND_OVERS.find((change) => same(change, seat) && change.from <= day)?.coming ?? null;

const same = (a: Seat, b: Seat): boolean => a.village === b.village && a.side === b.side && a.seat === b.seat;
