import type { i18n } from 'i18next';
import { presentCards } from '../catalog/card-presenter.ts';
import type { CatalogExtras } from '../catalog/catalog-extras.ts';
import { catalogReader, nameOf } from '../catalog/catalog-reader.ts';
import { listCards } from '../catalog/product-cards.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { type Day, dayFromColumn, dayOf, daysBetween } from '../shared/days.ts';
import { remember } from '../shared/remember.ts';
import { placeName } from '../units/place-tree.ts';
import { type Locale, translator } from '../web/i18n.ts';

interface Running {
  productId: number;
  text: string;
  expiresOn: Date;
}

const MOST = 4;

/** Calls that run now, with goods of theirs still to sell, the first to spoil first; at most 10 seconds old. */
const runningCalls = remember(
  10_000,
  async (db: PrismaClient, now: Date): Promise<Running[]> =>
    fast(db).$queryRaw<Running[]>`
      SELECT b.productId, c.text, b.expiresOn FROM assistance_call c JOIN unsold_warning w ON w.id = c.warningId
      JOIN batch b ON b.id = w.batchId AND b.available > 0 AND b.recalledAt IS NULL AND b.failedAt IS NULL
      WHERE c.startsAt <= ${now} AND c.endsAt > ${now} ORDER BY b.expiresOn, c.id LIMIT ${MOST}`,
);

/** The call for help on the front page (rule 20); null when none runs. */
export function currentCall({
  db,
  messages,
  clock,
}: {
  db: PrismaClient;
  messages: i18n;
  clock: Clock;
}): CatalogExtras {
  return {
    currentCall: async (locale) => {
      const now = clock();
      const calls = await runningCalls(db, now);
      return calls.length === 0 ? null : presentCall(db, messages, locale, calls, dayOf(now));
    },
  };
}

async function presentCall(db: PrismaClient, messages: i18n, locale: Locale, calls: readonly Running[], today: Day) {
  const ids = [...new Set(calls.map(({ productId }) => productId))];
  const [reader, cards] = await Promise.all([
    catalogReader(db, { t: translator(messages, locale), locale }),
    listCards(db, ids, today),
  ]);
  const [first] = cards;
  const call = calls.find(({ productId }) => productId === first?.id);
  if (!first || !call) return null;
  return {
    title: reader.t('unsold:callTitle', {
      place: placeName(reader.places, first.placeId, locale, true),
      name: nameOf(locale, first),
    }),
    text: call.text,
    href: pathTo('product', { id: first.id }),
    spoilsInDays: daysBetween(today, dayFromColumn(call.expiresOn)),
    products: presentCards(reader, cards),
  };
}
