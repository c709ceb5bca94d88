// test/chaos/facts.ts: everything a drive has come to, counted by SQL of the harness's own and told by natural keys.
import type { Ask } from './ask.ts';

/** One step of a task's ladder. */
export interface Rung {
  readonly task: string;
  readonly cycle: number;
  readonly level: number;
  readonly kind: string;
  readonly decidedOn: string;
}

/** One sentence of somebody's digest. */
export interface Line {
  readonly key: string;
  readonly task: string;
  readonly cycle: number;
  readonly level: number | null;
  /** The story's day on which it was written. */
  readonly writtenOn: string;
}

/** A task as its ladder sees it. */
export interface LadderTask {
  readonly task: string;
  readonly lateAfter: string;
  readonly grace: number;
  readonly ofDrive: boolean;
  readonly bornOn: string;
  readonly closedOn: string | null;
}

export interface Notice {
  readonly id: string;
  readonly key: string;
  readonly kind: string;
  readonly state: string;
}

export interface Facts {
  /** A sentence each for tasks, visits, records, judgements, referrals, stages …: the same in every run. */
  readonly told: readonly string[];
  readonly tasks: readonly LadderTask[];
  readonly rungs: readonly Rung[];
  readonly lines: readonly Line[];
  readonly notices: readonly Notice[];
  /** What must never be: a sentence each. */
  readonly faults: readonly string[];
}

const DAY = `at time zone 'Asia/Shanghai')::date::text`;
const sourceKeyOf = (id: string): string => `(select k.source_key from task k where k.id = ${id})`;

/** In each statement `t` is what is told; ids the database drew are replaced by what they stand for. */
const TOLD: readonly string[] = [
  `select concat_ws(' ', 'task', t.source_key, t.kind, t.subject, t.area_code, t.side, t.opens_on, t.due_on, t.grace, t.grace_until,
     'cycle', t.cycle, coalesce(t.duty_key, 'routine'), t.in_goal, t.released_at is not null, coalesce(t.close_reason, 'open'), t.closed_on,
     t.close_detail, t.closed_by) as told from task t`,
  `select concat_ws(' ', 'visit', t.id, t.area_code, t.household_id, t.account_id, t.filing, t.review_reason) as told from visit t`,
  `select concat_ws(' ', 'record', t.id, t.visit_id, t.kind, t.body, t.side, ${sourceKeyOf('t.task_id')}, t.filing) as told from record t`,
  `select concat_ws(' ', 'measured', t.record_id, t.kind, t.value, t.unit) as told from measurement t`,
  `select concat_ws(' ', 'judged', t.record_id, t.class, t.referral, t.next_due_on, t.next_kind, t.rule) as told from judgement t`,
  `select concat_ws(' ', 'confirmed', t.record_id, t.side, t.account_id) as told from confirmation t`,
  `select concat_ws(' ', 'contract', t.household_id, t.medical_on, t.cadre_on, t.medical_record_id) as told from contract t`,
  `select concat_ws(' ', 'asked', t.record_id, t.kind, t.decision) as told from change_request t`,
  `select concat_ws(' ', 'referred', r.record_id, r.kind, t.seq, t.kind) as told from referral_event t join referral r on r.id = t.referral_id`,
  `select concat_ws(' ', 'moved', ${sourceKeyOf('t.task_id')}, t.from_due, t.to_due, t.reason) as told from task_move t`,
  `select concat_ws(' ', 'stage', t.campaign_id, t.seq, t.stage) as told from campaign_stage t`,
  `select concat_ws(' ', 'alarm', r.record_id, t.params ->> 'step') as told from notice t join referral r on r.id::text = t.subject_id where t.kind = 'urgent'`,
];

const FAULTS: readonly string[] = [
  // The chain, recomputed: each entry's hash over the one before it, no entry left out, the head at the end.
  `select 'audit entry ' || l.seq || ' does not fit' as fault
     from (select seq, entry_id, hash, lag(hash) over w as before, lag(seq) over w as seq_before from audit_link window w as (order by seq)) l
     left join audit_entry e on e.id = l.entry_id
     where e.id is null or l.seq <> coalesce(l.seq_before, 0) + 1 or l.hash is distinct from sha256(coalesce(l.before, sha256('')) || convert_to(
       jsonb_build_array(e.county_code, e.id, extract(epoch from e.at), e.account_id, e.act, e.subject, e.detail)::text, 'UTF8'))`,
  `select 'audit entry ' || id || ' is not in the chain' as fault from audit_entry where id not in (select entry_id from audit_link)`,
  `select 'the head of the chain is not its end' as fault from audit_head
     where not exists (select from audit_link l where l.seq = audit_head.seq and l.hash = audit_head.hash)
       or seq < (select max(seq) from audit_link)`,
  `select 'a step after the end of task ' || t.source_key as fault from escalation e join task t on t.id = e.task_id where e.at > t.closed_at`,
  `select 'line ' || l.key || ' is in ' || coalesce(n.kind || ' of somebody else', 'no envelope') as fault from notice_line l
     join notice n on n.id = l.notice_id where n.kind <> 'digest' or n.account_id <> l.account_id`,
  `select 'line ' || l.key || ' was told by a notice that is ' || n.state as fault from notice_line l join notice n on n.id = l.notice_id
     where l.fate = 'told' and n.state not in ('sent', 'unknown')`,
  `select 'line ' || l.key || ' waits with no envelope to come' as fault from notice_line l where l.notice_id is null
     and not exists (select from notice n where n.kind = 'digest' and n.account_id = l.account_id and n.state = 'due')`,
  `select 'two digests on ' || min(d.started_at) || ' to ' || n.account_id as fault from delivery d join notice n on n.id = d.notice_id
     where n.kind = 'digest' and d.outcome in ('sent', 'unknown')
     group by n.account_id, (d.started_at at time zone 'Asia/Shanghai')::date having count(*) > 1`,
  `select 'notice ' || key || ' is ' || state as fault from notice where state in ('sending', 'dead')`,
  `select 'wake of ' || workflow_id || ' was never carried' as fault from wake`,
];

export async function factsOf(ask: Ask): Promise<Facts> {
  const every = async <Row extends Record<string, unknown>>(statements: readonly string[]): Promise<Row[]> => {
    const found: Row[] = [];
    for (const statement of statements) found.push(...(await ask<Row>(statement)));
    return found;
  };
  const told = (await every<{ told: string }>(TOLD)).map((row) => row.told);
  return {
    told: told.sort(),
    faults: (await every<{ fault: string }>(FAULTS)).map((row) => row.fault),
    tasks:
      await ask(`select source_key as task, coalesce(grace_until, due_on)::text as "lateAfter", grace, campaign_id is not null as "ofDrive",
         (created_at ${DAY} as "bornOn", (closed_at ${DAY} as "closedOn" from task where bounded_until is null order by 1`),
    rungs: await ask(`select t.source_key as task, e.cycle, e.level, e.kind, e.decided_on::text as "decidedOn"
         from escalation e join task t on t.id = e.task_id order by 1, 2, 3`),
    lines:
      await ask(`select replace(l.key, l.task_id::text, t.source_key) as key, t.source_key as task, l.cycle, l.level, (l.created_at ${DAY} as "writtenOn"
         from notice_line l join task t on t.id = l.task_id order by 1`),
    notices: await ask(`select id::text, key, kind, state from notice order by key`),
  };
}
