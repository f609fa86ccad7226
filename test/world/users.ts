import { hash } from '@node-rs/argon2';
import type { PrismaClient } from '../../server/db/client.ts';
import type { Address, User } from '../../server/db/generated/client.ts';
import type { Role } from '../../server/db/generated/enums.ts';
import { type Day, dayToColumn } from '../../server/shared/days.ts';
import { LONG_AGO, nextNumber } from './numbering.ts';

/** The password of every test user. */
export const PASSWORD = 'a password of the tests';

/** Hashed once and as cheaply as argon2 goes; what a hash costs to check stands in the hash. */
let passwordHash: Promise<string> | undefined;
const hashOnce = () => {
  passwordHash ??= hash(PASSWORD, { memoryCost: 8, timeCost: 1, parallelism: 1 });
  return passwordHash;
};

export interface GrantWish {
  role: Role;
  unit?: { id: number };
  group?: { id: number };
  supplier?: { id: number };
  place?: { id: number };
  since?: Day;
  until?: Day;
}

export interface UserWish {
  login?: string;
  name?: string;
  grants?: GrantWish[];
  isDemo?: boolean;
  disabled?: boolean;
  locale?: 'zh' | 'en';
  /** with an address of their own */
  address?: boolean;
}

/** A person who signs in with PASSWORD; without grants, an outside buyer. */
export async function aUser(db: PrismaClient, wish: UserWish = {}): Promise<User> {
  const login = wish.login ?? `user-${nextNumber()}`;
  return db.user.create({
    data: {
      login,
      name: wish.name ?? login,
      passwordHash: await hashOnce(),
      isDemo: wish.isDemo ?? false,
      disabledAt: wish.disabled ? new Date() : null,
      locale: wish.locale ?? 'zh',
      grants: { create: (wish.grants ?? []).map(grantData) },
      addresses: { create: wish.address ? [addressData('测试路 1 号')] : [] },
    },
  });
}

function grantData({ role, unit, group, supplier, place, since, until }: GrantWish) {
  return {
    role,
    unitId: unit?.id,
    groupId: group?.id,
    supplierId: supplier?.id,
    placeId: place?.id,
    since: dayToColumn(since ?? LONG_AGO),
    until: until ? dayToColumn(until) : null,
  };
}

/** One more right for somebody. */
export async function grant(db: PrismaClient, user: { id: number }, wish: GrantWish): Promise<void> {
  await db.roleGrant.create({ data: { userId: user.id, ...grantData(wish) } });
}

function addressData(detail: string) {
  return { recipient: '收货人（测试）', phone: '13800000000', region: '重庆市 渝中区', detail, isDefault: true };
}

export interface AddressWish {
  user?: { id: number };
  unit?: { id: number };
  detail?: string;
}

/** The default address of a person or a unit. */
export function anAddress(db: PrismaClient, { user, unit, detail }: AddressWish): Promise<Address> {
  return db.address.create({ data: { ...addressData(detail ?? '测试路 1 号'), userId: user?.id, unitId: unit?.id } });
}
