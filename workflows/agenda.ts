// workflows/agenda.ts: minds every open task of one area: a village, a town or the county.
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { mind } from './minder.ts';

const { sweepAgenda } = proxyActivities<Activities>({
  startToCloseTimeout: '60 seconds',
  scheduleToCloseTimeout: '5 minutes',
});

export async function agenda(area: string): Promise<void> {
  await mind('agenda', area, (asOf) => sweepAgenda({ area, asOf }));
}
