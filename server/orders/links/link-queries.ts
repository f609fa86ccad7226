import { type Actor, suppliersServedBy } from '../../accounts/actor.ts';
import type { Db } from '../../db/client.ts';
import { NotFound } from '../../shared/errors.ts';

const MOST_LINKS = 20;

/** A parcel whose links somebody hands out, with the links that there are for it and its receipts, the latest first. Throws NotFound. */
export async function findLinksOf(db: Db, actor: Actor, fulfilmentId: number) {
  const parcel = await db.fulfilment.findUnique({
    where: { id: fulfilmentId },
    select: {
      ...{ id: true, orderId: true, supplierId: true, state: true },
      supplier: { select: { name: true, nameEn: true } },
      lines: { select: { name: true, nameEn: true, quantity: true, saleUnit: true, saleUnitEn: true } },
      receipts: { select: { id: true } },
    },
  });
  if (!parcel || !suppliersServedBy(actor).includes(parcel.supplierId)) throw new NotFound();
  const links = await db.signedLink.findMany({
    where: {
      OR: [
        { subjectId: fulfilmentId, purpose: { in: ['confirm', 'ship'] } },
        { subjectId: { in: parcel.receipts.map(({ id }) => id) }, purpose: 'shortage' },
      ],
    },
    orderBy: { id: 'desc' },
    take: MOST_LINKS,
  });
  return { parcel, links };
}

/** What a receipt reported missing, for the one who answers it. Throws NotFound. */
export async function findShortage(db: Db, receiptId: number) {
  const receipt = await db.receipt.findUnique({
    where: { id: receiptId },
    select: {
      ...{ id: true, fulfilmentId: true, at: true },
      lines: {
        select: {
          ...{ acceptedQuantity: true, shortQuantity: true, damagedQuantity: true, note: true },
          line: { select: { name: true, nameEn: true, spec: true, specEn: true, saleUnit: true, saleUnitEn: true } },
        },
      },
    },
  });
  if (!receipt) throw new NotFound();
  return receipt;
}
