// examples/winter-drive/plan.ts: from the notice to the launch: the draft, two bureaus' approvals, training, clinics, the gate with its waivers.
import { readFile } from 'node:fs/promises';
import { approveCampaign, draftCampaign, submitCampaign } from '../../src/campaigns/acts/draft.ts';
import { campaignReadiness, requestLaunch, waiveCheck } from '../../src/campaigns/acts/launch.ts';
import { planSession, staffSession } from '../../src/clinics/acts.ts';
import type { Calendar } from '../../src/places/rules.ts';
import { type Actor, systemActor } from '../../src/platform/actor.ts';
import { at, type CivilDate, type Instant } from '../../src/platform/civil.ts';
import { rows, sql, type Tx } from '../../src/platform/db.ts';
import { recordVisit } from '../../src/visits/acts.ts';
import type { Cast } from './cast.ts';
import { chance, storyId } from './chance.ts';
import { COUNTY } from './county.ts';
import { LAUNCH, WINDOW_TO } from './field-work.ts';
import type { Office } from './minders.ts';
import { inParallel } from './parallel.ts';

const FILE = new URL('./campaign.yaml', import.meta.url);
/** The town that has no clinic in its plan. */
const WITHOUT_CLINIC = '450803007';

const WAIVED: Readonly<Record<string, string>> = {
  preparation_unfinished: '通知下得晚,少数村组培训放在1月17日补上,先由同组已培训的人带着走',
  town_without_clinic: '湾口镇卫生院在修缮,义诊地点月内另定',
  level_vacant: '镇督导员空缺,由区值班督导员代管',
};

export const APPROVED: Instant = at(LAUNCH, '08:10');
export const LAUNCHED: Instant = at(LAUNCH, '08:30');

const deed = <T>(office: Office, actor: Actor, asOf: Instant, work: (tx: Tx) => Promise<T>): Promise<T> =>
  office.db.tx(actor, asOf, work);

/** Drafts, submits and approves the drive. Preparation may begin. @returns the campaign's id. */
export async function approveDrive(office: Office, cast: Cast): Promise<string> {
  const planner = cast.account('planner');
  const yaml = await readFile(FILE, 'utf8');
  const { id } = await deed(office, planner, at('2018-01-08', '18:10'), (tx) =>
    draftCampaign(tx, planner, yaml, at('2018-01-08', '18:10')),
  );
  await deed(office, planner, at('2018-01-08', '18:20'), (tx) =>
    submitCampaign(tx, planner, id, at('2018-01-08', '18:20')),
  );
  for (const [bureau, time] of [
    ['health', '08:00'],
    ['poverty', '08:10'],
  ] as const) {
    const signer = cast.account(`bureau.${bureau}`);
    await deed(office, signer, at(LAUNCH, time), (tx) => approveCampaign(tx, signer, id, bureau, at(LAUNCH, time)));
  }
  return id;
}

/** Teams that were trained before the launch; the others follow on 17 January. */
export const trainedEarly = (teamArea: string, side: string): boolean => chance('trained', teamArea, side) >= 0.04;

/** Records the attendance of the teams chosen at a training, as the county's trainer. */
export async function recordTraining(
  office: Office,
  cast: Cast,
  who: (area: string, side: string) => boolean,
  asOf: Instant,
): Promise<void> {
  const trainer = cast.account('training.1');
  const open = await deed(office, systemActor(COUNTY), asOf, (tx) =>
    rows(
      tx,
      sql<{ id: string; area: string; side: string }>`select k.id, t.area_code as area, t.side from task k
        join team t on t.county_code = k.county_code and t.id::text = k.subject_id
        where k.county_code = ${COUNTY} and k.kind = 'training' and k.subject = 'team' and k.closed_at is null order by t.area_code, t.side`,
    ),
  );
  await inParallel(
    open.filter(({ area, side }) => who(area, side)),
    4,
    async ({ id, area, side }) => {
      await deed(office, trainer, asOf, (tx) =>
        recordVisit(
          tx,
          trainer,
          {
            id: storyId('training', area, side),
            areaCode: COUNTY,
            arrivedAt: asOf,
            present: [],
            records: [{ id: storyId('trained', area, side), kind: 'training', taskId: id, body: { attended: true } }],
          },
          asOf,
        ),
      );
    },
  );
}

/** A clinic for every town but one, spread over what is left of the window. */
export function clinicDays(
  cast: Cast,
  calendar: Calendar,
): readonly { readonly town: string; readonly name: string; readonly heldOn: CivilDate }[] {
  const days = calendar.workdays('2018-01-16', WINDOW_TO);
  return cast.towns
    .filter(({ code }) => code !== WITHOUT_CLINIC)
    .map(({ code, name }) => ({
      town: code,
      name,
      heldOn: days[Math.floor(((Number(code.slice(6)) - 1) * days.length) / 12)] as CivilDate,
    }));
}

/** Plans the clinics, each with two of its hospital's three. */
export async function planClinics(office: Office, cast: Cast, campaignId: string, calendar: Calendar): Promise<void> {
  const planner = cast.account('planner');
  const asOf = at(LAUNCH, '08:20');
  for (const { town: code, name, heldOn } of clinicDays(cast, calendar)) {
    const session = {
      campaignId,
      areaCode: code,
      villageCode: null,
      heldOn,
      fromTime: '09:00',
      toTime: '16:00',
      place: `${name}卫生院`,
    } as const;
    const id = await deed(office, planner, asOf, (tx) => planSession(tx, planner, session, asOf));
    const staff = [1, 2].map((k) => ({
      accountId: cast.account(`hospital${code.slice(7)}.${k}`).accountId,
      profession: k === 1 ? ('doctor' as const) : ('nurse' as const),
    }));
    await deed(office, planner, asOf, (tx) => staffSession(tx, planner, id, { staff }, asOf));
  }
}

/** Waives what the story says was waived, each with its reason, and asks for the launch. @throws Error for a check the story does not know. */
export async function askForLaunch(office: Office, cast: Cast, campaignId: string): Promise<void> {
  const planner = cast.account('planner');
  const asOf = at(LAUNCH, '08:25');
  const { checks } = await deed(office, systemActor(COUNTY), asOf, (tx) =>
    campaignReadiness(tx, systemActor(COUNTY), campaignId, asOf),
  );
  for (const { code, subject, count } of checks) {
    const reason = WAIVED[code];
    if (reason === undefined) throw new Error(`the story knows nothing of ${code} ${subject} (${count})`);
    await deed(office, planner, asOf, (tx) =>
      waiveCheck(tx, planner, campaignId, { check: code, subject, reason }, asOf),
    );
  }
  await deed(office, planner, LAUNCHED, (tx) => requestLaunch(tx, planner, campaignId, LAUNCHED));
}
