// src/rooms.ts: every door of every room, in one list: the server mounts it and OpenAPI describes it.
import { accessRoutes } from './access/routes.ts';
import { campaignRoutes } from './campaigns/routes.ts';
import { clinicRoutes } from './clinics/routes.ts';
import { followupRoutes } from './followups/routes.ts';
import { importRoutes } from './imports/routes.ts';
import { noticesRoutes } from './notices/routes.ts';
import { placeRoutes } from './places/routes.ts';
import type { Route } from './platform/http/route.ts';
import { populationRoutes } from './population/routes.ts';
import { referralRoutes } from './referrals/routes.ts';
import { reportRoutes } from './reports/routes.ts';
import { supervisionRoutes } from './supervision/routes.ts';
import { tasksRoutes } from './tasks/routes.ts';
import { teamRoutes } from './teams/routes.ts';
import { visitRoutes } from './visits/routes.ts';

export const roomRoutes: readonly Route[] = [
  ...accessRoutes,
  ...placeRoutes,
  ...teamRoutes,
  ...populationRoutes,
  ...importRoutes,
  ...campaignRoutes,
  ...reportRoutes,
  ...tasksRoutes,
  ...visitRoutes,
  ...followupRoutes,
  ...referralRoutes,
  ...clinicRoutes,
  ...supervisionRoutes,
  ...noticesRoutes,
];
