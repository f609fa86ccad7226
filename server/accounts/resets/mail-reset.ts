import type { i18n } from 'i18next';
import type { Logger } from 'pino';
import { z } from 'zod';
import { isUndeliverable, type Mailer } from '../../clients/mail.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { pathTo } from '../../paths.ts';
import { translator } from '../../web/i18n.ts';
import { resetToken } from './reset-token.ts';

/** The outbox topic of forgotten passwords. */
export const PASSWORD_FORGOTTEN = 'password.forgotten';

export const forgottenPassword = z.object({
  login: z.string(),
  email: z.string(),
  locale: z.enum(['zh', 'en']),
  at: z.coerce.date(),
});
export type ForgottenPassword = z.output<typeof forgottenPassword>;

/** A mailed link works for an hour; one that was mailed a moment ago is mailed again rather than joined by another. */
export const MAILED_FOR_MS = 3_600_000;
const REUSED_MS = MAILED_FOR_MS / 2;

/**
 * Notes that somebody forgot the password of a login, whether there is such a login or not: who is mailed is decided afterwards, so that
 * neither the answer nor its time tells one from the other.
 */
export async function askForReset(db: PrismaClient, { at, ...asked }: ForgottenPassword): Promise<void> {
  await enqueue(db, PASSWORD_FORGOTTEN, [{ ...asked, at: at.toISOString() }]);
}

export interface MailResetParts {
  db: PrismaClient;
  mail: Mailer | null;
  messages: i18n;
  log: Logger;
  baseUrl: string;
  config: { sessionSecret: string; production: boolean };
}

/**
 * Mails a link to set the password anew to the account of this login, if its e-mail address is the one that was typed; to nobody else and
 * to no disabled account. What the mail server cannot deliver for good is left; anything else is tried again.
 */
export async function mailReset(parts: MailResetParts, asked: ForgottenPassword, now: Date): Promise<void> {
  const { db, mail, messages, log, baseUrl, config } = parts;
  if (!mail || now.getTime() - asked.at.getTime() > MAILED_FOR_MS) return;
  const user = await db.user.findUnique({ where: { login: asked.login } });
  if (!user?.email || user.disabledAt || (user.isDemo && config.production)) return;
  if (user.email.toLowerCase() !== asked.email.toLowerCase()) return;
  const reset = await openReset(db, user.id, now);
  const t = translator(messages, asked.locale);
  const link = `${baseUrl}${pathTo('passwordReset', { token: resetToken(config.sessionSecret, { ...reset, user }) })}`;
  const values = { name: user.name, login: user.login, link };
  try {
    await mail.send({ to: user.email, subject: t('resets:mail.subject'), text: t('resets:mail.text', values) });
  } catch (error) {
    if (!isUndeliverable(error)) throw error;
    log.warn({ err: error, userId: user.id }, 'link for a new password not deliverable');
  }
}

async function openReset(db: PrismaClient, userId: number, now: Date) {
  const known = await db.passwordReset.findFirst({
    where: { userId, issuedById: null, usedAt: null, expiresAt: { gt: new Date(now.getTime() + REUSED_MS) } },
    orderBy: { id: 'desc' },
  });
  if (known) return known;
  return inTransaction(db, async (tx) => {
    const expiresAt = new Date(now.getTime() + MAILED_FOR_MS);
    const reset = await tx.passwordReset.create({ data: { userId, expiresAt, createdAt: now } });
    await audit(tx, {
      ...{ at: now, actorId: null, action: 'password_reset.mail', subjectType: 'user', subjectId: userId },
      after: { resetId: reset.id },
    });
    return reset;
  });
}
