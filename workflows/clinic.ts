// workflows/clinic.ts: carries a clinic session from its plan to its report, wherever it is moved on the way.
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { story } from './story.ts';

const { readSession, stepSession } = proxyActivities<Activities>({
  startToCloseTimeout: '30 s', // each is a few statements; the act's own limits are shorter
  retry: { maximumAttempts: 3 }, // then the story asks again with a later `asOf`
});

/**
 * Three working days before: staff are told (or the planner, that nobody is named). On the day: it opens. Afterwards: the
 * planner is reminded to close it and to report. A session that moves to another day goes through the same moments again.
 */
export async function clinic(id: string): Promise<void> {
  const { until, act } = story(id);
  for (;;) {
    const session = await until(
      (asOf) => readSession({ id, asOf }),
      ({ ended, due }) => ended || due !== null,
    );
    if (session.ended) return;
    await act((asOf) => stepSession({ id, asOf }));
  }
}
