import type { i18n } from 'i18next';
import { type Actor, unitsBoughtFor } from '../accounts/actor.ts';
import type { CatalogExtras, WayToBuy } from '../catalog/catalog-extras.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayFromColumn } from '../shared/days.ts';
import { type Translate, translator } from '../web/i18n.ts';
import { openHarvests } from './harvests/harvest-queries.ts';

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
      return [...(await harvestWays(db, productId, clock(), t)), ...quoteWay(actor, productId, t)];
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

function quoteWay(actor: Actor | null, productId: number, t: Translate): WayToBuy[] {
  if (!actor || unitsBoughtFor(actor).length === 0) return [];
  return [{ label: t('quotes:link.product'), href: pathTo('newQuoteRequest', { product: productId }) }];
}
