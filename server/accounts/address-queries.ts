import type { Db } from '../db/client.ts';
import type { Prisma } from '../db/generated/client.ts';
import { type Actor, unitsBoughtFor } from './actor.ts';

const shown = {
  id: true,
  userId: true,
  unitId: true,
  recipient: true,
  phone: true,
  region: true,
  detail: true,
  isDefault: true,
  unit: { select: { id: true, code: true, name: true, nameEn: true } },
} satisfies Prisma.AddressSelect;

/** Where goods may go: the actor's own address (`unit` null) or one of a unit that the actor buys for. */
export type AddressRow = Prisma.AddressGetPayload<{ select: typeof shown }>;

function within(actor: Actor): Prisma.AddressWhereInput {
  return { deletedAt: null, OR: [{ userId: actor.id }, { unitId: { in: unitsBoughtFor(actor) } }] };
}

/** The actor's own addresses, then those of the units bought for; in each the default first. */
export function addressesFor(db: Db, actor: Actor): Promise<AddressRow[]> {
  return db.address.findMany({
    where: within(actor),
    select: shown,
    orderBy: [{ unitId: { sort: 'asc', nulls: 'first' } }, { isDefault: 'desc' }, { id: 'asc' }],
  });
}

/** One address that the actor may have goods sent to; null when it is none of them. */
export function findAddressFor(db: Db, actor: Actor, id: number): Promise<AddressRow | null> {
  return db.address.findFirst({ where: { ...within(actor), id }, select: shown });
}
