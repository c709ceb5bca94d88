// src/visits/schema.ts: what a phone sends of one stop at a door. Well-formed is all it must be: what is odd is judged or reviewed, never refused.
import * as z from 'zod';
import { HtnRecord, T2dmRecord } from '../followups/schema.ts';
import { civilDay, momentGiven } from '../platform/http/forms.ts';
import { PageQuery, pageSchema } from '../platform/http/page.ts';

const uuid = z.uuid().toLowerCase(); // as PostgreSQL writes them: some phones send capitals
const note = z.string().max(500).optional();

/** Fields a newer phone may add are kept with the record, not refused. */
const bodies = {
  policy_talk: z.looseObject({
    listenerId: uuid.optional().describe('the adult who listened'),
    understood: z.enum(['said', 'partly', 'not']).describe('said: could say it back'),
    handbook: z.boolean().optional().describe('the handbook was left'),
  }),
  verification: z.looseObject({
    lines: z
      .array(z.looseObject({ item: z.enum(['illness', 'treatment', 'reimbursement']), ok: z.boolean(), note }))
      .max(50),
  }),
  contract: z.looseObject({ signedById: uuid.optional() }),
  // The day of the visit is the day of arrival; the register knows the age where the record does not.
  htn: z.looseObject({ ...HtnRecord.shape, visitedOn: HtnRecord.shape.visitedOn.optional() }),
  t2dm: z.looseObject({ ...T2dmRecord.shape, visitedOn: T2dmRecord.shape.visitedOn.optional() }),
  broadcast: z.looseObject({ place: z.string().min(1).max(200), on: civilDay, proof: z.enum(['photo', 'recording']) }),
  training: z.looseObject({ attended: z.boolean() }),
  referral_check: z.looseObject({ arrived: z.boolean(), outcome: note }),
  not_met: z.looseObject({
    reason: z.enum(['no_answer', 'away', 'refused', 'in_hospital', 'died', 'moved_out', 'unknown_person']),
    backOn: civilDay.optional().describe('the first day home again'),
    awayAgainOn: civilDay.optional().describe('the day of leaving again'),
    occurredOn: civilDay.optional().describe('the day of the death or the move, where known'),
    wholeHousehold: z
      .boolean()
      .optional()
      .describe('everybody of the household has left, or nobody knows it; otherwise the person is named'),
  }),
} as const;
export type RecordKind = keyof typeof bodies;

const common = {
  id: uuid.describe('minted on the device'),
  taskId: uuid.optional().describe('the task it was done for; found by its subject when absent'),
  personId: uuid.optional(),
  enrolmentId: uuid.optional(),
  singleSideReason: z.string().min(1).max(200).optional().describe('why one side did a joint duty alone'),
  supersedes: uuid.optional().describe('the record this one corrects'),
};
const recordOf = <K extends RecordKind>(kind: K) => z.object({ ...common, kind: z.literal(kind), body: bodies[kind] });

export const NewRecord = z.discriminatedUnion('kind', [
  recordOf('policy_talk'),
  recordOf('verification'),
  recordOf('contract'),
  recordOf('htn'),
  recordOf('t2dm'),
  recordOf('broadcast'),
  recordOf('training'),
  recordOf('referral_check'),
  recordOf('not_met'),
]);
export type NewRecord = z.infer<typeof NewRecord>;

export const NewVisit = z
  .object({
    id: uuid.describe('minted on the device: sent again, the same visit gets the same receipt'),
    areaCode: z.string().regex(/^\d{6}(\d{3}){0,2}$/),
    householdId: uuid.optional(),
    arrivedAt: momentGiven,
    leftAt: momentGiven.optional(),
    present: z.array(uuid).max(50).default([]).describe('people of the household who were there'),
    partnerId: uuid
      .optional()
      .describe('the account of the other team’s member who came along; she confirms for herself'),
    deviceId: uuid.optional(),
    place: z
      .object({
        lat: z.number().min(-90).max(90),
        lon: z.number().min(-180).max(180),
        accuracyM: z.number().min(0).optional(),
      })
      .optional(),
    oldestUnsentAt: momentGiven.optional().describe('when the oldest record still on the phone was made'),
    records: z.array(NewRecord).max(100),
  })
  .refine((visit) => new Set(visit.records.map(({ id }) => id)).size === visit.records.length, {
    path: ['records'],
    message: 'two records with one id',
  });
export type NewVisit = z.infer<typeof NewVisit>;

export const reviewReasons = [
  'closed_task',
  'closed_campaign',
  'moved_away',
  'other_area',
  'other_door',
  'not_in_post',
  'second_record',
  'same_id_other_body',
  'clock_suspect',
  'unknown_subject',
  'impossible_day',
] as const;
export type ReviewReason = (typeof reviewReasons)[number];

const Filed = { filing: z.enum(['accepted', 'review']), reason: z.enum(reviewReasons).nullable() };

export const JudgementReceipt = z.object({
  class: z.string(),
  /** `urgent`, `ordinary` or null. */
  referral: z.string().nullable(),
  referralId: uuid.nullable(),
  nextDueOn: civilDay.nullable(),
  nextKind: z.string().nullable(),
  /** The last working day by then: the day to suggest. The due date itself never moves. */
  suggestedOn: civilDay.nullable(),
  /** Codes, in the order in which they are done. */
  steps: z.array(z.string()),
  rule: z.string(),
  source: z.string(),
  grade: z.string(),
  /** What a reading may be, where it could not be one. */
  faults: z.array(
    z.object({
      field: z.string(),
      code: z.string(),
      low: z.number(),
      high: z.number(),
      suggestion: z.number().optional(),
    }),
  ),
});
export type JudgementReceipt = z.infer<typeof JudgementReceipt>;

export const RecordReceipt = z.object({
  id: uuid,
  ...Filed,
  /** The tasks it closed. */
  closed: z.array(uuid),
  judgement: JudgementReceipt.nullable(),
});
export type RecordReceipt = z.infer<typeof RecordReceipt>;

export const VisitReceipt = z.object({ id: uuid, ...Filed, records: z.array(RecordReceipt) });
export type VisitReceipt = z.infer<typeof VisitReceipt>;

const areaCode = z.string().regex(/^\d{6}(\d{3}){0,2}$/);
export const OutageForm = z.strictObject({
  areaCode,
  fromOn: civilDay,
  toOn: civilDay.describe('its last day'),
  reason: z.string().trim().min(1).max(200),
});
export const OutageReply = z.object({
  id: uuid,
  areaCode: z.string(),
  fromOn: civilDay,
  toOn: civilDay,
  reason: z.string(),
  declaredBy: uuid,
  declaredAt: z.string(),
});
export const OutageQuery = PageQuery.extend({ area: areaCode });
export const OutagePage = pageSchema(OutageReply);
