import type { Db } from '../../db/client.ts';
import { addDays, type Day, dayFromColumn, dayToColumn } from '../../shared/days.ts';
import { RENEWAL_OPENS_DAYS } from './renewal-term.ts';

export interface Renewable {
  id: number;
  number: string;
  name: string;
  nameEn: string;
  of: 'supplier' | 'product';
  validUntil: Day;
}

/** The suppliers' certifications, and their products', that can be renewed today: near their end or past it, none newer, none under way. */
export async function renewableCertifications(
  db: Db,
  supplierIds: readonly number[],
  today: Day,
): Promise<Renewable[]> {
  if (supplierIds.length === 0) return [];
  const ids = [...supplierIds];
  const until = { gte: dayToColumn(addDays(today, -180)), lte: dayToColumn(addDays(today, RENEWAL_OPENS_DAYS)) };
  const longer = { state: 'certified' as const, validUntil: { gt: dayToColumn(addDays(today, RENEWAL_OPENS_DAYS)) } };
  const rows = await db.certification.findMany({
    where: {
      ...{ state: 'certified', number: { not: null }, validUntil: until },
      renewals: { none: { OR: [{ openKey: { not: null } }, { certification: { state: 'certified' } }] } },
      OR: [
        { supplier: { id: { in: ids }, certifications: { none: longer } } },
        { product: { supplierId: { in: ids }, certifications: { none: longer } } },
      ],
    },
    orderBy: { validUntil: 'asc' },
    select: {
      ...{ id: true, number: true, validUntil: true },
      supplier: { select: { name: true, nameEn: true } },
      product: { select: { spec: true, specEn: true, family: { select: { name: true, nameEn: true } } } },
    },
  });
  return rows.map(({ id, number, validUntil, supplier, product }) => ({
    id,
    number: number ?? '',
    of: product ? ('product' as const) : ('supplier' as const),
    name: product ? `${product.family.name} ${product.spec}` : (supplier?.name ?? ''),
    nameEn: product ? `${product.family.nameEn} ${product.specEn}` : (supplier?.nameEn ?? ''),
    validUntil: validUntil ? dayFromColumn(validUntil) : today,
  }));
}

export interface CertifiableProduct {
  code: string;
  name: string;
  nameEn: string;
}

/** The suppliers' products that are not certified today nor on the way to it. */
export async function certifiableProducts(
  db: Db,
  supplierIds: readonly number[],
  today: Day,
): Promise<CertifiableProduct[]> {
  if (supplierIds.length === 0) return [];
  const held = { state: { in: ['certified' as const, 'suspended' as const] }, validUntil: { gte: dayToColumn(today) } };
  const rows = await db.product.findMany({
    where: {
      supplierId: { in: [...supplierIds] },
      certifications: { none: held },
      applications: { none: { openKey: { not: null } } },
    },
    orderBy: { id: 'desc' },
    take: 200,
    select: { code: true, spec: true, specEn: true, family: { select: { name: true, nameEn: true } } },
  });
  return rows.map(({ code, spec, specEn, family }) => ({
    code,
    name: `${family.name} ${spec}`,
    nameEn: `${family.nameEn} ${specEn}`,
  }));
}
