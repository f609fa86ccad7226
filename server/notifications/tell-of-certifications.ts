import { peopleServingOne } from '../accounts/people-serving.ts';
import type { PrismaClient } from '../db/client.ts';
import { orderNumber } from '../orders/order-queries.ts';
import { pathTo } from '../paths.ts';
import type { Day } from '../shared/days.ts';
import type { CertificationActed } from '../suppliers/certification-told.ts';
import type { NoticeKind } from './notice-text.ts';
import { type Notice, notify } from './notify.ts';

const SUPPLIER_KINDS = {
  suspend: 'certification_suspended',
  lift: 'certification_lifted',
  revoke: 'certification_revoked',
  disqualify: 'certification_disqualified',
} as const satisfies Record<CertificationActed['act'], NoticeKind>;

/**
 * Tells whoever looks after a supplier that a certification was suspended, lifted, revoked or disqualified, and the buyers of orders that
 * wait for approval or payment with its goods what that means for them (rules 1, 17); each fact once a person and order.
 */
export async function tellOfCertifications(
  db: PrismaClient,
  acts: readonly CertificationActed[],
  today: Day,
): Promise<void> {
  for (const acted of acts) {
    const certification = await findCertification(db, acted);
    if (!certification) continue;
    const { supplierId, productId, number, holder } = certification;
    const people = await peopleServingOne(db, supplierId, today);
    await notify(
      db,
      people.map((userId) => ({
        ...{ userId, kind: SUPPLIER_KINDS[acted.act], data: { ...holder, reason: certification.reason } },
        link: number ? pathTo('certificate', { number }) : pathTo('supplierGoods'),
        dedupeKey: `certification.acted ${acted.eventId}`,
      })),
    );
    await notify(db, await toBuyers(db, acted, { supplierId, productId, holder }));
  }
}

async function findCertification(db: PrismaClient, { certificationId, eventId }: CertificationActed) {
  const name = { select: { id: true, name: true, nameEn: true } } as const;
  const [found, event] = await Promise.all([
    db.certification.findUnique({
      where: { id: certificationId },
      select: {
        ...{ number: true, supplier: name },
        product: {
          select: {
            id: true,
            supplierId: true,
            spec: true,
            specEn: true,
            family: { select: { name: true, nameEn: true } },
          },
        },
      },
    }),
    db.certificationEvent.findUnique({ where: { id: eventId }, select: { reason: true } }),
  ]);
  const supplierId = found?.product?.supplierId ?? found?.supplier?.id;
  if (!found || supplierId === undefined) return null;
  const { number, supplier, product } = found;
  const holder = product
    ? {
        holder: `${product.family.name} ${product.spec}`,
        holderEn: `${product.family.nameEn} ${product.specEn}`.trim(),
      }
    : { holder: supplier?.name ?? '', holderEn: supplier?.nameEn ?? '' };
  return { supplierId, productId: product?.id ?? null, number, holder, reason: event?.reason ?? '' };
}

/** An approval is refused while a certification does not hold; a payment is not, and does not count. */
async function toBuyers(
  db: PrismaClient,
  { act, eventId }: CertificationActed,
  { supplierId, productId, holder }: { supplierId: number; productId: number | null; holder: Record<string, string> },
): Promise<Notice[]> {
  const orders = await db.order.findMany({
    where: {
      state: { in: ['awaiting_approval', 'awaiting_payment'] },
      lines: { some: productId === null ? { supplierId } : { productId } },
    },
    orderBy: { id: 'asc' },
    select: { id: true, submittedAt: true, buyerId: true, state: true },
  });
  return orders.map(({ buyerId, state, ...order }) => ({
    userId: buyerId,
    kind:
      act === 'lift'
        ? 'order_certified_again'
        : `order_uncertified_${state === 'awaiting_payment' ? 'unpaid' : 'unapproved'}`,
    data: { ...holder, number: orderNumber(order) },
    link: pathTo('order', { id: order.id }),
    dedupeKey: `certification.acted ${eventId} ${order.id}`,
  }));
}
