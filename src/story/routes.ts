// src/story/routes.ts: the example's clock: its day, and 过一天. Mounted in a demonstration only.
import * as z from 'zod';
import { dateOf, plusDays } from '../platform/civil.ts';
import { everyone, type Route, route } from '../platform/http/route.ts';
import { nextDay } from './acts.ts';

const Story = z.object({
  now: z.string().describe('the story’s moment, ISO 8601'),
  today: z.string().describe('its civil date'),
});

export const storyRoutes: readonly Route[] = [
  route(
    { method: 'get', path: '/story', summary: '故事时间 The example’s clock', roles: everyone, reply: Story },
    async ({ asOf }) => ({
      now: asOf,
      today: dateOf(asOf),
    }),
  ),
  route(
    {
      method: 'post',
      path: '/story/next-day',
      summary: '过一天 Move the example on by 24 hours and wake everything that waits',
      roles: ['planner'],
      reply: z.object({ today: z.string() }),
      elevated: true,
    },
    async ({ tx, actor, asOf }) => {
      await nextDay(tx, actor, asOf);
      return { today: plusDays(dateOf(asOf), 1) };
    },
  ),
];
