// src/supervision/schema.ts: what comes in and goes out of the doors of checks, findings, rounds and signals.
import * as z from 'zod';
import { civilDay, moment, momentGiven } from '../platform/http/forms.ts';
import { PageQuery, pageSchema } from '../platform/http/page.ts';
import type { RecordKind } from '../visits/schema.ts';
import { BETA_BOUND, lotDecisions, roundStages } from './rules.ts';

const words = z.string().trim().min(1).max(500);
const area = z.string().regex(/^(\d{6}|\d{9}|\d{12})$/);
const code = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/);

export const Checklist = z.strictObject({
  teamId: z.uuid(),
  occurredAt: momentGiven,
  items: z
    .array(
      z.strictObject({
        code,
        met: z.boolean(),
        text: words.nullish().describe('what was found, where it is not met'),
        ownerId: z.uuid().nullish().describe("who puts it right; the team's lead when nobody is named"),
        dueOn: civilDay.nullish().describe('five working days from now when no day is named'),
      }),
    )
    .min(1)
    .max(50)
    .refine((items) => new Set(items.map((item) => item.code)).size === items.length, 'an item stands once'),
  note: words.nullish(),
});
export type Checklist = z.infer<typeof Checklist>;

export const Revisit = z
  .strictObject({
    taskId: z.uuid().nullish().describe('the re-visit task that is answered'),
    recordId: z.uuid().nullish().describe('the record that is looked into, where no task asked for it'),
    occurredAt: momentGiven,
    verdict: z.enum(['confirmed', 'refuted']),
    note: words.nullish().describe('required where it is refuted'),
  })
  .refine((body) => (body.taskId == null) !== (body.recordId == null), { path: ['recordId'] })
  .refine((body) => body.verdict === 'confirmed' || body.note != null, { path: ['note'] });
export type Revisit = z.infer<typeof Revisit>;

export const CheckReply = z.strictObject({ checkId: z.uuid(), findings: z.array(z.uuid()) });
export type CheckReply = z.infer<typeof CheckReply>;

export const PutRight = z.strictObject({ proof: words });
export type PutRight = z.infer<typeof PutRight>;
export const OfId = z.strictObject({ id: z.uuid() });

export const FindingQuery = PageQuery.extend({
  under: area.optional(),
  open: z.enum(['true', 'false']).optional(),
  after: z.uuid().optional().describe('where the page before ended: its `next`'),
}).strict();
export type FindingQuery = z.infer<typeof FindingQuery>;

export const FindingReply = z.strictObject({
  id: z.uuid(),
  checkId: z.uuid(),
  areaCode: area,
  code: z.string(),
  text: z.string(),
  ownerId: z.uuid(),
  dueOn: civilDay,
  taskId: z.uuid().nullable(),
  putRightAt: moment.nullable(),
  proof: z.string().nullable(),
});
export type FindingReply = z.infer<typeof FindingReply>;
export const FindingPage = pageSchema(FindingReply);

export const SummaryQuery = z.strictObject({
  under: area.optional(),
  from: civilDay.optional(),
  to: civilDay.optional(),
});
export type SummaryQuery = z.infer<typeof SummaryQuery>;
const verified = {
  visits: z.int().describe('stops at doors at which these records were made'),
  records: z.int().describe('that stand; each is verified, not yet checked or refuted'),
  verified: z.int(),
  unchecked: z.int(),
  refuted: z.int(),
};
export const Summary = z.strictObject({
  towns: z.array(z.strictObject({ areaCode: area, ...verified })),
  teams: z.array(z.strictObject({ areaCode: area, side: z.string().nullable(), ...verified })),
});
export type Summary = z.infer<typeof Summary>;

/** What can be asked about at the door, or seen in the village, when somebody goes there again. */
const revisited = [
  'policy_talk',
  'verification',
  'contract',
  'htn',
  't2dm',
  'broadcast',
  'referral_check',
] as const satisfies readonly RecordKind[];

/** What anybody may read of a round's rule before the draw. */
export const RoundRule = z
  .strictObject({
    kinds: z
      .array(z.enum(revisited))
      .min(1)
      .max(revisited.length)
      .refine((kinds) => new Set(kinds).size === kinds.length, 'a kind stands once')
      .describe('the kinds of record that are drawn from'),
    lot: z.enum(['team', 'town']),
    perLot: z.int().min(1).max(100).describe('records drawn from each lot, or all it has'),
    tolerable: z.number().min(0).max(1).default(0.05).describe('share of refuted visits that should pass'),
    intolerable: z.number().min(0).max(1).default(0.3).describe('share of refuted visits that should fail'),
    withinWorkdays: z.int().min(1).max(60).default(10).describe('working days for the re-visits'),
  })
  .refine((rule) => rule.tolerable < rule.intolerable, { path: ['intolerable'] });
export type RoundRule = z.infer<typeof RoundRule>;

export const NewRound = z.strictObject({
  campaignId: z.uuid().nullish(),
  areaCode: area,
  rule: RoundRule,
  periodFrom: civilDay,
  periodTo: civilDay,
});
export type NewRound = z.infer<typeof NewRound>;

export const Deciding = z.strictObject({ reason: words });

export const RoundQuery = PageQuery.extend({
  after: z.uuid().optional().describe('where the page before ended: its `next`'),
}).strict();
const RoundListed = z.strictObject({
  id: z.uuid(),
  campaignId: z.uuid().nullable(),
  areaCode: area,
  seedHash: z.string(),
  periodFrom: civilDay,
  periodTo: civilDay,
  stage: z.enum(roundStages),
});
export type RoundListed = z.infer<typeof RoundListed>;
export const RoundPage = pageSchema(RoundListed);

/** Everything a stranger needs to draw a round again; ids and codes only. docs/draws.md has the script. */
export const DrawReply = z.strictObject({
  id: z.uuid(),
  areaCode: area,
  periodFrom: civilDay,
  periodTo: civilDay,
  rule: RoundRule,
  method: z.strictObject({
    name: z.literal('lowest-sha256'),
    words: z.strictObject({ 'zh-CN': z.string(), en: z.string() }),
  }),
  seedHash: z.string().describe('sha256 of the seed, published before the period ends'),
  drawnAt: moment.nullable(),
  eligible: z.int().nullable().describe('how many records were drawn from'),
  eligibleHash: z.string().nullable().describe('sha256 of the lines `lot id`, sorted, with a newline between them'),
  drawn: z.int().nullable(),
  listed: z
    .boolean()
    .describe(
      'whether seed and list stand below: to supervisors, planners and bureaus from the draw, to all once answered',
    ),
  seed: z.string().nullable(),
  lots: z.array(z.strictObject({ lot: z.string(), eligible: z.array(z.uuid()), drawn: z.array(z.uuid()) })),
});
export type DrawReply = z.infer<typeof DrawReply>;

const plan = {
  accept: z.int().describe('c: the lot passes with at most this many refuted'),
  alpha: z.number().describe('α: the chance that a lot at the tolerable share fails'),
  beta: z.number().describe('β: the chance that a lot at the intolerable share passes'),
};
const lot = z.strictObject({
  lot: z.string(),
  checked: z.int().describe('n: re-visits that were made'),
  unanswered: z.int().describe('drawn, and never re-visited'),
  refuted: z.int(),
  ...plan,
  decision: z.enum(lotDecisions).describe(`not_enough: β is above ${BETA_BOUND}, so few refuted prove nothing`),
});
export type Lot = z.infer<typeof lot>;

export const RoundReply = z.strictObject({
  id: z.uuid(),
  campaignId: z.uuid().nullable(),
  areaCode: area,
  rule: RoundRule,
  seedHash: z.string().describe('sha256 of the seed, published before the period ends'),
  seed: z.string().nullable().describe('published with the draw'),
  periodFrom: civilDay,
  periodTo: civilDay,
  stage: z.enum(roundStages),
  stages: z.array(z.strictObject({ stage: z.enum(roundStages), at: moment, detail: z.unknown() })),
  samples: z.array(
    z.strictObject({ recordId: z.uuid(), areaCode: area, taskId: z.uuid().nullable(), answered: z.boolean() }),
  ),
  plan: z
    .strictObject({ n: z.int(), ...plan, enough: z.boolean().describe(`whether β is at most ${BETA_BOUND}`) })
    .describe('what a full lot can decide: published with the rule'),
  lots: z.array(lot).describe('what each lot decides, once every re-visit is answered'),
});
export type RoundReply = z.infer<typeof RoundReply>;

export const SignalQuery = z.strictObject({ campaign: z.uuid() });
export const CopiedReadings = z.strictObject({
  signals: z.array(
    z.strictObject({
      areaCode: area,
      side: z.string().nullable(),
      kind: z.enum(['same_day', 'consecutive']),
      fromOn: civilDay,
      toOn: civilDay,
      reading: z.string().describe('mmHg'),
      n: z.int().describe('people with this very reading'),
      of: z.int().describe('readings of the team it was found among'),
      bound: z.number().describe('at most how likely that is by chance; a question to the team, never a verdict'),
    }),
  ),
});
export type CopiedReadings = z.infer<typeof CopiedReadings>;

export const ClinicSeries = z.strictObject({
  campaignId: z.uuid().nullish(),
  areaCode: z.string().regex(/^\d{9}$/),
  villageCode: z
    .string()
    .regex(/^\d{12}$/)
    .nullish(),
  fromTime: z.string(),
  toTime: z.string(),
  place: z.string().min(1).max(100),
  everyDays: z.int().min(1).max(366),
  leadDays: z.int().min(0).max(90).describe('the session is held so many days after it is planned'),
  plannedBy: z.uuid(),
});
export const RoundSeries = z.strictObject({
  campaignId: z.uuid().nullish(),
  areaCode: area,
  rule: RoundRule,
  everyMonths: z.int().min(1).max(12),
  plannedBy: z.uuid(),
});
