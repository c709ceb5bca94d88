// src/notices/schema.ts: one's own notices, and the mails of the example county's mailbox.
import * as z from 'zod';
import { moment } from '../platform/http/forms.ts';
import { PageQuery, pageSchema } from '../platform/http/page.ts';

export const NoticePage = pageSchema(
  z.object({
    id: z.uuid(),
    kind: z.enum(['digest', 'urgent', 'clinic', 'campaign']),
    urgent: z.boolean(),
    state: z.enum(['due', 'sending', 'sent', 'unknown', 'dead', 'overtaken']),
    availableAt: moment,
    endedAt: moment.nullable(),
    lines: z.number().int().describe('tasks it speaks of'),
  }),
);
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
