import type { Tx } from '../db/client.ts';
import type { Prisma } from '../db/generated/client.ts';

/** A person, or a unit whose buyers share the addresses. */
export type AddressOwner = { userId: number; unitId: null } | { userId: null; unitId: number };

/** Lets one change at a time of one owner's addresses through, so that exactly one stays the default. */
export async function lockOwner(tx: Tx, owner: AddressOwner): Promise<void> {
  if (owner.unitId === null) await tx.$queryRaw`SELECT id FROM user WHERE id = ${owner.userId} FOR UPDATE`;
  else await tx.$queryRaw`SELECT id FROM unit WHERE id = ${owner.unitId} FOR UPDATE`;
}

export function ownedBy({ userId, unitId }: AddressOwner): Prisma.AddressWhereInput {
  return { userId, unitId, deletedAt: null };
}

export function ownerOf({ userId, unitId }: { userId: number | null; unitId: number | null }): AddressOwner {
  if (unitId !== null) return { userId: null, unitId };
  if (userId !== null) return { userId, unitId: null };
  throw new Error('an address without an owner');
}

/** Makes this the only default of its owner. */
export async function setDefault(tx: Tx, owner: AddressOwner, id: number): Promise<void> {
  await tx.address.updateMany({
    where: { ...ownedBy(owner), isDefault: true, id: { not: id } },
    data: { isDefault: false },
  });
  await tx.address.updateMany({ where: { ...ownedBy(owner), id }, data: { isDefault: true } });
}
