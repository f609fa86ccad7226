import { type Actor, suppliersServedBy } from '../../accounts/actor.ts';
import type { Db } from '../../db/client.ts';
import type { Prisma } from '../../db/generated/client.ts';
import type { Fault } from '../../shared/errors.ts';
import { faultsOf } from '../../web/forms.ts';
import { shipmentBody } from '../order-schemas.ts';
import { type ShipmentInput, WARMEST_DECI } from '../ship-fulfilment.ts';
import type { ShipmentRow } from './shipment-rows.ts';

const parcelParts = {
  supplier: { select: { name: true, nameEn: true } },
  order: { select: { recipient: true, region: true, submittedAt: true } },
  lines: {
    orderBy: { id: 'asc' },
    select: {
      ...{ name: true, nameEn: true, saleUnit: true, saleUnitEn: true, quantity: true, pricePerKgFen: true },
      product: { select: { coldChain: true } },
      allocations: { select: { batch: { select: { coming: true } } } },
    },
  },
} satisfies Prisma.FulfilmentInclude;

export type BulkParcel = Prisma.FulfilmentGetPayload<{ include: typeof parcelParts }>;

export interface CheckedShipment {
  row: ShipmentRow;
  parcel: BulkParcel | null;
  /** what would be recorded; null where something is wrong */
  shipment: ShipmentInput | null;
  /** by the row's own fields: parcel, carrier, trackingNumber, temperature */
  faults: Fault[];
}

/**
 * What each row of a list says, for parcels of the actor's suppliers that go as a whole: those by weight, those that went in part and
 * those of a coming harvest are left to their own page. Every fault by its row, before anything is done. Two statements.
 */
export async function checkShipments(db: Db, actor: Actor, rows: readonly ShipmentRow[]): Promise<CheckedShipment[]> {
  const keys = rows.map((row) => keyOf(row.parcel));
  const parcels = await parcelsNamed(db, actor, keys);
  const seen = new Set<number>();
  return rows.map((row, index) => {
    const key = keys[index] ?? null;
    const named = key === null ? [] : parcels.filter((parcel) => matches(parcel, key));
    const [parcel = null] = named;
    const { shipment, faults } = readRow(row);
    if (named.length > 1) faults.unshift({ path: 'parcel', code: 'severalParcels' });
    else if (!parcel) faults.unshift({ path: 'parcel', code: 'noSuchParcel' });
    else if (seen.has(parcel.id)) faults.unshift({ path: 'parcel', code: 'parcelTwice' });
    else faults.push(...parcelFaults(parcel, shipment));
    if (parcel) seen.add(parcel.id);
    return {
      ...{ row, parcel: named.length === 1 ? parcel : null, faults },
      shipment: faults.length === 0 ? shipment : null,
    };
  });
}

type Key = { orderId: number } | { id: number };

/** 012747 is a parcel, 20261120-008258 an order. */
function keyOf(text: string): Key | null {
  const order = /^\d{8}-(\d{6,9})$/.exec(text);
  if (order) return { orderId: Number(order[1]) };
  return /^\d{1,9}$/.test(text) ? { id: Number(text) } : null;
}

function matches(parcel: BulkParcel, key: Key): boolean {
  return 'id' in key ? parcel.id === key.id : parcel.orderId === key.orderId;
}

function parcelsNamed(db: Db, actor: Actor, keys: readonly (Key | null)[]): Promise<BulkParcel[]> {
  const ids = keys.flatMap((key) => (key && 'id' in key ? [key.id] : []));
  const orderIds = keys.flatMap((key) => (key && 'orderId' in key ? [key.orderId] : []));
  return db.fulfilment.findMany({
    where: {
      supplierId: { in: suppliersServedBy(actor) },
      order: { placedAt: { not: null } },
      OR: [{ id: { in: ids } }, { orderId: { in: orderIds } }],
    },
    include: parcelParts,
  });
}

function readRow({ carrier, trackingNumber, temperature, isRounded }: ShipmentRow): {
  shipment: ShipmentInput | null;
  faults: Fault[];
} {
  if (isRounded) return { shipment: null, faults: [{ path: 'trackingNumber', code: 'roundedByExcel' }] };
  const read = shipmentBody.safeParse({ carrier, trackingNumber, temperature }, { reportInput: true });
  if (!read.success) {
    const faults = faultsOf(read.error);
    return {
      shipment: null,
      faults: faults.filter(({ path }, at) => faults.findIndex((one) => one.path === path) === at),
    };
  }
  const { temperature: temperatureDeci, ...shipment } = read.data;
  return { shipment: { ...shipment, temperatureDeci }, faults: [] };
}

function parcelFaults({ state, lines }: BulkParcel, shipment: ShipmentInput | null): Fault[] {
  if (state === 'partly_shipped') return [{ path: 'parcel', code: 'goneInPart' }];
  if (state !== 'to_confirm' && state !== 'confirmed') return [{ path: 'parcel', code: 'notToShip' }];
  const faults: Fault[] = [];
  if (lines.some((line) => line.pricePerKgFen !== null)) faults.push({ path: 'parcel', code: 'weighedOnItsPage' });
  if (lines.some((line) => line.allocations.some(({ batch }) => batch.coming)))
    faults.push({ path: 'parcel', code: 'notHarvestedYet' });
  if (!shipment || lines.every(({ product }) => !product.coldChain)) return faults;
  const { temperatureDeci } = shipment;
  if (temperatureDeci === null) faults.push({ path: 'temperature', code: 'temperatureNeeded' });
  else if (temperatureDeci > WARMEST_DECI)
    faults.push({ path: 'temperature', code: 'tooWarm', values: { most: WARMEST_DECI / 10 } });
  return faults;
}
