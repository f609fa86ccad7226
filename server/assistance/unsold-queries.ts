import { type Actor, hasRole, suppliersServedBy } from '../accounts/actor.ts';
import type { PrismaClient } from '../db/client.ts';
import type { Prisma } from '../db/generated/client.ts';
import { NotFound } from '../shared/errors.ts';

const shown = {
  batch: {
    select: {
      ...{ traceCode: true, available: true, expiresOn: true },
      product: {
        select: {
          ...{ id: true, placeId: true, spec: true, specEn: true, saleUnit: true, saleUnitEn: true },
          family: { select: { name: true, nameEn: true } },
        },
      },
    },
  },
  supplier: { select: { id: true, name: true, nameEn: true } },
  calls: { orderBy: { id: 'desc' }, take: 1 },
} satisfies Prisma.UnsoldWarningInclude;

export type ShownWarning = Prisma.UnsoldWarningGetPayload<{ include: typeof shown }>;

/** Warnings that are open or called, those that spoil first on top: a supplier's own, all for operators and organizers. */
export function listWarnings(db: PrismaClient, actor: Actor, take: number): Promise<ShownWarning[]> {
  const all = hasRole(actor, 'operator') || hasRole(actor, 'organizer');
  return db.unsoldWarning.findMany({
    where: {
      state: { in: ['open', 'called'] },
      ...(all ? {} : { supplierId: { in: suppliersServedBy(actor) } }),
    },
    orderBy: [{ daysToSpoil: 'asc' }, { id: 'asc' }],
    take,
    include: shown,
  });
}

/** A warning for whoever may call for help with it. Throws NotFound. */
export async function findWarning(db: PrismaClient, id: number): Promise<ShownWarning> {
  const warning = await db.unsoldWarning.findUnique({ where: { id }, include: shown });
  if (!warning) throw new NotFound();
  return warning;
}
