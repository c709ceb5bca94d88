// src/teams/routes.ts: the doors to teams and villages.
import { divisionOf } from '../places/store.ts';
import { type CivilDate, dateOf } from '../platform/civil.ts';
import type { Tx } from '../platform/db.ts';
import { DomainError, Status } from '../platform/errors.ts';
import { pageOf } from '../platform/http/page.ts';
import { everyone, type Role, type Route, route } from '../platform/http/route.ts';
import { villageCounts } from '../population/store.ts';
import { changeMember, consentToStandIn, setRoster, takeLeave } from './acts.ts';
import * as shape from './schema.ts';
import { leavesOf, membersOf, pairOf, type TeamRow, teamOf, teamsUnder } from './store.ts';

const organisers: readonly Role[] = ['admin', 'planner', 'supervisor'];

async function withMembers(tx: Tx, countyCode: string, teams: readonly TeamRow[], day: CivilDate) {
  const members = await membersOf(
    tx,
    countyCode,
    teams.map(({ id }) => id),
    day,
  );
  return teams.map((team) => ({ ...team, members: members.filter(({ teamId }) => teamId === team.id) }));
}

/** Where a page of teams ends: an area and a side. */
const cursor = ({ areaCode, side }: TeamRow) => `${areaCode}.${side}`;
function afterCursor(after: string | undefined): { areaCode: string; side: string } {
  const [areaCode = '', side = ''] = after?.split('.') ?? [];
  return { areaCode, side };
}

export const teamRoutes: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/teams',
      summary: '队伍 Standing teams with their members today',
      roles: everyone,
      query: shape.TeamQuery,
      reply: shape.TeamPage,
    },
    async ({ tx, actor: { countyCode }, query: { area, after, limit }, asOf }) => {
      const found = await teamsUnder(tx, countyCode, area ?? countyCode, afterCursor(after), limit + 1);
      const page = pageOf(found, limit, cursor);
      return { items: await withMembers(tx, countyCode, page.items, dateOf(asOf)), next: page.next };
    },
  ),
  route(
    {
      method: 'get',
      path: '/villages/:code',
      summary: '村 A village with its pair of teams and its counts, as far as the reader may see them',
      roles: everyone,
      params: shape.VillageParams,
      reply: shape.VillageReply,
    },
    async ({ tx, actor: { countyCode }, params: { code }, asOf }) => {
      const village = await divisionOf(tx, countyCode, code);
      if (!village) throw new DomainError(Status.missing, { code: 'division_not_found' });
      const { medical, cadre } = await pairOf(tx, countyCode, code);
      const pair = [medical, cadre].filter((team) => team !== null);
      const teams = await withMembers(tx, countyCode, pair, dateOf(asOf));
      return {
        code,
        name: village.name,
        medical: teams.find(({ side }) => side === 'medical') ?? null,
        cadre: teams.find(({ side }) => side === 'cadre') ?? null,
        ...(await villageCounts(tx, countyCode, code)),
      };
    },
  ),
  route(
    {
      method: 'post',
      path: '/leaves',
      summary: '请假 Somebody is away; a substitute who consents is told instead',
      roles: everyone,
      body: shape.LeaveBody,
      reply: shape.Made,
      status: 201,
    },
    ({ tx, actor, body, asOf }) => takeLeave(tx, actor, body, asOf),
  ),
  route(
    {
      method: 'get',
      path: '/leaves',
      summary: '请假 One’s own leaves and those one is asked to stand in for',
      roles: everyone,
      reply: shape.LeaveList,
    },
    async ({ tx, actor, asOf }) => ({ items: await leavesOf(tx, actor.countyCode, actor.accountId, dateOf(asOf)) }),
  ),
  route(
    {
      method: 'post',
      path: '/leaves/:id/consent',
      summary: '同意代班 The substitute agrees to stand in; until then the leave changes nothing',
      roles: everyone,
      params: shape.LeaveParams,
      reply: shape.Done,
    },
    async ({ tx, actor, params: { id }, asOf }) => {
      await consentToStandIn(tx, actor, id, asOf);
      return {};
    },
  ),
  route(
    {
      method: 'post',
      path: '/teams/:id/handovers',
      summary: '交接 One leaves a team and another takes the same post',
      roles: organisers,
      params: shape.TeamParams,
      body: shape.MemberChangeBody,
      reply: shape.TeamReply,
    },
    async ({ tx, actor, params: { id }, body, asOf }) => {
      await changeMember(tx, actor, id, body, asOf);
      const team = await teamOf(tx, actor.countyCode, id);
      const [changed] = team ? await withMembers(tx, actor.countyCode, [team], body.fromOn) : [];
      if (!changed) throw new DomainError(Status.missing, { code: 'team_not_found' });
      return changed;
    },
  ),
  route(
    {
      method: 'post',
      path: '/roster',
      summary: '值班表 Put shifts on the duty roster: two people and a telephone each',
      roles: organisers,
      body: shape.RosterBody,
      reply: shape.Counted,
      status: 201,
    },
    ({ tx, actor, keys, body, asOf }) => setRoster(tx, actor, keys, body, asOf),
  ),
];
