import { z } from 'zod';
import {
  forgottenPassword,
  type MailResetParts,
  mailReset,
  PASSWORD_FORGOTTEN,
} from '../accounts/resets/mail-reset.ts';
import { PASSWORD_RESET } from '../accounts/resets/reset-password.ts';
import type { OutboxHandler } from '../jobs/outbox.ts';
import { oneByOne } from '../payments/one-by-one.ts';
import type { Clock } from '../shared/clock.ts';
import { tellPasswordResets } from './tell-password-resets.ts';

const passwordReset = z.object({ resetId: z.number().int() });

/** What forgotten passwords lead to: a mail with a link, and once it was used a message about that. */
export function passwordHandlers(parts: MailResetParts & { clock: Clock }) {
  return {
    [PASSWORD_FORGOTTEN]: async (payloads) => {
      const send = (payload: unknown) => mailReset(parts, forgottenPassword.parse(payload), parts.clock());
      const faults = await oneByOne(payloads, send);
      if (faults.length > 0) throw new AggregateError(faults, `${faults.length} mails were not sent`);
    },
    [PASSWORD_RESET]: async (payloads) => {
      const ids = payloads.map((payload) => passwordReset.parse(payload).resetId);
      await tellPasswordResets(parts.db, ids);
    },
  } satisfies Record<string, OutboxHandler>;
}
