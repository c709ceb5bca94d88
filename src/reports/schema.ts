// src/reports/schema.ts: what the report doors answer.
import * as z from 'zod';
import { civilDay as day } from '../platform/http/forms.ts';
import { PageQuery, pageSchema } from '../platform/http/page.ts';
import { goalStates } from './rules/goal.ts';

const count = z.number().int().min(0);
const figure = z.number().nullable();
const percent = z.number().min(0).max(100).nullable();
const columns = {
  verified: count.describe('re-checked and right'),
  unchecked: count.describe('not yet checked'),
  refuted: count.describe('re-checked and refuted'),
};

const lateEntry = count.describe('补录: of those done, recorded too late to be believed in time');

const clock = z.object({
  day: count,
  days: count,
  workdays: count,
  daysLost: count,
  workdaysLost: count,
  daysLeft: count.describe('from the launch to the window’s end'),
  workdaysLeft: count,
  daysSince: count,
  workdaysSince: count,
  daysAhead: count,
  workdaysAhead: count,
});

export const rungReply = z.object({
  level: count.describe('0: nobody told yet'),
  tasks: count,
  late: count.describe('past due, inside its grace'),
  overdue: count.describe('past its grace'),
});

export const progressReply = z.object({
  campaignId: z.uuid(),
  key: z.string(),
  name: z.string(),
  stage: z.enum(['draft', 'submitted', 'approved', 'ready', 'running', 'paused', 'closing', 'closed', 'cancelled']),
  window: z.object({ from: day, to: day }),
  launchedOn: day,
  today: day,
  clock,
  counted: z.enum(['household', 'person']).nullable(),
  total: count,
  seen: count,
  ...columns,
  lateEntry: lateEntry,
  credited: count.describe('seen in the window before the launch, and not since'),
  planned: count.describe('the line of the whole county; it does not depend on due dates'),
  pace: figure.describe('a working day, by the end of yesterday'),
  slowest: figure,
  fastest: figure,
  forecast: figure,
  forecastLow: figure,
  forecastHigh: figure,
  shortfall: figure,
  paceNeeded: figure,
  paceChange: figure,
  finishOn: day.nullable(),
  finishEarliest: day.nullable(),
  finishLatest: day.nullable(),
  towns: z.array(
    z.object({
      town: z.string(),
      name: z.string(),
      total: count,
      seen: count,
      percent: percent.describe('seen of total, as it is printed'),
      ...columns,
      lateEntry,
      credited: count,
      forecast: figure.describe('capped at the town’s total'),
      shortfall: figure,
    }),
  ),
  days: z.array(z.object({ day, planned: count, seen: count.nullable() })),
  duties: z.array(
    z.object({
      key: z.string(),
      title: z.string(),
      clause: z.string(),
      tasks: count.describe('what the goals count'),
      next: count.describe('tasks that followed from what was found: minded, in no goal'),
      states: z.record(z.string(), count),
      ...columns,
      singleSide: count.describe('subjects for which one side alone did what both owe'),
    }),
  ),
  late: z.array(rungReply),
});

export const goalsReply = z.object({
  goals: z.array(
    z.object({
      key: z.string(),
      title: z.string(),
      clause: z.string(),
      of: z.string(),
      numerator: count.nullable().describe('null: not measured yet'),
      denominator: count.nullable(),
      refuted: count.describe('of the numerator; they do not bring the goal nearer'),
      lateEntry,
      percent: percent.describe('as it is printed: rounded, but never onto 0, 100 or the goal where it is not there'),
      atLeast: z.number(),
      by: day,
      state: z.enum(goalStates),
      bound: z.object({ low: z.number(), high: z.number() }).nullable().describe('95 %, as printed percentages'),
    }),
  ),
});

export const lateQuery = PageQuery.extend({ level: z.coerce.number().int().min(0).optional() });
export const lateReply = pageSchema(
  z.object({
    id: z.uuid(),
    duty: z.string().nullable(),
    kind: z.string(),
    side: z.string(),
    areaCode: z.string(),
    householdId: z.uuid().nullable(),
    registerNo: z.string().nullable(),
    dueOn: day,
    state: z.enum(['late', 'overdue']).describe('late: past due, inside its grace; overdue: past its grace'),
    lateDays: count.describe('working days past due and grace on which its clock did not stand'),
    level: count,
    noWordSince: day.nullable().describe('the area has sent nothing since this day: call before you accuse'),
  }),
);

export const reportReply = z.object({
  sealed: z.boolean(),
  hash: z.string().nullable().describe('sha256 of the canonical report'),
  report: z.record(z.string(), z.unknown()),
});
