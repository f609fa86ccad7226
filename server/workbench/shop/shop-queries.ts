import { type Actor, suppliersServedBy } from '../../accounts/actor.ts';
import type { Db } from '../../db/client.ts';
import { NotFound } from '../../shared/errors.ts';
import { isWithin, placesOfRegister } from '../../suppliers/certification-policy.ts';
import type { PlaceTree } from '../../units/place-tree.ts';

/** The suppliers that the actor looks after, with what their shop says. */
export function ownShops(db: Db, actor: Actor) {
  return db.supplier.findMany({
    where: { id: { in: suppliersServedBy(actor) }, state: { not: 'applying' } },
    orderBy: { id: 'asc' },
    select: {
      ...{ id: true, name: true, nameEn: true, story: true, storyEn: true, contact: true, phone: true },
      ...{ bankName: true, bankAccount: true, minOrderFen: true, freightFen: true, freeFreightFromFen: true },
    },
  });
}

export type Shop = Awaited<ReturnType<typeof ownShops>>[number];

export function benefitsOfYear(db: Db, supplierId: number, year: number) {
  return db.farmerBenefit.findMany({
    where: { supplierId, year },
    orderBy: { mode: 'asc' },
    include: { evidence: { select: { name: true } } },
  });
}

/** What proves a supplier's benefit of a year: for whoever looks after it, its certifiers and operators. Throws NotFound. */
export async function findEvidence(db: Db, actor: Actor, tree: PlaceTree, supplierId: number, year: number) {
  const benefit = await db.farmerBenefit.findFirst({
    where: { supplierId, year, evidenceFileId: { not: null } },
    include: { evidence: true, supplier: { select: { placeId: true } } },
  });
  const maySee =
    benefit &&
    (suppliersServedBy(actor).includes(supplierId) ||
      isWithin(tree, placesOfRegister(actor), benefit.supplier.placeId));
  if (!maySee || !benefit.evidence) throw new NotFound();
  return benefit.evidence;
}
