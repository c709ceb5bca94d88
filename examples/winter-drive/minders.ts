// examples/winter-drive/minders.ts: the county's workflows without Temporal: the same sweeps and steps, in the order of story time, without the waiting.
import { lookAtSession, takeSessionStep } from '../../src/clinics/acts.ts';
import { courierSweep, type PostOffice } from '../../src/notices/courier.ts';
import { type SystemActor, systemActor } from '../../src/platform/actor.ts';
import { type Instant, plusMinutes } from '../../src/platform/civil.ts';
import type { Keys } from '../../src/platform/crypto.ts';
import { sql, type Tx } from '../../src/platform/db.ts';
import { lookAtReferral, raiseAlarm } from '../../src/referrals/acts.ts';
import { sweepRegister } from '../../src/supervision/acts/register.ts';
import { lookAtRound, takeRoundStep } from '../../src/supervision/acts/rounds.ts';
import { sweepAgenda } from '../../src/tasks/sweep.ts';
import { inParallel } from './parallel.ts';
import type { Minding } from './timeline.ts';

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

/** Minds what wakes name, as the workflows would. A campaign's stages are the story's own to tell. */
export function minders(office: Office): Minding {
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
    async round(tx, system, id, asOf) {
      const { due, next } = await lookAtRound(tx, system, id, asOf);
      if (due !== null) await takeRoundStep(tx, system, office.keys, id, asOf);
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
    alone: true,
    due: () =>
      [...next.values()].reduce<Instant | null>((least, one) => (least !== null && least < one ? least : one), null),
    async pass(from, until) {
      await hear(from);
      for (;;) {
        const due = [...next]
          .map(([id, moment]) => ({ id, moment: moment < from ? from : moment }))
          .filter(({ moment }) => moment <= until)
          .sort(inTurn);
        const [first] = due;
        if (!first) return;
        // Areas that fall due within one minute are swept beside each other, at its end; everything else at its own moment.
        const other = due.find(({ id }) => !isAgenda(id));
        const bounds = [plusMinutes(first.moment, 1), until, ...(other ? [other.moment] : [])];
        const asOf = isAgenda(first.id) ? bounds.reduce((least, one) => (one < least ? one : least)) : first.moment;
        const turn = isAgenda(first.id) ? due.filter(({ id, moment }) => isAgenda(id) && moment <= asOf) : [first];
        await inParallel(turn, AT_ONCE, ({ id }) => mind(id, asOf));
        await hear(asOf);
      }
    },
  };
}

const isAgenda = (id: string): boolean => id.startsWith('agenda/');
const isCourier = (id: string): boolean => id.startsWith('courier/');

interface Due {
  readonly id: string;
  readonly moment: Instant;
}

/** By time; of two at one moment the courier goes last: a digest is rendered from its morning's facts. */
const inTurn = (a: Due, b: Due): number =>
  a.moment < b.moment ? -1 : a.moment > b.moment ? 1 : Number(isCourier(a.id)) - Number(isCourier(b.id));
