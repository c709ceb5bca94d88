// src/notices/schema.ts: one's own notices, and the mails of the example county's mailbox.
import * as z from 'zod';
import { moment } from '../platform/http/forms.ts';
import { PageQuery, pageSchema } from '../platform/http/page.ts';

export const NoticePage = pageSchema(
  z.object({
    id: z.uuid(),
    kind: z.enum(['digest', 'urgent', 'clinic', 'campaign', 'help']),
    urgent: z.boolean(),
    state: z.enum(['due', 'sending', 'sent', 'unknown', 'dead', 'overtaken']),
    availableAt: moment,
    endedAt: moment.nullable(),
    lines: z.number().int().describe('items it told: tasks, a team’s day, calls'),
  }),
);
export const Preferences = z.strictObject({
  reminders: z.boolean().describe('a digest of what one’s teams owe; what a ladder tells a post is sent all the same'),
});
export const MailPage = pageSchema(
  z.object({ id: z.number().int(), to: z.string(), subject: z.string(), receivedAt: moment }),
);
export const MailQuery = PageQuery.extend({
  to: z.string().max(200).optional().describe('part of a recipient’s address'),
});
export const MailParams = z.strictObject({ id: z.coerce.number().int().positive() });
export const MailReply = z.object({
  id: z.number().int(),
  messageId: z.string(),
  to: z.string(),
  subject: z.string(),
  body: z.string(),
  receivedAt: moment,
});
