import type { Db } from '../db/client.ts';
import type { FulfilmentState } from '../db/generated/enums.ts';

export interface OpenParcel {
  id: number;
  orderId: number;
  state: FulfilmentState;
  placedAt: Date | null;
  confirmedAt: Date | null;
  goodsFen: number;
  supplier: { id: number; name: string; nameEn: string };
  lines: {
    id: number;
    name: string;
    nameEn: string;
    spec: string;
    specEn: string;
    quantity: number;
    saleUnit: string;
    saleUnitEn: string;
  }[];
}

/** Parcels that these suppliers have still to confirm or ship, the oldest first; goods only, no buyer and no address (rule 31). */
export async function listOpenParcels(db: Db, supplierIds: readonly number[], take: number): Promise<OpenParcel[]> {
  if (supplierIds.length === 0) return [];
  const rows = await db.fulfilment.findMany({
    where: { supplierId: { in: [...supplierIds] }, state: { in: ['to_confirm', 'confirmed'] } },
    select: {
      id: true,
      orderId: true,
      state: true,
      confirmedAt: true,
      goodsFen: true,
      supplier: { select: { id: true, name: true, nameEn: true } },
      order: { select: { placedAt: true } },
      lines: {
        select: {
          id: true,
          name: true,
          nameEn: true,
          spec: true,
          specEn: true,
          quantity: true,
          saleUnit: true,
          saleUnitEn: true,
        },
        orderBy: { id: 'asc' },
      },
    },
    orderBy: { id: 'asc' },
    take,
  });
  return rows.map(({ order, ...row }) => ({ ...row, placedAt: order.placedAt }));
}
