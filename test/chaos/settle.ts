// test/chaos/settle.ts: the state a drive waits for between two instants: everything that should look at the facts has done so since it was last woken.
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowService } from '@temporalio/client';
import type { Ask } from './ask.ts';
import type { Stack } from './stack.ts';

type Answer = Awaited<ReturnType<WorkflowService['getWorkflowExecutionHistoryReverse']>>;
type Event = NonNullable<NonNullable<Answer['history']>['events']>[number];

const BOUND = 240_000; // ms: a sweep that died with its worker is given up after a minute, and tried again
const PAUSE = 400; // ms between two looks: five drives look at some ten histories each
const PAGE = 80; // events: more than a workflow makes between two looks

/** Which workflows the facts call for, by SQL of the harness's own. */
export async function called(ask: Ask): Promise<string[]> {
  const found = await ask<{ id: string }>(
    `with ended as (
       select campaign_id::text as id from campaign_stage where stage in ('closed', 'cancelled')
       union all select referral_id::text from referral_event where kind in ('outcome', 'stood_down'))
     select distinct 'agenda/' || area_code as id from task where closed_at is null
     union select distinct 'agenda/' || area_code from notice_line where notice_id is null
     union select 'campaign/' || id from campaign where id::text not in (select id from ended)
     union select 'referral/' || id from referral where id::text not in (select id from ended)
     union select kind || code || rest from division
       cross join (values ('courier/', '/email'), ('register/', '')) as v(kind, rest) where level = 'county'
     order by 1`,
  );
  return found.map(({ id }) => id);
}

/** What a workflow's history says of it. */
interface Standing {
  /** It has looked since it was last started or woken, with success, and nothing is on its way. */
  readonly rests: boolean;
  readonly open: boolean;
  readonly events: number;
}

export async function standingOf(stack: Stack, workflowId: string): Promise<Standing> {
  const { history } = await stack.client.withDeadline(Date.now() + 5_000, () =>
    stack.client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: 'default',
      execution: { workflowId },
      maximumPageSize: PAGE,
    }),
  );
  return standing((history?.events ?? []).toReversed());
}

function standing(events: readonly Event[]): Standing {
  let woken = 0;
  let looked = 0;
  let thinking = true;
  let open = true;
  const underWay = new Set<number>();
  const end = (scheduled: unknown): number => {
    underWay.delete(Number(scheduled));
    return Number(scheduled);
  };
  for (const event of events) {
    const id = Number(event.eventId);
    const ended = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
    if (event.workflowExecutionStartedEventAttributes || event.workflowExecutionSignaledEventAttributes) woken = id;
    if (event.workflowTaskScheduledEventAttributes) thinking = true;
    if (event.workflowTaskCompletedEventAttributes) thinking = false;
    if (event.activityTaskScheduledEventAttributes) underWay.add(id);
    if (ended) end(ended.scheduledEventId);
    if (event.activityTaskCompletedEventAttributes)
      looked = Math.max(looked, end(event.activityTaskCompletedEventAttributes.scheduledEventId));
    if (event.workflowExecutionCompletedEventAttributes) open = false;
  }
  const last = Number(events.at(-1)?.eventId ?? 0);
  return { rests: last > 0 && !thinking && underWay.size === 0 && looked > woken, open, events: last };
}

/**
 * Waits until every workflow that the facts call for rests.
 * @param of only those for which it holds: the couriers hear of a morning's lines later.
 * @throws Error naming those that do not.
 */
export async function settled(stack: Stack, of: (id: string) => boolean = () => true): Promise<void> {
  let before = -1;
  let restless: readonly string[] = [];
  for (const until = performance.now() + BOUND; performance.now() < until; await sleep(PAUSE)) {
    const ids = (await called(stack.ask)).filter(of);
    const found = await Promise.all(
      ids.map(async (id) => ({ id, standing: await standingOf(stack, id).catch(() => null) })),
    );
    restless = found.filter((one) => !one.standing?.rests).map(({ id }) => id);
    const [wakes] = await stack.ask<{ n: number }>('select count(*)::int as n from wake');
    const unheard = of('courier/') ? (wakes?.n ?? 0) : 0;
    // Whoever rested when first asked may have been woken by one who did not rest yet: two looks alike, no wake between.
    const events = found.reduce((sum, one) => sum + (one.standing?.events ?? 0), 0);
    if (restless.length === 0 && unheard === 0 && events === before) return;
    before = restless.length === 0 && unheard === 0 ? events : -1;
  }
  throw new Error(
    `still at it after ${BOUND / 1000} s in ${stack.dir}: ${restless.join(', ')}\n${stack.log.join('\n')}`,
  );
}
