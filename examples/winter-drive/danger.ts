// examples/winter-drive/danger.ts: what becomes of a danger sign: who takes it in hand, how soon, and whether anybody says that the patient arrived.
import type { AccountActor } from '../../src/platform/actor.ts';
import { type Instant, plusMinutes } from '../../src/platform/civil.ts';
import { arrive, leave, outcome, own } from '../../src/referrals/acts.ts';
import type { VisitReceipt } from '../../src/visits/schema.ts';
import type { Cast } from './cast.ts';
import { chance } from './chance.ts';
import { COUNTY } from './county.ts';
import { crewOf } from './crew.ts';
import type { Stop } from './field-work.ts';
import { onDuty } from './roster.ts';
import type { Happening } from './timeline.ts';

const OUTCOMES = ['收住院,血压已降', '门诊调药后回家,一周后复诊', '留观一夜后出院', '转市人民医院'] as const;

/** Everything that people say of the urgent referrals a visit led to. */
export function inHand(receipt: VisitReceipt, stop: Stop, cast: Cast): Happening[] {
  return receipt.records.flatMap(({ id, judgement }) =>
    judgement?.referral === 'urgent' && judgement.referralId ? course(judgement.referralId, id, stop, cast) : [],
  );
}

/** Half are taken by the first on duty within minutes; the others by the second, the county's line, or the doctor who measured. */
function course(referral: string, seed: string, stop: Stop, cast: Cast): Happening[] {
  const drawn = chance('owner', seed);
  const town = stop.villageCode.slice(0, 9);
  const minutes = (of: string, from: number, to: number): number =>
    from + Math.floor(chance(of, seed) * (to - from + 1));
  const [after, owner] =
    drawn < 0.5
      ? ([minutes('own', 3, 13), 'first'] as const)
      : drawn < 0.7
        ? ([minutes('own', 17, 27), 'second'] as const)
        : drawn < 0.82
          ? ([minutes('own', 33, 55), 'county'] as const)
          : ([minutes('own', 1, 4), 'doctor'] as const);
  const ownedAt = plusMinutes(stop.heardAt, after);
  const who: AccountActor =
    owner === 'doctor'
      ? cast.holder(crewOf(stop).recorder, stop.on)
      : cast.account(onDuty(owner === 'county' ? COUNTY : town, ownedAt)[owner === 'second' ? 1 : 0]);
  const say = (moment: Instant, act: typeof own, note: string | null = null): Happening => ({
    at: moment,
    lane: null,
    actor: who,
    async do(tx, asOf) {
      await act(tx, who, referral, { occurredAt: moment, note }, asOf);
      return [];
    },
  });
  const told = [say(ownedAt, own)];
  if (chance('does arrive', seed) < 0.22) return told; // nobody says that she arrived: the town and the county are told
  const leftAt = plusMinutes(ownedAt, minutes('left', 12, 50));
  const arrivedAt = plusMinutes(leftAt, minutes('arrived', 25, 150));
  told.push(say(leftAt, leave), say(arrivedAt, arrive));
  if (chance('ends', seed) < 0.85)
    told.push(say(plusMinutes(arrivedAt, minutes('outcome', 60, 1_700)), outcome, OUTCOMES[minutes('how', 0, 3)]));
  return told;
}
