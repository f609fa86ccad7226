import { pathTo } from '../paths.ts';
import { placeName } from '../units/place-tree.ts';
import { type CatalogReader, inLanguage, nameOf } from './catalog-reader.ts';
import { presentPhoto } from './photos.ts';
import { type ProductCard, stockState } from './product-cards.ts';
import { leastQuantity, priceFor } from './shelf-products.ts';

/** A card as `partials/product-card.hbs` wants it, which leads on within a zone where it stands on a zone's page. The price is that of the least quantity that can be bought. */
export function presentCard(
  { locale, categories, places }: CatalogReader,
  card: ProductCard,
  { nameHtml, zone }: { nameHtml?: string; zone?: string } = {},
) {
  const priceFen = priceFor(card, leastQuantity(card));
  const best = card.tiers.at(-1);
  return {
    href: pathTo('product', { id: card.id, zone }),
    name: nameOf(locale, card),
    nameHtml,
    photo: presentPhoto(locale, card.photo ?? undefined, nameOf(locale, card)),
    category: categories.byId.get(card.categoryId)?.illustration,
    originName: placeName(places, card.placeId, locale, true),
    spec: inLanguage(locale, card.spec, card.specEn),
    saleUnit: inLanguage(locale, card.saleUnit, card.saleUnitEn),
    priceFen,
    bestTier:
      best && best.priceFen < priceFen ? { minQuantity: best.fromQuantity, priceFen: best.priceFen } : undefined,
    certified: true,
    coldChain: card.coldChain,
    preOrder: card.comesOn !== null,
    stockState: stockState(card),
    stockLeft: card.available,
  };
}

export type PresentedCard = ReturnType<typeof presentCard>;

export function presentCards(reader: CatalogReader, cards: readonly ProductCard[], zone?: string): PresentedCard[] {
  return cards.map((card) => presentCard(reader, card, { zone }));
}
