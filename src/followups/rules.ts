// src/followups/rules.ts: what a follow-up visit means and when the next one is due, whatever the programme.
import { type Assessment, Class, nationalSettings, type ProtocolSettings } from './protocols/assessment.ts';
import { assessHtn } from './protocols/htn.ts';
import { assessSmi } from './protocols/smi.ts';
import { assessT2dm } from './protocols/t2dm.ts';
import type { ChronicHistory, HtnRecord, Programme, SmiHistory, SmiRecord, T2dmRecord } from './schema.ts';

/** 国家基本公共卫生服务规范, third edition, 2017. A judgement keeps the version that made it; a new one never rewrites it. */
export const PROTOCOL_VERSION = 'nbphs-3';

export interface RecordOf {
  htn: HtnRecord;
  t2dm: T2dmRecord;
  smi: SmiRecord;
}
export interface HistoryOf {
  htn: ChronicHistory;
  t2dm: ChronicHistory;
  smi: SmiHistory;
}

const protocols: {
  readonly [P in Programme]: (record: RecordOf[P], history: HistoryOf[P], settings: ProtocolSettings) => Assessment;
} = { htn: assessHtn, t2dm: assessT2dm, smi: assessSmi };

/**
 * Judges one visit by its programme's protocol. Pure: the same record and history give the same answer.
 * @param record what was found, as its schema allows it; a reading outside the hard limits is judged REJECT.
 * @param history what the visits before say; `historyOf` makes it for hypertension and diabetes.
 */
export function assess<P extends Programme>(
  programme: P,
  record: RecordOf[P],
  history: HistoryOf[P],
  settings: ProtocolSettings = nationalSettings,
): Assessment {
  return protocols[programme](record, history, settings);
}

/** An earlier visit of the same programme, as it was judged. */
export interface JudgedVisit {
  readonly class: Class;
  readonly unsatisfactory: boolean;
  /** An adverse reaction was recorded, controlled or not. */
  readonly reaction: boolean;
  readonly telephone: boolean;
}

/**
 * How many visits in a row, up to the latest, were unsatisfactory or had a reaction, whatever the gaps between them.
 * Telephone visits, incomplete ones and rejected ones neither count nor reset; an emergency counts as unsatisfactory.
 * @param earlier newest first.
 */
export function historyOf(earlier: readonly JudgedVisit[]): { priorUnsatisfactory: number; priorReaction: number } {
  const measured = earlier.filter(
    (visit) => !visit.telephone && visit.class !== Class.incomplete && visit.class !== Class.reject,
  );
  return {
    priorUnsatisfactory: leading(measured, (visit) => visit.unsatisfactory || visit.class === Class.urgent),
    priorReaction: leading(measured, (visit) => visit.reaction),
  };
}

function leading(visits: readonly JudgedVisit[], holds: (visit: JudgedVisit) => boolean): number {
  const end = visits.findIndex((visit) => !holds(visit));
  return end === -1 ? visits.length : end;
}
