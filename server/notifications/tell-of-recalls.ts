import { peopleServingOne } from '../accounts/people-serving.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import type { RecallChange, RecallLineDone } from '../recalls/recall-told.ts';
import { type Day, dayOf, dayToColumn } from '../shared/days.ts';
import { unitWord } from '../shared/unit-words.ts';
import { type Notice, notify } from './notify.ts';

const product = {
  select: { supplierId: true, saleUnit: true, saleUnitEn: true, family: { select: { name: true, nameEn: true } } },
} as const;

/** Tells whoever bought of a recalled batch what became of their goods, or what to do with them, each fact once (rule 18). */
export async function tellOfRecalledLines(db: PrismaClient, done: readonly RecallLineDone[], at: Date): Promise<void> {
  for (const { recallLineId, refundId, arrivalId } of done) {
    if (refundId !== undefined) await tellOfReturn(db, recallLineId, refundId, dayOf(at));
    if (arrivalId !== undefined) await tellOfArrival(db, arrivalId);
    if (refundId !== undefined || arrivalId !== undefined) continue;
    const line = await db.recallLine.findUnique({
      where: { id: recallLineId },
      include: {
        recall: { select: { reason: true, batch: { select: { traceCode: true, product } } } },
        order: { select: { buyerId: true, unitId: true, fundingSource: true } },
      },
    });
    if (!line) continue;
    const people = await buyersOf(db, line.order);
    const goods = line.recall.batch.product;
    const facts: [string, number][] = [
      ['sent', line.sentQuantity],
      ['given_back', line.givenBackQuantity],
      ['swapped', line.swappedQuantity],
      ['cancelled', line.cancelled ? 1 : 0],
    ];
    const notices = facts.flatMap(([fact, quantity]) =>
      quantity === 0
        ? []
        : people.map(
            (userId): Notice => ({
              userId,
              kind: `recall_${fact}` as Notice['kind'],
              data: {
                ...{
                  name: goods.family.name,
                  nameEn: goods.family.nameEn,
                  code: line.recall.batch.traceCode,
                  quantity,
                },
                ...{ unit: goods.saleUnit, unitEn: unitWord(quantity, goods.saleUnitEn), reason: line.recall.reason },
              },
              link: pathTo('recall', { id: line.recallId }),
              dedupeKey: `recall.${fact} ${recallLineId}`,
            }),
          ),
    );
    await notify(db, notices);
    await db.recallLine.updateMany({ where: { id: recallLineId, toldAt: null }, data: { toldAt: at } });
  }
}

/** Tells the supplier that a buyer sends goods of a recalled batch back, so that it notes when they have come. */
async function tellOfReturn(db: PrismaClient, recallLineId: number, refundId: number, today: Day): Promise<void> {
  const line = await db.recallLine.findUnique({
    where: { id: recallLineId },
    include: {
      recall: { select: { batch: { select: { traceCode: true, product } } } },
      refunds: { where: { refundId }, select: { refund: { select: { lines: { select: { quantity: true } } } } } },
    },
  });
  if (!line) return;
  const goods = line.recall.batch.product;
  const quantity = line.refunds[0]?.refund.lines[0]?.quantity ?? 0;
  const people = await peopleServingOne(db, goods.supplierId, today);
  await notify(
    db,
    people.map((userId) => ({
      ...{ userId, kind: 'recall_coming_back' as const },
      data: { ...goodsIn(goods, quantity), code: line.recall.batch.traceCode },
      link: pathTo('recallArrivals', { recall: line.recallId }),
      dedupeKey: `recall.coming_back ${refundId}`,
    })),
  );
}

/** Tells the buyers that the supplier has what they sent back, and what was refunded by that. */
async function tellOfArrival(db: PrismaClient, arrivalId: number): Promise<void> {
  const arrival = await db.recallArrival.findUnique({
    where: { id: arrivalId },
    include: {
      recallLine: {
        include: {
          recall: { select: { batch: { select: { traceCode: true, product } } } },
          order: { select: { buyerId: true, unitId: true, fundingSource: true } },
        },
      },
    },
  });
  if (!arrival) return;
  const { recallLine, quantity, refundId } = arrival;
  const people = await buyersOf(db, recallLine.order);
  const { product: goods, traceCode: code } = recallLine.recall.batch;
  await notify(
    db,
    people.map((userId) => ({
      ...{ userId, kind: refundId === null ? ('recall_arrived' as const) : ('recall_arrived_refunded' as const) },
      data: { ...goodsIn(goods, quantity), code },
      link: pathTo('recall', { id: recallLine.recallId }),
      dedupeKey: `recall.arrived ${arrivalId}`,
    })),
  );
}

function goodsIn(
  { family, saleUnit, saleUnitEn }: { family: { name: string; nameEn: string }; saleUnit: string; saleUnitEn: string },
  quantity: number,
) {
  return {
    ...{ name: family.name, nameEn: family.nameEn, quantity },
    ...{ unit: saleUnit, unitEn: unitWord(quantity, saleUnitEn) },
  };
}

/** The buyer, and for a unit's purchase the unit's other buyers. */
async function buyersOf(
  db: PrismaClient,
  order: { buyerId: number; unitId: number | null; fundingSource: string },
): Promise<number[]> {
  if (order.unitId === null || order.fundingSource === 'individual') return [order.buyerId];
  const grants = await db.roleGrant.findMany({
    where: { unitId: order.unitId, role: 'buyer', until: null },
    select: { userId: true },
  });
  return [...new Set([order.buyerId, ...grants.map(({ userId }) => userId)])];
}

/** Tells the supplier, certifiers and operators that a recall began or was closed; not who did it. */
export async function tellOfRecalls(db: PrismaClient, changes: readonly RecallChange[], today: Day): Promise<void> {
  for (const { recallId, what } of changes) {
    const recall = await db.recall.findUnique({
      where: { id: recallId },
      include: { batch: { select: { traceCode: true, product } } },
    });
    if (!recall) continue;
    const goods = recall.batch.product;
    const day = dayToColumn(today);
    const grants = await db.roleGrant.findMany({
      where: {
        ...{ role: { in: ['operator', 'certifier'] }, since: { lte: day }, user: { disabledAt: null } },
        OR: [{ until: null }, { until: { gt: day } }],
      },
      select: { userId: true },
    });
    const ofSupplier = await peopleServingOne(db, goods.supplierId, today);
    const by = what === 'begun' ? recall.byId : recall.closedById;
    const people = [...new Set([...grants.map(({ userId }) => userId), ...ofSupplier])].filter(
      (userId) => userId !== by,
    );
    await notify(
      db,
      people.map(
        (userId): Notice => ({
          userId,
          kind: `recall_${what}`,
          data: {
            ...{ name: goods.family.name, nameEn: goods.family.nameEn, code: recall.batch.traceCode },
            reason: what === 'begun' ? recall.reason : (recall.result ?? ''),
          },
          link: pathTo('recallProgress', { id: recallId }),
          dedupeKey: `recall.${what} ${recallId}`,
        }),
      ),
    );
  }
}
