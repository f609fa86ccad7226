import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { NotFound, RuleRefusal } from '../shared/errors.ts';
import type { AddressInput } from './account-schemas.ts';
import { type Actor, unitsBoughtFor } from './actor.ts';
import { type AddressOwner, lockOwner, ownedBy, ownerOf, setDefault } from './address-owner.ts';
import { type AddressRow, findAddressFor } from './address-queries.ts';

const MOST = 50;

export interface NewAddress extends AddressInput {
  /** the unit that it belongs to; without: the actor's own */
  unitId?: number;
  isDefault: boolean;
}

/**
 * Adds an address; the first of its owner is the default. Refuses with 422 `notYourUnit` for a unit that the actor does not buy for
 * and `tooManyAddresses` beyond 50.
 */
export async function addAddress(db: PrismaClient, actor: Actor, address: NewAddress): Promise<AddressRow> {
  const { unitId, isDefault, ...where } = address;
  if (unitId !== undefined && !unitsBoughtFor(actor).includes(unitId)) {
    throw new RuleRefusal('notYourUnit', [{ path: 'unitId', code: 'notYourUnit' }]);
  }
  const owner = ownerOf({ userId: actor.id, unitId: unitId ?? null });
  return inTransaction(db, async (tx) => {
    await lockOwner(tx, owner);
    const others = await tx.address.count({ where: ownedBy(owner) });
    if (others >= MOST) throw new RuleRefusal('tooManyAddresses', [], { maximum: MOST });
    const { id } = await tx.address.create({ data: { ...owner, ...where }, select: { id: true } });
    if (isDefault || others === 0) await setDefault(tx, owner, id);
    return known(tx, actor, id);
  });
}

/** Changes an address in place: orders keep their own copy. Throws NotFound for one that is not the actor's to change. */
export async function changeAddress(
  db: PrismaClient,
  actor: Actor,
  id: number,
  address: AddressInput & { isDefault: boolean },
): Promise<AddressRow> {
  const { isDefault, ...where } = address;
  return inTransaction(db, async (tx) => {
    const owner = await lockOwnerOf(tx, actor, id);
    await tx.address.update({ where: { id }, data: where });
    if (isDefault) await setDefault(tx, owner, id);
    return known(tx, actor, id);
  });
}

/** Makes an address the one that checkout offers first. Throws NotFound for one that is not the actor's to change. */
export async function makeDefaultAddress(db: PrismaClient, actor: Actor, id: number): Promise<void> {
  await inTransaction(db, async (tx) => setDefault(tx, await lockOwnerOf(tx, actor, id), id));
}

/** Locks the owner of an address that the actor may change; the address is looked at again under the lock. */
export async function lockOwnerOf(tx: Tx, actor: Actor, id: number): Promise<AddressOwner> {
  const owner = ownerOf(await known(tx, actor, id));
  await lockOwner(tx, owner);
  await known(tx, actor, id);
  return owner;
}

async function known(tx: Tx, actor: Actor, id: number): Promise<AddressRow> {
  const address = await findAddressFor(tx, actor, id);
  if (!address) throw new NotFound();
  return address;
}
