import type { i18n } from 'i18next';
import { type Actor, unitsBoughtFor } from '../accounts/actor.ts';
import type { CatalogExtras, WayToBuy } from '../catalog/catalog-extras.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayFromColumn } from '../shared/days.ts';
import { type Translate, translator } from '../web/i18n.ts';
import { openHarvests } from './harvests/harvest-queries.ts';
import { caseOf } from './pools/open-pool.ts';

interface Parts {
  db: PrismaClient;
  messages: i18n;
  clock: Clock;
}

const MOST = 3;

/** What the page of a product says about other ways to buy it. */
export function waysToBuy({ db, messages, clock }: Parts): Required<Pick<CatalogExtras, 'waysToBuy'>> {
  return {
    waysToBuy: async (actor, productId, locale) => {
      const t = translator(messages, locale);
      return [
        ...(await harvestWays(db, productId, clock(), t)),
        ...(await poolWay(db, productId, clock(), t)),
        ...quoteWay(actor, productId, t),
      ];
    },
  };
}

async function harvestWays(db: PrismaClient, productId: number, now: Date, t: Translate): Promise<WayToBuy[]> {
  const harvests = await openHarvests(db, now, { productId, take: MOST });
  return harvests.map((harvest) => ({
    label: t('harvests:way', { day: dayFromColumn(harvest.expectedOn) }),
    href: pathTo('harvest', { id: harvest.id }),
  }));
}

/** Of goods that are sold by the case. */
async function poolWay(db: PrismaClient, productId: number, now: Date, t: Translate): Promise<WayToBuy[]> {
  const product = await db.product.findUnique({
    where: { id: productId },
    select: { orderMultiple: true, minQuantity: true, caseQuantity: true, state: true },
  });
  const size = product ? caseOf(product, product.caseQuantity) : 1;
  if (product?.state !== 'on_sale' || size < 2) return [];
  const running = await db.pool.count({ where: { productId, state: 'open', closesAt: { gt: now } } });
  const href = running > 0 ? pathTo('pools', { product: productId }) : pathTo('newPool', { product: productId });
  return [{ label: t(`pools:way.${running > 0 ? 'join' : 'open'}`, { count: running, size }), href }];
}

function quoteWay(actor: Actor | null, productId: number, t: Translate): WayToBuy[] {
  if (!actor || unitsBoughtFor(actor).length === 0) return [];
  return [{ label: t('quotes:link.product'), href: pathTo('newQuoteRequest', { product: productId }) }];
}
