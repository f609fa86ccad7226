import type { i18n } from 'i18next';
import { type Actor, unitsBoughtFor } from '../accounts/actor.ts';
import type { CatalogExtras, WayToBuy } from '../catalog/catalog-extras.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { pathTo } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { type Day, dayFromColumn, dayOf, dayToColumn } from '../shared/days.ts';
import { formatYuan } from '../shared/money.ts';
import { type Translate, translator } from '../web/i18n.ts';
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
      const [harvests, product, agreements] = await Promise.all([
        comingHarvests(db, productId, clock()),
        soldByTheCase(db, productId, clock()),
        agreedPrices(db, actor, productId, dayOf(clock())),
      ]);
      return [
        ...agreements.map(({ id, unitPriceFen }) => ({
          label: t('matching:way', { price: formatYuan(unitPriceFen) }),
          href: pathTo('agreement', { id }),
        })),
        ...harvests.map(({ id, expectedOn }) => ({
          label: t('harvests:way', { day: dayFromColumn(expectedOn) }),
          href: pathTo('harvest', { id }),
        })),
        ...poolWay(product, productId, t),
        ...quoteWay(actor, productId, t),
      ];
    },
  };
}

// Both are read for every visitor of a product's page: a statement each instead of nine.

function comingHarvests(
  db: PrismaClient,
  productId: number,
  now: Date,
): PromiseLike<{ id: number; expectedOn: Date }[]> {
  return fast(db).$queryRaw`
    SELECT id, expectedOn FROM harvest WHERE productId = ${productId} AND state = 'open' AND closesAt > ${now}
    ORDER BY closesAt, id LIMIT ${MOST}`;
}

/** The prices of framework agreements in force of the units that the actor buys for; nothing is asked of anybody else. */
async function agreedPrices(
  db: PrismaClient,
  actor: Actor | null,
  productId: number,
  today: Day,
): Promise<{ id: number; unitPriceFen: number }[]> {
  const units = actor ? unitsBoughtFor(actor) : [];
  if (units.length === 0) return [];
  const day = dayToColumn(today);
  return fast(db).$queryRaw`
    SELECT a.id, p.unitPriceFen FROM framework_agreement a JOIN framework_price p ON p.agreementId = a.id AND p.productId = ${productId}
    WHERE a.unitId IN (${Prisma.join(units)}) AND a.state = 'signed' AND a.startsOn <= ${day} AND a.endsOn >= ${day}
    ORDER BY p.unitPriceFen, a.id DESC LIMIT ${MOST}`;
}

interface Cased {
  orderMultiple: number;
  minQuantity: number;
  caseQuantity: number;
  running: number | bigint;
}

async function soldByTheCase(db: PrismaClient, productId: number, now: Date): Promise<Cased | undefined> {
  const [product] = await fast(db).$queryRaw<Cased[]>`
    SELECT p.orderMultiple, p.minQuantity, p.caseQuantity,
      (SELECT COUNT(*) FROM pool o WHERE o.productId = p.id AND o.state = 'open' AND o.closesAt > ${now}) AS running
    FROM product p WHERE p.id = ${productId} AND p.state = 'on_sale'`;
  return product;
}

function poolWay(product: Cased | undefined, productId: number, t: Translate): WayToBuy[] {
  const size = product ? caseOf(product, product.caseQuantity) : 1;
  if (!product || size < 2) return [];
  const running = Number(product.running);
  const href = running > 0 ? pathTo('pools', { product: productId }) : pathTo('newPool', { product: productId });
  return [{ label: t(`pools:way.${running > 0 ? 'join' : 'open'}`, { count: running, size }), href }];
}

function quoteWay(actor: Actor | null, productId: number, t: Translate): WayToBuy[] {
  if (!actor || unitsBoughtFor(actor).length === 0) return [];
  return [{ label: t('quotes:link.product'), href: pathTo('newQuoteRequest', { product: productId }) }];
}
