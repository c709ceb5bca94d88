// workflows/courier.ts: sends a county's notices over one channel, a page at a time.
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { mind } from './minder.ts';

const { sweepCourier } = proxyActivities<Activities>({
  startToCloseTimeout: '60 seconds',
  scheduleToCloseTimeout: '5 minutes',
  heartbeatTimeout: '30 seconds', // a dead worker's page is known as unknown after its lease, but the next page need not wait
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED, // what was not tried is released first
});

/** @param key `{county}/{channel}` */
export async function courier(key: string): Promise<void> {
  const [county = '', channel = ''] = key.split('/');
  await mind('courier', key, (asOf) => sweepCourier({ county, channel, asOf }));
}
