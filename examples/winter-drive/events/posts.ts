// examples/winter-drive/events/posts.ts: leave with a stand-in who said yes, and posts that change hands.
import { at, plusDays } from '../../../src/platform/civil.ts';
import { changeMember, consentToStandIn, takeLeave } from '../../../src/teams/acts.ts';
import { HAND_OVERS, LEAVES } from '../absences.ts';
import type { Cast } from '../cast.ts';
import type { Happening } from '../timeline.ts';
import { deed } from './deed.ts';

export function leaves(cast: Cast): Happening[] {
  return LEAVES.filter(({ village }) => cast.villages.includes(village)).map((leave) => {
    const day = plusDays(leave.from, -3);
    const actor = cast.holder(leave, day);
    const substitute = cast.holder({ ...leave, seat: leave.standIn }, day);
    const { from: fromOn, to: toOn } = leave;
    const body = { accountId: actor.accountId, fromOn, toOn, substituteId: substitute.accountId };
    const asked: Happening = {
      at: at(day, '17:05'),
      lane: null,
      actor,
      async do(tx, asOf) {
        const { id } = await takeLeave(tx, actor, body, asOf);
        const yes = deed(at(day, '19:10'), substitute, (inner, now) => consentToStandIn(inner, substitute, id, now));
        return [yes];
      },
    };
    return asked;
  });
}

/** The county's planner writes it, two days before. */
export function handOvers(cast: Cast): Happening[] {
  const planner = cast.account('planner');
  return HAND_OVERS.filter(({ village }) => cast.villages.includes(village)).map((change) => {
    const day = plusDays(change.from, -2);
    const team = cast.teams.find(({ areaCode, side }) => areaCode === change.village && side === change.side);
    if (!team) throw new RangeError(`${change.village} has no ${change.side} team`);
    const body = {
      leavingId: cast.holder(change, day).accountId,
      comingId: cast.account(change.coming).accountId,
      source: 'town_hospital' as const,
      fromOn: change.from,
    };
    return deed(at(day, '16:20'), planner, (tx, asOf) => changeMember(tx, planner, team.id, body, asOf));
  });
}
