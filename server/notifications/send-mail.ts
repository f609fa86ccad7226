import type { i18n } from 'i18next';
import type { Logger } from 'pino';
import { isUndeliverable, type Mailer } from '../clients/mail.ts';
import type { Config } from '../config.ts';
import type { PrismaClient } from '../db/client.ts';
import { isLocale, translator } from '../web/i18n.ts';
import { signedLinkFor } from './link-of-notice.ts';
import { noticeText } from './notice-text.ts';

interface Parts {
  db: PrismaClient;
  mail: Mailer | null;
  messages: i18n;
  log: Logger;
  baseUrl: string;
  config: Pick<Config, 'sessionSecret'>;
}

/**
 * Mails one message to whoever gave an address, in their language; without a mail server or an address it stays in the inbox alone. A
 * process that dies between sending and noting it sends a second mail: better than none.
 */
export async function sendMail(
  { db, mail, messages, log, baseUrl, config }: Parts,
  due: { userId: number; dedupeKey: string },
  at: Date,
) {
  if (!mail) return;
  const notice = await db.notification.findUnique({
    where: { userId_dedupeKey: due },
    include: { user: { select: { email: true, locale: true, disabledAt: true } } },
  });
  if (!notice?.user.email || notice.user.disabledAt || notice.mailedAt) return;
  const locale = isLocale(notice.user.locale) ? notice.user.locale : 'zh';
  const { title, text } = noticeText(translator(messages, locale), locale, notice.kind, notice.data);
  const path = (await signedLinkFor(db, config.sessionSecret, notice, at)) ?? notice.link;
  const link = path ? `\n\n${baseUrl}${path}` : '';
  try {
    await mail.send({ to: notice.user.email, subject: title, text: `${text}${link}` });
  } catch (error) {
    if (!isUndeliverable(error)) throw error;
    log.warn({ err: error, noticeId: notice.id }, 'mail not deliverable');
  }
  await db.notification.update({ where: { id: notice.id }, data: { mailedAt: at }, select: { id: true } });
}
