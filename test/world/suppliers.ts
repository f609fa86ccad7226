import type { PrismaClient } from '../../server/db/client.ts';
import type { Certification, Place, Supplier } from '../../server/db/generated/client.ts';
import type { InterruptionKind, SupplierKind, SupplierState } from '../../server/db/generated/enums.ts';
import { type Day, dayToColumn } from '../../server/shared/days.ts';
import { FAR_AHEAD, LONG_AGO, nextNumber } from './numbering.ts';
import { aPlace } from './places.ts';

/** The first and last day of a certification. */
export type Validity = readonly [from: Day, until: Day];

export interface SupplierWish {
  code?: string;
  name?: string;
  kind?: SupplierKind;
  place?: Place;
  state?: SupplierState;
  minOrderFen?: number;
  freightFen?: number;
  /** null: freight is always charged */
  freeFreightFromFen?: number | null;
  /** false: it has no certification */
  certified?: Validity | false;
}

/** An active supplier, certified for long, that ships free of charge. */
export async function aSupplier(db: PrismaClient, wish: SupplierWish = {}): Promise<Supplier> {
  const code = wish.code ?? `supplier-${nextNumber()}`;
  const place = wish.place ?? (await aPlace(db));
  const supplier = await db.supplier.create({
    data: {
      code,
      name: wish.name ?? code,
      nameEn: code,
      kind: wish.kind ?? 'village_collective',
      placeId: place.id,
      state: wish.state ?? 'active',
      story: '',
      storyEn: '',
      minOrderFen: wish.minOrderFen ?? 0,
      freightFen: wish.freightFen ?? 0,
      freeFreightFromFen: wish.freeFreightFromFen,
    },
  });
  if (wish.certified !== false) await certify(db, { supplier }, wish.certified);
  return supplier;
}

export interface Certified {
  supplier?: { id: number };
  product?: { id: number };
}

/** A certification of a supplier or a product; without dates, one that always holds. */
export function certify(
  db: PrismaClient,
  { supplier, product }: Certified,
  [from, until]: Validity = [LONG_AGO, FAR_AHEAD],
): Promise<Certification> {
  return db.certification.create({
    data: {
      supplierId: supplier?.id,
      productId: product?.id,
      number: `TEST-${nextNumber()}`,
      issuer: '认定部门（测试）',
      state: 'certified',
      validFrom: dayToColumn(from),
      validUntil: dayToColumn(until),
    },
  });
}

/** Suspends, revokes or disqualifies from a day on; until: the first day on which it holds again. */
export async function interrupt(
  db: PrismaClient,
  certification: { id: number },
  kind: InterruptionKind,
  since: Day,
  until?: Day,
): Promise<void> {
  const states = { suspension: 'suspended', revocation: 'revoked', disqualification: 'disqualified' } as const;
  await db.certificationInterruption.create({
    data: {
      certificationId: certification.id,
      kind,
      since: dayToColumn(since),
      until: until ? dayToColumn(until) : null,
      reason: '测试',
    },
  });
  await db.certification.update({ where: { id: certification.id }, data: { state: states[kind] } });
}
