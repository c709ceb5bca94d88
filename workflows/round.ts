// workflows/round.ts: carries a round of re-visits from its announcement to its seal.
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { story } from './story.ts';

const { readRound, stepRound } = proxyActivities<Activities>({
  startToCloseTimeout: '60 s', // a draw ranks every record of a period
  retry: { maximumAttempts: 3 }, // then the story asks again with a later `asOf`
});

/** Drawn on the morning after its period; in the field until every re-visit is answered; decided by a person; sealed. */
export async function round(id: string): Promise<void> {
  const { until, act } = story(id);
  for (;;) {
    const seen = await until(
      (asOf) => readRound({ id, asOf }),
      ({ ended, due }) => ended || due !== null,
    );
    if (seen.ended) return;
    await act((asOf) => stepRound({ id, asOf }));
  }
}
