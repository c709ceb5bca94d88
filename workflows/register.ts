// workflows/register.ts: minds what the county does every night.
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { mind } from './minder.ts';

const { sweepRegister } = proxyActivities<Activities>({
  startToCloseTimeout: '120 seconds', // the review looks at every enrolment of a county in a few statements
  scheduleToCloseTimeout: '5 minutes',
});

export async function register(county: string): Promise<void> {
  await mind('register', county, (asOf) => sweepRegister({ county, asOf }));
}
