// src/clinics/board.ts: what a planner asks of clinics: which towns have none, which weeks are empty, and what the sessions add up to.
import { windowOf } from '../campaigns/store/campaign.ts';
import { countDays } from '../places/rules.ts';
import { loadCalendar } from '../places/store.ts';
import type { Actor } from '../platform/actor.ts';
import { type CivilDate, daysBetween } from '../platform/civil.ts';
import type { Tx } from '../platform/db.ts';
import { DomainError, Status } from '../platform/errors.ts';
import { countsForGoal, meanPersonTimes, mondayOf, wantsSignInEvidence, weeksBetween } from './rules.ts';
import type { BoardReply, SessionReply } from './schema.ts';
import { type SessionRow, sessionOf, sessionsOfCampaign, stagesOf, totalsOf, townsUnder } from './store.ts';

/** One session with its numbers and its history. @throws DomainError 404 `clinic_unknown`. */
export async function sessionReply(tx: Tx, actor: Actor, id: string): Promise<SessionReply> {
  const session = await sessionOf(tx, actor.countyCode, id);
  if (!session) throw new DomainError(Status.missing, { code: 'clinic_unknown', field: '/id' });
  const { createdBy: _planner, seq: _seq, ...shown } = session;
  return {
    ...shown,
    signInEvidence: wantsSignInEvidence(session.personTimes, session.lateReason !== null),
    counts: counts(session),
    history: await stagesOf(tx, actor.countyCode, id),
  };
}

const counts = ({ lateReason, personTimes, sheetLines }: SessionRow): boolean =>
  countsForGoal(lateReason !== null, personTimes, sheetLines);

/**
 * Towns × weeks of a drive's window; a town whose sessions were all cancelled, or entered late and not proved, is empty.
 * Totals are of the sessions reported in time, somebody who came twice once; late entries have a column of their own.
 */
export async function board(tx: Tx, actor: Actor, campaignId: string, today: CivilDate): Promise<BoardReply> {
  const window = await windowOf(tx, actor.countyCode, campaignId);
  if (!window) throw new DomainError(Status.missing, { code: 'clinic_campaign', field: '/campaign' });
  const calendar = await loadCalendar(tx, actor.countyCode);
  const held = (await sessionsOfCampaign(tx, actor.countyCode, campaignId)).filter(
    ({ stage }) => stage !== 'cancelled',
  );
  const { sessions, counted: _all, ...totals } = await totalsOf(tx, actor.countyCode, campaignId, false);
  const lateEntries = await totalsOf(tx, actor.countyCode, campaignId, true);
  const covered = new Set(held.filter(counts).map(({ areaCode }) => areaCode));
  const towns = (await townsUnder(tx, actor.countyCode, window.areas)).map((town) => ({
    ...town,
    sessions: held
      .filter(({ areaCode }) => areaCode === town.areaCode)
      .map(({ id, heldOn, stage, lateReason, persons, personTimes, professionals }) => ({
        id,
        weekOf: mondayOf(heldOn),
        heldOn,
        stage,
        lateEntry: lateReason !== null,
        persons,
        personTimes,
        professionals,
      })),
  }));
  const left = daysBetween(today, window.to) < 0 ? { days: 0, workdays: 0 } : countDays(today, window.to, calendar);
  const mean = meanPersonTimes(totals.personTimes, sessions);
  return {
    weeks: [...weeksBetween(window.from, window.to)],
    towns,
    emptyTowns: towns.filter(({ areaCode }) => !covered.has(areaCode)).map(({ areaCode }) => areaCode),
    daysAhead: left.days,
    workdaysAhead: left.workdays,
    sessions,
    ...totals,
    lateEntries,
    meanPersonTimes: mean,
    signInEvidence: mean !== null && wantsSignInEvidence(mean),
  };
}
