// src/campaigns/rules/telling.ts: which step of a campaign is told, to whom, and the key of each notice.
import { key } from '../../platform/key.ts';
import type { Stage } from './stages.ts';

/** The bureaus that sign, whoever drafted it, or those who carry it out: leads, supervisors, and whoever drafted it. */
export type Audience = 'bureaus' | 'planner' | 'field';

export interface Told {
  /** Its words are `notices.campaign.{step}`. */
  readonly step: 'submitted' | 'approved' | 'launched' | 'resumed' | 'paused' | 'extended' | 'closed' | 'cancelled';
  readonly to: Audience;
}

/** What is told when a campaign moves; null where nobody waits to hear of it. @param launched whether it has ever run. */
export function toldOf(from: Stage, to: Stage, launched: boolean): Told | null {
  switch (to) {
    case 'submitted':
      return { step: 'submitted', to: 'bureaus' };
    case 'approved':
      return { step: 'approved', to: 'planner' };
    case 'running':
      return { step: from === 'paused' ? 'resumed' : from === 'running' ? 'extended' : 'launched', to: 'field' };
    case 'paused':
      return { step: from === 'paused' ? 'extended' : 'paused', to: 'field' };
    case 'closed':
      return { step: 'closed', to: 'field' };
    case 'cancelled':
      return launched
        ? { step: 'cancelled', to: 'field' }
        : from === 'draft'
          ? null
          : { step: 'cancelled', to: 'bureaus' };
    case 'draft':
    case 'ready':
    case 'closing':
      return null;
  }
}

/** One notice a person and stage row. */
export function stageNoticeKey(campaign: string, seq: number, person: string): string {
  return key('campaign', campaign, seq, person);
}

/** One notice a person and end that is asked for. */
export function askedNoticeKey(campaign: string, revision: number, person: string): string {
  return key('asked', campaign, revision, person);
}

/** One notice a person, revision and bureau. */
export function signedNoticeKey(campaign: string, revision: number, bureau: string, person: string): string {
  return key('signed', campaign, revision, bureau, person);
}
