// src/tasks/acts/devices.ts: a phone is registered by its own sign-in, speaks for its area while the post lasts, and is retired when it is lost.
import type { AccountActor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { dateOf, type Instant } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { DomainError, Status } from '../../platform/errors.ts';
import { wake, workflowIds } from '../../platform/wake.ts';
import * as store from '../store/devices.ts';

/** Registers the phone that is signed in. @throws DomainError 403 `device_no_post`, 409 `device_of_another`. */
export async function registerDevice(
  tx: Tx,
  actor: AccountActor,
  { id, areaCode }: { readonly id: string; readonly areaCode?: string | undefined },
  asOf: Instant,
): Promise<{ id: string; areaCode: string }> {
  const { countyCode, accountId } = actor;
  const posts = await store.postsOf(tx, countyCode, accountId, dateOf(asOf));
  const area = areaCode === undefined ? posts[0] : posts.find((post) => post === areaCode);
  if (area === undefined) throw new DomainError(Status.forbidden, { code: 'device_no_post', field: '/areaCode' });
  if (!(await store.insertDevice(tx, countyCode, { id, accountId, areaCode: area }, asOf)))
    throw new DomainError(Status.conflict, { code: 'device_of_another', field: '/id' });
  await audit(tx, actor, asOf, 'device.registered', `device/${id}`, { areaCode: area });
  return { id, areaCode: area };
}

/** Takes a lost phone out of its area's voice: by its own account, its team's lead, or whoever supervises the area. */
export async function retireDevice(tx: Tx, actor: AccountActor, id: string, asOf: Instant): Promise<void> {
  const { countyCode, accountId } = actor;
  const device = await store.lockDevice(tx, countyCode, id);
  if (!device) throw new DomainError(Status.missing, { code: 'device_unknown' });
  const may =
    device.accountId === accountId ||
    (await store.answersFor(tx, countyCode, accountId, device.areaCode, dateOf(asOf)));
  if (!may) throw new DomainError(Status.forbidden, { code: 'device_not_yours' });
  if ((await store.retire(tx, countyCode, id, asOf)) === 0) return;
  await audit(tx, actor, asOf, 'device.retired', `device/${id}`, { accountId: device.accountId });
  await wake(tx, [workflowIds.agenda(device.areaCode)]);
}
