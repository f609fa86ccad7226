import type { i18n } from 'i18next';
import { type Actor, unitsBoughtFor } from '../accounts/actor.ts';
import type { CatalogExtras, WayToBuy } from '../catalog/catalog-extras.ts';
import { pathTo } from '../paths.ts';
import { type Translate, translator } from '../web/i18n.ts';

interface Parts {
  messages: i18n;
}

/** What the page of a product says about other ways to buy it. */
export function waysToBuy({ messages }: Parts): Required<Pick<CatalogExtras, 'waysToBuy'>> {
  return {
    waysToBuy: async (actor, productId, locale) => quoteWay(actor, productId, translator(messages, locale)),
  };
}

function quoteWay(actor: Actor | null, productId: number, t: Translate): WayToBuy[] {
  if (!actor || unitsBoughtFor(actor).length === 0) return [];
  return [{ label: t('quotes:link.product'), href: pathTo('newQuoteRequest', { product: productId }) }];
}
