// examples/winter-drive/partners.ts: what follows a visit from other phones, or from the same one: the partner's word, and a line put right.
import { systemActor } from '../../src/platform/actor.ts';
import { at, dateOf, type Instant, plusDays, plusMinutes } from '../../src/platform/civil.ts';
import { confirmVisit } from '../../src/visits/acts/confirm.ts';
import { recordVisit } from '../../src/visits/acts.ts';
import type { VisitReceipt } from '../../src/visits/schema.ts';
import type { Cast } from './cast.ts';
import { chance } from './chance.ts';
import { COUNTY } from './county.ts';
import { crewOf } from './crew.ts';
import type { Stop } from './field-work.ts';
import { correctionOf, visitId } from './stops.ts';
import type { Happening } from './timeline.ts';

const SILENT = 0.025; // of the partners: never say a word, so that the duty was done by one side

/** Known before the drive begins: what is said of a stop by others, and of it later. @param odd takes what was not accepted. */
export function afterwards(stop: Stop, cast: Cast, odd: VisitReceipt[]): Happening[] {
  const word = partnersWord(stop, cast);
  return word === null ? [] : [word, ...putRight(stop, word.at, cast, odd)];
}

/** Most confirm before the next door, some in the evening, a few on the second day. */
function partnersWord(stop: Stop, cast: Cast): Happening | null {
  const { partner } = crewOf(stop);
  const drawn = chance('confirms', stop.registerNo, stop.on);
  if (partner === null || drawn < SILENT) return null;
  if (!stop.contract && stop.verified.length === 0) return null;
  const actor = cast.holder(partner, stop.on);
  const minutes = (from: number, to: number): number =>
    from + Math.floor((to - from) * chance('confirms when', stop.registerNo, stop.on));
  const day = dateOf(stop.heardAt);
  const inTheEvening = plusMinutes(at(day, '18:10'), minutes(0, 150));
  const moment =
    drawn < 0.72 || (drawn < 0.9 && inTheEvening <= stop.heardAt)
      ? plusMinutes(stop.heardAt, minutes(1, 55))
      : drawn < 0.9
        ? inTheEvening
        : plusMinutes(at(plusDays(day, drawn < 0.97 ? 1 : 2), '08:05'), minutes(0, 700));
  return {
    at: moment,
    lane: stop.villageCode,
    actor: systemActor(COUNTY), // as its route: the account is named below, what it confirms may be clinical
    async do(tx, asOf) {
      await confirmVisit(tx, actor, visitId(stop), asOf);
      return [];
    },
  };
}

/** Over the ledger, once both have said their word. */
function putRight(stop: Stop, after: Instant, cast: Cast, odd: VisitReceipt[]): Happening[] {
  const correction = correctionOf(stop, cast);
  if (correction === null) return [];
  const actor = cast.holder(crewOf(stop).recorder, stop.on);
  return [
    {
      at: noticedAt(stop, after),
      lane: stop.villageCode,
      actor,
      async do(tx, asOf) {
        const receipt = await recordVisit(tx, actor, correction, asOf);
        if (receipt.filing !== 'accepted') odd.push(receipt);
        return [];
      },
    },
  ];
}

/** Within two hours, or on the next morning. */
const noticedAt = (stop: Stop, after: Instant): Instant => {
  const minutes = Math.floor(90 * chance('noticed', stop.registerNo));
  return chance('noticed when', stop.registerNo) < 0.5
    ? plusMinutes(after, 20 + minutes)
    : plusMinutes(at(plusDays(dateOf(after), 1), '08:05'), minutes);
};
