// test/scenarios/winter-drive/third-count.ts: a drive's escalations counted a third time, morning by morning, from plain rows and the rules of the design alone: no code and no query of the product.
import pg from 'pg';

type Day = string; // YYYY-MM-DD, and instants as PostgreSQL prints them in UTC: both compare as text
type Row = Readonly<Record<string, string | null>>;

const TABLES = [
  'task',
  'task_move',
  'duty',
  'hold',
  'presence',
  'person',
  'change_request',
  'acknowledgement',
  'campaign_stage',
  'device',
  'duty_roster',
  'team',
  'team_member',
  'role_grant',
  'leave',
  'account',
] as const;
type Tables = Readonly<Record<(typeof TABLES)[number], readonly Row[]>>;

interface Reached {
  readonly cycle: string;
  readonly level: number;
  readonly morning: Day;
}

const AFTER = [1, 2, 5]; // late days past the grace: the lead, the town's supervisors, the county's
const BEFORE_SWEEPS = '07:30'; // nothing is recorded in the story while the areas are swept
const ADULT = 18; // years

/** A drive watched from outside, evening after evening. */
export class ThirdCount {
  readonly #pool: pg.Pool;
  readonly #worked = new Map<Day, boolean>();
  readonly #reached = new Map<string, Reached>();
  readonly #takenUp = new Map<string, string>();
  readonly #found: string[] = [];
  #before: Tables | null = null;

  constructor(databaseUrl: string) {
    this.#pool = new pg.Pool({
      connectionString: databaseUrl,
      max: 1,
      options: '-c timezone=UTC',
      types: { getTypeParser: () => (printed: string) => printed },
    });
  }

  /** To be called late on each day: counts what that morning's sweeps owed, from what stood before them. */
  async evening(day: Day): Promise<void> {
    if (this.#worked.size === 0)
      for (const row of await this.#rows('calendar_day')) this.#worked.set(text(row.day), row.workday === 't');
    const tonight: Tables = Object.fromEntries(
      await Promise.all(TABLES.map(async (table) => [table, await this.#rows(table)])),
    );
    if (this.#before) {
      const sweeps = instantOf(day, BEFORE_SWEEPS);
      const facts = asOf(sweeps, this.#before, tonight);
      this.#takeUp(facts, plusDays(day, -1));
      for (const task of facts.task) this.#climb(task, facts, day);
      this.#takeUp(tonight, day, sweeps);
    }
    this.#before = tonight;
  }

  /** One line a step: morning, task, cycle and level, kind. */
  get expected(): readonly string[] {
    return this.#found.toSorted();
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #rows(table: string): Promise<Row[]> {
    return (await this.#pool.query<Row>(`select * from ${table}`)).rows;
  }

  /** What a closed drive hands back to routine after a morning's sweeps is swept at once: the last worked morning is taken up. */
  #takeUp(facts: Tables, day: Day, after = instantOf(day, BEFORE_SWEEPS)): void {
    let morning = day;
    while (!this.#worked.get(morning)) morning = plusDays(morning, -1);
    for (const task of facts.task) {
      const released = text(task.released_at);
      if (released > after && dayOf(released) >= day && this.#takenUp.get(text(task.id)) !== released) {
        this.#takenUp.set(text(task.id), released);
        this.#climb(task, facts, morning);
      }
    }
  }

  #climb(task: Row, facts: Tables, day: Day): void {
    const id = text(task.id);
    const bounded = task.bounded_until;
    if (task.closed_at || !(bounded || this.#worked.get(day)) || !isMinded(task, facts)) return;

    const stopped = clockStops(task, facts);
    if (stopped(day)) return;
    const promises = facts.acknowledgement.filter((row) => row.task_id === id && row.cycle === task.cycle);
    if (promises.some((row) => text(row.promised_on) >= day)) return;

    const between = (after: Day, through: Day): number => {
      let mornings = 0;
      for (let d = plusDays(after, 1); d <= through; d = plusDays(d, 1))
        if ((bounded || this.#worked.get(d)) && !stopped(d)) mornings++;
      return mornings;
    };
    const start = task.grace_until ?? text(task.due_on);
    let limits = AFTER.map((after) => Number(task.grace) + after);
    if (bounded) {
      // The last escalation comes before that person leaves: those below it make room, a morning each.
      const mornings = between(start, plusDays(bounded, -1));
      limits = limits.map((limit, n) => Math.max(n + 1, Math.min(limit, mornings - (limits.length - 1 - n))));
    }

    const before = this.#reached.get(id);
    const top = before?.cycle === task.cycle ? before : undefined;
    if (before?.morning === day) return; // at most one step a task a morning
    const next = limits[top?.level ?? 0];
    if (next === undefined || between(start, day) < next) return;
    if (top && between(top.morning, day) < Math.max(1, next - (limits[top.level - 1] ?? 0))) return;

    for (let level = (top?.level ?? 0) + 1; level <= limits.length; level++) {
      const somebody = peopleAt(level, task, facts, day).some((account) => isReachable(account, facts, day));
      const silent = level >= 2 && horizonOf(text(task.area_code), facts, day) < text(task.due_on);
      this.#found.push(`${day} ${id} ${task.cycle}/${level} ${somebody ? (silent ? 'no_word' : 'told') : 'skipped'}`);
      this.#reached.set(id, { cycle: text(task.cycle), level, morning: day });
      if (somebody) return;
    }
  }
}

/** The rows as they stood at an instant: tasks and phones as the evening before left them, the rest by its moment of record. */
function asOf(at: string, before: Tables, tonight: Tables): Tables {
  const until = (moment: string) => (row: Row) => (row[moment] ?? '9') <= at;
  const later =
    (moment: string, ...fields: string[]) =>
    (row: Row): Row =>
      (row[moment] ?? '') > at
        ? { ...row, ...Object.fromEntries([moment, ...fields].map((field) => [field, null])) }
        : row;
  const now = new Map(tonight.task.map((row) => [row.id, row]));
  // What the night closed or a drive let go before the sweeps is closed or let go; the rest of a task is the evening's.
  const byThen = (row: Row, moment: 'released_at' | 'closed_at'): string | null => {
    const value = now.get(text(row.id))?.[moment] ?? null;
    return value !== null && value <= at ? value : (row[moment] ?? null);
  };
  return {
    ...before,
    task: before.task.map((row) => ({
      ...row,
      released_at: byThen(row, 'released_at'),
      closed_at: byThen(row, 'closed_at'),
    })),
    hold: tonight.hold.filter(until('approved_at')).map(later('lifted_at', 'lifted_on')),
    change_request: tonight.change_request.filter(until('requested_at')).map(later('decided_at', 'decision')),
    presence: tonight.presence.filter(until('recorded_at')),
    acknowledgement: tonight.acknowledgement.filter(until('at')),
    campaign_stage: tonight.campaign_stage.filter(until('at')),
    leave: tonight.leave.map(later('consented_at')),
  };
}

/** Routine always; a drive's task while its drive runs and has not let it go. */
function isMinded(task: Row, facts: Tables): boolean {
  if (!task.campaign_id || task.released_at) return true;
  const stages = facts.campaign_stage.filter((row) => row.campaign_id === task.campaign_id);
  return stages.toSorted((a, b) => Number(b.seq) - Number(a.seq))[0]?.stage === 'running';
}

/** The days that do not count against a task: held, known to be away, or waiting for a decision on whether it is owed at all. */
function clockStops(task: Row, facts: Tables): (day: Day) => boolean {
  const holds = facts.hold.filter(
    (row) =>
      row.task_id === task.id ||
      (row.household_id && row.household_id === task.household_id) ||
      row.village_code === task.area_code ||
      (row.campaign_id && row.campaign_id === task.campaign_id) ||
      (row.team_id && row.team_id === owingTeam(task, facts)),
  );
  const decisions = facts.change_request.filter((row) =>
    row.whole_household === 't' ? row.household_id === task.household_id : row.person_id === task.person_id,
  );
  return (day) =>
    holds.some(
      (row) => text(row.from_on) <= day && day <= text(row.to_on) && (!row.lifted_on || day < row.lifted_on),
    ) ||
    decisions.some((row) => dayOf(text(row.requested_at)) <= day && (!row.decided_at || day < dayOf(row.decided_at))) ||
    isAway(task, facts, day);
}

/** Somebody known to be away until a day; a household when every adult of it is. */
function isAway(task: Row, facts: Tables, day: Day): boolean {
  const away = (person: string | null | undefined) =>
    facts.presence.some(
      (row) =>
        row.person_id === person &&
        row.place === 'away' &&
        text(row.from_on) <= day &&
        row.to_on !== null &&
        day <= text(row.to_on),
    );
  if (task.person_id) return away(task.person_id);
  if (!task.household_id) return false;
  const adults = facts.person.filter(
    (row) =>
      row.household_id === task.household_id &&
      !row.died_on &&
      !row.moved_out_on &&
      `${Number(text(row.born_on).slice(0, 4)) + ADULT}${text(row.born_on).slice(4)}` <= day,
  );
  return adults.length > 0 && adults.every((row) => away(row.id));
}

function owingTeam(task: Row, facts: Tables): string | null {
  if (task.team_id) return task.team_id;
  const team = facts.team.find((row) => row.area_code === task.area_code && row.side === task.side && !row.to_on);
  return team?.id ?? null;
}

/** Who is told at a level: the leads of the owing side, the town's supervisors, the county's. */
function peopleAt(level: number, task: Row, facts: Tables, day: Day): (string | null)[] {
  const during = (row: Row) => text(row.from_on) <= day && (!row.to_on || day <= row.to_on);
  if (level > 1) {
    const area = text(task.area_code).slice(0, level === 2 ? 9 : 6);
    const length = level === 2 ? 9 : 6;
    const told = facts.role_grant.filter(
      (row) => row.role === 'supervisor' && row.area_code === area && area.length === length && during(row),
    );
    return told.map((row) => row.account_id ?? null);
  }
  const joint = facts.duty.some(
    (row) => row.campaign_id === task.campaign_id && row.key === task.duty_key && row.side === 'joint',
  );
  const sides = joint || task.side === 'either' ? ['medical', 'cadre'] : [task.side];
  const teams = facts.team.filter((row) =>
    task.team_id
      ? row.id === task.team_id
      : row.area_code === task.area_code && sides.includes(row.side ?? null) && (!row.to_on || day <= row.to_on),
  );
  return facts.team_member
    .filter((row) => row.role === 'lead' && teams.some((team) => team.id === row.team_id) && during(row))
    .map((row) => row.account_id ?? null);
}

/** An account in use with an address, or, while its owner is on leave, that of who agreed to stand in. */
function isReachable(account: string | null, facts: Tables, day: Day, stoodIn = false): boolean {
  const leave = facts.leave.find(
    (row) => row.account_id === account && row.consented_at && text(row.from_on) <= day && day <= text(row.to_on),
  );
  if (leave) return !stoodIn && isReachable(leave.substitute_id ?? null, facts, day, true);
  return facts.account.some((row) => row.id === account && !row.disabled_at && Boolean(row.email));
}

/** The last whole day of which every phone of the area has sent everything; the end of time where there is none. */
function horizonOf(area: string, facts: Tables, day: Day): Day {
  const inPost = (phone: Row) =>
    facts.team_member.some(
      (row) =>
        row.account_id === phone.account_id &&
        row.area_code === area &&
        text(row.from_on) <= day &&
        (!row.to_on || day <= row.to_on),
    );
  const heard = facts.device
    .filter((row) => row.area_code === area && !row.retired_at && inPost(row))
    .flatMap((row) => [row.heard_at, row.oldest_unsent_at])
    .filter((moment) => typeof moment === 'string');
  return heard.map((moment) => plusDays(dayOf(moment), -1)).toSorted()[0] ?? '9999';
}

const text = (value: string | null | undefined): string => value ?? '';

function plusDays(day: Day, days: number): Day {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The county's date of an instant, eight hours ahead of UTC. */
function dayOf(instant: string): Day {
  return new Date(Date.parse(`${instant.replace(' ', 'T').replace('+00', '')}Z`) + 8 * 3_600_000)
    .toISOString()
    .slice(0, 10);
}

/** As PostgreSQL prints it in UTC. */
function instantOf(day: Day, time: string): string {
  return new Date(Date.parse(`${day}T${time}:00+08:00`)).toISOString().replace('T', ' ').slice(0, 19);
}
