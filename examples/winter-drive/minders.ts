// examples/winter-drive/minders.ts: the county's workflows without Temporal: the same sweeps and steps, in the order of story time, without the waiting.
import { lookAtSession, takeSessionStep } from '../../src/clinics/acts.ts';
import { courierSweep, type PostOffice } from '../../src/notices/courier.ts';
import { type SystemActor, systemActor } from '../../src/platform/actor.ts';
import type { Instant } from '../../src/platform/civil.ts';
import type { Keys } from '../../src/platform/crypto.ts';
import { sql, type Tx } from '../../src/platform/db.ts';
import { lookAtReferral, raiseAlarm } from '../../src/referrals/acts.ts';
import { sweepRegister } from '../../src/supervision/acts/register.ts';
import { sweepAgenda } from '../../src/tasks/sweep.ts';
import { inParallel } from './parallel.ts';

export interface Office extends PostOffice {
  readonly keys: Keys;
  readonly countyCode: string;
}

/** What a look comes to: when to look again, and whether to look again at once. */
interface Looked {
  readonly next: Instant | null;
  readonly more: boolean;
}

type Look = (tx: Tx, actor: SystemActor, key: string, asOf: Instant) => Promise<Looked>;

const AT_ONCE = 4; // sweeps of different areas: as many as keep two cores busy

export interface Minders {
  /** Looks at everything that falls due up to `until`, each at its own instant; what was woken is looked at at `from`. */
  run(from: Instant, until: Instant): Promise<void>;
}

/** Minds what wakes name, as the workflows would. A campaign's and a round's stages are the story's own to tell. */
export function minders(office: Office): Minders {
  const actor = systemActor(office.countyCode);
  const next = new Map<string, Instant>();
  const looks: Readonly<Record<string, Look>> = {
    agenda: sweepAgenda,
    register: (tx, system, _, asOf) => sweepRegister(tx, system, office.keys, asOf),
    async clinic(tx, system, id, asOf) {
      const { due, next } = await lookAtSession(tx, system, id, asOf);
      if (due !== null) await takeSessionStep(tx, system, id, asOf);
      return { next, more: due !== null };
    },
    async referral(tx, system, id, asOf) {
      const { due, next } = await lookAtReferral(tx, system, id, asOf);
      if (due !== null) await raiseAlarm(tx, system, id, due, asOf);
      return { next, more: due !== null };
    },
  };

  const look = async (id: string, asOf: Instant): Promise<Looked> => {
    const [kind = '', ...rest] = id.split('/');
    if (kind === 'courier') return courierSweep(office, rest[0] ?? '', rest[1] ?? '', asOf);
    const found = looks[kind];
    return found
      ? office.db.tx(actor, asOf, (tx) => found(tx, actor, rest.join('/'), asOf))
      : { next: null, more: false };
  };

  const mind = async (id: string, asOf: Instant): Promise<void> => {
    for (;;) {
      const looked = await look(id, asOf);
      if (looked.more) continue;
      if (looked.next === null) next.delete(id);
      else next.set(id, looked.next);
      return;
    }
  };

  const hear = async (asOf: Instant): Promise<void> => {
    const woken = await sql<{ id: string }>`delete from wake returning workflow_id as id`.execute(
      office.db.systemKysely,
    );
    for (const { id } of woken.rows) next.set(id, asOf);
  };

  return {
    async run(from, until) {
      await hear(from);
      for (;;) {
        const due = [...next]
          .map(([id, moment]) => ({ id, moment: moment < from ? from : moment }))
          .filter(({ moment }) => moment <= until);
        if (due.length === 0) return;
        // A digest is rendered from its morning's facts: the courier goes after whatever comes before it, alone.
        const others = due.filter(({ id }) => !id.startsWith('courier/'));
        const courier = due.find(({ id }) => id.startsWith('courier/'));
        const now = others.filter(({ moment }) => !courier || moment <= courier.moment);
        const turn = now.length > 0 ? now : courier ? [courier] : [];
        await inParallel(turn, AT_ONCE, ({ id, moment }) => mind(id, moment));
        await hear(turn.reduce((last, { moment }) => (moment > last ? moment : last), from));
      }
    },
  };
}
