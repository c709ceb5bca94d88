// src/reports/closing.ts: what a drive came to: codes, dates and counts, the same on every run that has the same facts.
import { graceLastDay } from '../campaigns/rules/stages.ts';
import { approvalsOf, stagesOf, waiversOf } from '../campaigns/store/campaign.ts';
import { dateOf, type Instant } from '../platform/civil.ts';
import { canonicalJson } from '../platform/crypto.ts';
import type { Tx } from '../platform/db.ts';
import { goalProgress } from './goals.ts';
import { dutyProgress, progress } from './progress.ts';
import { launched, subjectOf } from './scope.ts';
import { closingFacts } from './store/closing.ts';

/** Neither ids nor moments of the wall: civil days of the drive alone. @throws DomainError before the launch. */
export async function closingReport(
  tx: Tx,
  countyCode: string,
  campaignId: string,
  asOf: Instant,
): Promise<Record<string, unknown>> {
  const subject = await subjectOf(tx, countyCode, campaignId, asOf);
  launched(subject);
  const { campaign } = subject;
  const scope = { ...subject.scope, today: minOf(subject.scope.today, graceLastDay(campaign.windowTo)) };
  const stages = await stagesOf(tx, countyCode, campaignId);
  const launch = stages.find(({ detail }) => detail !== null && 'launchedOn' in detail)?.detail ?? {};
  const drive = await progress(tx, countyCode, campaignId, asOf);
  const report = {
    campaign: { key: campaign.key, name: campaign.name, revision: campaign.revision },
    notice: { no: campaign.noticeNo, on: campaign.noticeOn },
    window: { from: campaign.windowFrom, to: campaign.windowTo, planned: campaign.definition.window },
    approvedBy: await approvalsOf(tx, countyCode, campaignId, campaign.revision),
    days: drive.clock,
    launch,
    course: stages.map(({ stage, at, reason }) => ({ stage, on: dateOf(at), reason })),
    seen: {
      total: drive.total,
      seen: drive.seen,
      verified: drive.verified,
      unchecked: drive.unchecked,
      refuted: drive.refuted,
      lateEntry: drive.lateEntry,
      credited: drive.credited,
      towns: drive.towns.map(({ town, total, seen, verified, unchecked, refuted, lateEntry, credited }) => ({
        town,
        total,
        seen,
        verified,
        unchecked,
        refuted,
        lateEntry,
        credited,
      })),
    },
    goals: await goalProgress(tx, { ...subject, scope }),
    duties: await dutyProgress(tx, { ...subject, scope }),
    late: drive.late,
    waivers: await waiversOf(tx, countyCode, campaignId),
    ...(await closingFacts(tx, scope)),
  };
  return JSON.parse(canonicalJson(report)) as Record<string, unknown>;
}

const minOf = <T>(a: T, b: T): T => (a < b ? a : b);
