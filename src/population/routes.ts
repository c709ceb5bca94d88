// src/population/routes.ts: the doors to households; row-level security decides whose are seen.
import { ageOn, dateOf } from '../platform/civil.ts';
import { mask, open } from '../platform/crypto.ts';
import { DomainError, Status } from '../platform/errors.ts';
import { moment } from '../platform/http/forms.ts';
import { cursorOf, pageOf } from '../platform/http/page.ts';
import { everyone, type Route, route } from '../platform/http/route.ts';
import { decideChange } from './acts.ts';
import { maskIdNumber } from './rules.ts';
import * as form from './schema.ts';
import { HouseholdPage, HouseholdParams, HouseholdQuery, HouseholdWithPeople } from './schema.ts';
import { changesListed } from './store/changes.ts';
import { factsOf } from './store/persons.ts';
import { householdOf, householdsOf, personsOf } from './store.ts';

export const populationRoutes: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/households',
      summary: '户 Households of a village by their register numbers',
      roles: everyone,
      query: HouseholdQuery,
      reply: HouseholdPage,
    },
    async ({ tx, actor, query: { village, after, limit } }) =>
      pageOf(await householdsOf(tx, actor.countyCode, village, after ?? '', limit + 1), limit, (h) => h.registerNo),
  ),
  route(
    {
      method: 'get',
      path: '/households/:id',
      summary: '户与人 A household with its people; ID numbers and telephones masked',
      roles: everyone,
      params: HouseholdParams,
      reply: HouseholdWithPeople,
    },
    async ({ tx, actor: { countyCode }, keys, params: { id }, asOf }) => {
      const household = await householdOf(tx, countyCode, id);
      if (!household) throw new DomainError(Status.missing, { code: 'household_not_found' });
      const today = dateOf(asOf);
      const facts = new Map((await factsOf(tx, countyCode, id, today)).map((fact) => [fact.personId, fact]));
      const masked = (sealed: string | null, context: string, shown: (plain: string) => string) =>
        sealed === null ? null : shown(open(keys, sealed, context));
      const persons = (await personsOf(tx, countyCode, id)).map((person) => {
        const known = facts.get(person.id);
        return {
          ...person,
          age: ageOn(person.bornOn, person.diedOn ?? today),
          idNo: masked(person.idNoEnc, 'person.id_no', maskIdNumber),
          phone: masked(person.phoneEnc, 'person.phone', mask),
          categories: [...(known?.categories ?? [])],
          planClass: known?.planClass ?? null,
          programmes: [...(known?.programmes ?? [])],
          place: known?.place ?? ('home' as const),
          placeUntil: known?.placeUntil ?? null,
        };
      });
      return { ...household, persons };
    },
  ),
  route(
    {
      method: 'get',
      path: '/change-requests',
      summary: '登记变更 Deaths, moves and unknown people found at the door, the oldest first',
      roles: ['supervisor', 'medical', 'cadre'],
      query: form.ChangeQuery,
      reply: form.ChangePage,
    },
    async ({ tx, actor, query: { state, after, limit } }) => {
      const from = cursorOf(after, moment);
      const found = await changesListed(
        tx,
        actor.countyCode,
        { waiting: state === 'waiting', after: from && { requestedAt: from[0], id: from[1] } },
        limit + 1,
      );
      return pageOf(found, limit, (change) => `${change.requestedAt}_${change.id}`);
    },
  ),
  route(
    {
      method: 'post',
      path: '/change-requests/:id/decision',
      summary: '登记变更审批 Approves or rejects one, by a supervisor of its area who did not ask for it',
      roles: ['supervisor'],
      params: form.ChangeParams,
      body: form.ChangeDecision,
      reply: form.ChangeDecided,
    },
    ({ tx, actor, asOf, params: { id }, body }) => decideChange(tx, actor, id, body, asOf),
  ),
];
