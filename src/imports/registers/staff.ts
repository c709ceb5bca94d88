// src/imports/registers/staff.ts: who works where: accounts, their roles, and the teams they make.
import { grantRoles } from '../../access/acts.ts';
import { type Grant, mayGrant } from '../../access/rules.ts';
import { accountsByLogin, insertAccounts, signedRow } from '../../access/store.ts';
import { divisionNames } from '../../places/store.ts';
import { seal } from '../../platform/crypto.ts';
import { teamName } from '../../teams/rules.ts';
import { insertMembers, insertTeams, membersOf, standingTeams } from '../../teams/store.ts';
import { sheets } from '../rules/columns.ts';
import { readStaff, type StaffDraft } from '../rules/staff.ts';
import { type AddFault, type Draft, type Register, repeated, type Setting } from './register.ts';

const { columns } = sheets.staff;
type Seated = StaffDraft & { readonly team: NonNullable<StaffDraft['team']> };

export const staffRegister: Register<StaffDraft> = {
  kind: 'staff',
  columns,
  read: (row, { today }) => readStaff(row, today),

  async check(drafts, setting, fault) {
    repeated(drafts, ({ login, role, area }) => `${login} ${role} ${area}`, columns.login.header, fault);
    const areas = await divisionNames(setting.tx, setting.countyCode);
    for (const { line, draft } of drafts)
      if (!areas.has(draft.area)) fault(line, { code: 'row_division_unknown', field: columns.area.header });
    await checkLogins(drafts, setting, fault);
    await checkGrants(drafts, setting, fault);
    await checkLeads(drafts, setting, fault);
  },

  async apply(drafts, { tx, countyCode, actor, keys, asOf }) {
    const people = [...new Map(drafts.map((draft) => [draft.login, draft])).values()];
    const accounts = await insertAccounts(
      tx,
      countyCode,
      people.map(({ login, name, email, phone }) => ({
        login,
        name,
        email,
        phoneEnc: phone === null ? null : seal(keys, phone, 'account.phone'),
      })),
    );
    const idOf = idsBy(
      await accountsByLogin(
        tx,
        people.map(({ login }) => login),
      ),
      ({ login }) => login,
    );
    const grants = await grantRoles(
      tx,
      actor,
      drafts.map(({ login, role, area, bureau, fromOn }) => ({
        accountId: idOf(login),
        role,
        areaCode: area,
        bureau,
        fromOn,
      })),
      asOf,
    );
    const seated = drafts.filter((draft): draft is Seated => draft.team !== null);
    const names = await divisionNames(tx, countyCode);
    const first = new Map<string, Seated>(); // a team stands from the day its first member does
    for (const draft of seated) {
      const known = first.get(teamKey(draft));
      if (!known || draft.fromOn < known.fromOn) first.set(teamKey(draft), draft);
    }
    const teams = await insertTeams(
      tx,
      countyCode,
      [...first.values()].map(({ area, fromOn, team: { side } }) => ({
        areaCode: area,
        side,
        name: teamName(
          names.get(area) ?? area,
          side,
          area.length === 12 ? 'village' : area.length === 9 ? 'town' : 'county',
        ),
        fromOn,
      })),
    );
    const teamIdOf = idsBy(await standingTeams(tx, countyCode), ({ areaCode, side }) => `${areaCode} ${side}`);
    const members = await insertMembers(
      tx,
      countyCode,
      seated.map((draft) => ({
        teamId: teamIdOf(teamKey(draft)),
        areaCode: draft.area,
        accountId: idOf(draft.login),
        role: draft.team.lead ? ('lead' as const) : ('member' as const),
        source: draft.team.source,
        fromOn: draft.fromOn,
      })),
    );
    return { accounts: accounts.length, grants, teams, members };
  },
};

const teamKey = ({ area, team }: Seated): string => `${area} ${team.side}`;

function idsBy<T extends { readonly id: string }>(
  rows: readonly T[],
  keyOf: (row: T) => string,
): (key: string) => string {
  const ids = new Map(rows.map((row) => [keyOf(row), row.id]));
  return (key) => {
    const id = ids.get(key);
    if (id === undefined) throw new Error('a row just written is not there');
    return id;
  };
}

/** Roles are given by whoever may, in her own area, and never to herself. */
async function checkGrants(
  drafts: readonly Draft<StaffDraft>[],
  { tx, actor, today }: Setting,
  fault: AddFault,
): Promise<void> {
  const giver = await signedRow(tx, actor.accountId, today);
  const held: readonly Grant[] = giver?.grants ?? [];
  for (const { line, draft } of drafts) {
    if (draft.login === giver?.login) fault(line, { code: 'row_grant_own', field: columns.login.header });
    else if (!mayGrant(held, { role: draft.role, areaCode: draft.area }))
      fault(line, { code: 'row_role_not_yours_to_give', field: columns.role.header });
  }
}

/** A login is one person's: the same name on every row, and on the account that has it. */
async function checkLogins(
  drafts: readonly Draft<StaffDraft>[],
  { tx, countyCode }: Setting,
  fault: AddFault,
): Promise<void> {
  const taken = { code: 'row_login_taken', field: columns.login.header };
  const accounts = await accountsByLogin(
    tx,
    drafts.map(({ draft }) => draft.login),
  );
  const nameOf = new Map(
    accounts.map((account) => [account.login, account.countyCode === countyCode ? account.name : null]),
  );
  for (const { line, draft } of drafts) {
    if (!nameOf.has(draft.login)) nameOf.set(draft.login, draft.name);
    else if (nameOf.get(draft.login) !== draft.name) fault(line, taken);
  }
}

/** A team has one lead. */
async function checkLeads(
  drafts: readonly Draft<StaffDraft>[],
  { tx, countyCode, today }: Setting,
  fault: AddFault,
): Promise<void> {
  const teams = await standingTeams(tx, countyCode);
  const members = await membersOf(
    tx,
    countyCode,
    teams.map(({ id }) => id),
    today,
  );
  const leads = members.filter(({ role }) => role === 'lead');
  const accounts = await accountsByLogin(
    tx,
    drafts.map(({ draft }) => draft.login),
  );
  const loginOf = new Map(accounts.map(({ id, login }) => [id, login]));
  const leadOf = new Map(
    leads.map(({ areaCode, side, accountId }) => [`${areaCode} ${side}`, loginOf.get(accountId) ?? '']),
  );
  for (const { line, draft } of drafts) {
    if (!draft.team?.lead) continue;
    const key = `${draft.area} ${draft.team.side}`;
    const lead = leadOf.get(key);
    if (lead === undefined) leadOf.set(key, draft.login);
    else if (lead !== draft.login) fault(line, { code: 'row_team_has_lead', field: columns.lead.header });
  }
}
