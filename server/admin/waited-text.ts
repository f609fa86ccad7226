import type { Translate } from '../web/i18n.ts';

/** How long something has waited: minutes below an hour, hours below three days, then days. */
export function waitedText(t: Translate, since: Date, now: Date): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - since.getTime()) / 60_000));
  if (minutes < 60) return t('admin:waited.minutes', { count: minutes });
  const hours = Math.floor(minutes / 60);
  return hours < 72
    ? t('admin:waited.hours', { count: hours })
    : t('admin:waited.days', { count: Math.floor(hours / 24) });
}
