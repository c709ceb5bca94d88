// workflows/referral.ts: follows a referral to its outcome; an urgent one tells the next person whenever nobody has it in hand.
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { now, story } from './story.ts';

const { readReferral, raiseReferralAlarm } = proxyActivities<Activities>({
  startToCloseTimeout: '30 s', // each is a few statements; the act's own limits are shorter
  retry: { maximumAttempts: 3 }, // then the story asks again with a later `asOf`
});

const NOBODY = 5 * 60_000; // ms: no post above has anybody in it; one may be filled before the next alarm

/** The roster at once, its second after 15 minutes, the county after 30; no arrival: the town after 24 hours, the county after 48. */
export async function referral(id: string): Promise<void> {
  const { until, at, act } = story(id);
  for (;;) {
    const { ended, due } = await until(
      (asOf) => readReferral({ id, asOf }),
      (facts) => facts.ended || facts.due !== null,
    );
    if (ended) return;
    if (due === null) continue;
    const { told } = await act((asOf) => raiseReferralAlarm({ id, step: due, asOf }));
    if (told === 0) await at(now(NOBODY));
  }
}
