// src/places/routes.ts: the doors to divisions.
import { pageOf } from '../platform/http/page.ts';
import { everyone, type Route, route } from '../platform/http/route.ts';
import { CalendarQuery, CalendarReply, DivisionPage, DivisionQuery } from './schema.ts';
import { calendarRows, divisionsUnder, spansOf } from './store.ts';

export const placeRoutes: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/divisions',
      summary: '区划 Divisions of the county by code: towns, villages',
      roles: everyone,
      query: DivisionQuery,
      reply: DivisionPage,
    },
    async ({ tx, actor, query: { under, after, limit } }) => {
      const found = await divisionsUnder(tx, actor.countyCode, under ?? actor.countyCode, after ?? '', limit + 1);
      return pageOf(found, limit, ({ code }) => code);
    },
  ),
  route(
    {
      method: 'get',
      path: '/calendar',
      summary: '日历 Days of the county calendar with its layers: holidays, farm slack, migrants home',
      roles: everyone,
      query: CalendarQuery,
      reply: CalendarReply,
    },
    async ({ tx, actor, query: { from, to } }) => ({
      days: await calendarRows(tx, actor.countyCode, from, to),
      spans: (await spansOf(tx, actor.countyCode)).filter((span) => span.fromOn <= to && span.toOn >= from),
    }),
  ),
];
