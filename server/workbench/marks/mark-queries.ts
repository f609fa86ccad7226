import { type Actor, suppliersServedBy } from '../../accounts/actor.ts';
import type { Db } from '../../db/client.ts';
import type { Prisma } from '../../db/generated/client.ts';
import { NotFound } from '../../shared/errors.ts';
import { idsBelow } from '../../shared/tree.ts';
import { type CertifiedPlaces, isWithin, placesOfRegister } from '../../suppliers/certification-policy.ts';
import type { PlaceTree } from '../../units/place-tree.ts';

const shown = {
  supplier: { select: { id: true, name: true, nameEn: true, placeId: true } },
  family: { select: { name: true, nameEn: true } },
  file: { select: { name: true, mime: true } },
  submittedBy: { select: { name: true } },
} satisfies Prisma.QualityMarkInclude;

export type ShownMark = Prisma.QualityMarkGetPayload<{ include: typeof shown }>;

const MOST_OF_SUPPLIER = 200;

/** A supplier's certificates, the newest first. */
export function marksOf(db: Db, supplierId: number): Promise<ShownMark[]> {
  return db.qualityMark.findMany({
    where: { supplierId },
    orderBy: { id: 'desc' },
    take: MOST_OF_SUPPLIER,
    include: shown,
  });
}

/** Suppliers that the actor looks after, with their families, for the form's choices. */
export function ownFamilies(db: Db, actor: Actor) {
  return db.supplier.findMany({
    where: { id: { in: suppliersServedBy(actor) }, state: { not: 'applying' } },
    orderBy: { id: 'asc' },
    select: {
      ...{ id: true, name: true, nameEn: true },
      families: { select: { id: true, name: true, nameEn: true }, orderBy: { id: 'asc' } },
    },
  });
}

export const PARTS = ['submitted', 'confirmed', 'ended'] as const;
export type Part = (typeof PARTS)[number];

/** Certificates of suppliers of these places: those that wait, the longest first; else the newest first; beyond the key of the last one seen. */
export function listMarks(
  db: Db,
  { places, tree }: { places: CertifiedPlaces; tree: PlaceTree },
  part: Part,
  afterId: number | null,
  take: number,
): Promise<ShownMark[]> {
  const isWaiting = part === 'submitted';
  const within = places === null ? {} : { supplier: { placeId: { in: places.flatMap((id) => idsBelow(tree, id)) } } };
  return db.qualityMark.findMany({
    where: {
      ...within,
      ...(part === 'ended' ? { state: { in: ['refused', 'withdrawn'] } } : { state: part }),
      ...(afterId === null ? {} : { id: isWaiting ? { gt: afterId } : { lt: afterId } }),
    },
    orderBy: { id: isWaiting ? 'asc' : 'desc' },
    take,
    include: shown,
  });
}

/** The scan of a certificate: for whoever looks after its supplier, its certifiers and operators. Throws NotFound. */
export async function findMarkFile(db: Db, actor: Actor, tree: PlaceTree, id: number) {
  const mark = await db.qualityMark.findUnique({
    where: { id },
    include: { file: true, supplier: { select: { placeId: true } } },
  });
  const maySee =
    mark &&
    (suppliersServedBy(actor).includes(mark.supplierId) ||
      isWithin(tree, placesOfRegister(actor), mark.supplier.placeId));
  if (!maySee || !mark.file) throw new NotFound();
  return mark.file;
}
