import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import type { Actor } from './actor.ts';
import { ownedBy, setDefault } from './address-owner.ts';
import { lockOwnerOf } from './save-address.ts';

/** Takes an address off the list; the oldest left becomes the default if it was. Throws NotFound for one that is not the actor's. */
export async function removeAddress(db: PrismaClient, actor: Actor, id: number, now: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const owner = await lockOwnerOf(tx, actor, id);
    const { isDefault } = await tx.address.findUniqueOrThrow({ where: { id }, select: { isDefault: true } });
    await tx.address.update({ where: { id }, data: { deletedAt: now, isDefault: false } });
    if (!isDefault) return;
    const next = await tx.address.findFirst({ where: ownedBy(owner), orderBy: { id: 'asc' }, select: { id: true } });
    if (next) await setDefault(tx, owner, next.id);
  });
}
