import type { FundingSource } from '../db/generated/enums.ts';
import { dayFromColumn } from '../shared/days.ts';
import type { Locale, Translate } from '../web/i18n.ts';

/** Who reads a page. */
export interface Reader {
  t: Translate;
  locale: Locale;
}

/** A name in the reader's language; Chinese where there is no English. */
export function inReaderLanguage({ locale }: Reader, zh: string, en: string | null): string {
  return (locale === 'en' && en) || zh;
}

/** A reason as it was given; one in the market's own name in words. */
export function reasonText({ t }: Reader, reason: string): string {
  return reason.startsWith('market.') ? t(`orders:reason.${reason.slice('market.'.length)}`) : reason;
}

/** Why the rest of a parcel does not come; undefined where it does. */
export function droppedReason(
  reader: Reader,
  receipts: readonly { kind: string; reason: string | null }[],
): string | undefined {
  const reason = receipts.find(({ kind }) => kind === 'rest')?.reason;
  return reason ? reasonText(reader, reason) : undefined;
}

/** The day on which the harvest of a pre-order is expected; undefined for what is there. */
export function comingDay({ harvest }: { harvest: { expectedOn: Date; state: string } | null }): string | undefined {
  if (!harvest || harvest.state === 'harvested' || harvest.state === 'failed') return undefined;
  return dayFromColumn(harvest.expectedOn);
}

/** What buyer and supplier call a parcel on the telephone. */
export function parcelNumber({ id }: { id: number }): string {
  return String(id).padStart(6, '0');
}

/** Tenths of a degree as people write them: -185 → "-18.5". */
export function degrees(deci: number | null): string | null {
  if (deci === null) return null;
  const magnitude = Math.abs(deci);
  return `${deci < 0 ? '-' : ''}${Math.trunc(magnitude / 10)}${magnitude % 10 ? `.${magnitude % 10}` : ''}`;
}

/** Whose words a receipt is spoken of in: a person confirms what came (收货), a unit accepts it (验收). */
export function receiverOf({ fundingSource }: { fundingSource: FundingSource }): 'person' | 'unit' {
  return fundingSource === 'individual' ? 'person' : 'unit';
}
