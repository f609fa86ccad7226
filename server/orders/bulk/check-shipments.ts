import { type Actor, suppliersServedBy } from '../../accounts/actor.ts';
import type { Db } from '../../db/client.ts';
import type { Prisma } from '../../db/generated/client.ts';
import type { Fault } from '../../shared/errors.ts';
import { faultsOf } from '../../web/forms.ts';
import { type GoodsKind, kindOf, kindsOf } from '../cold-chain.ts';
import { shipmentBody } from '../order-schemas.ts';
import { type ShipmentInput, temperatureFaults } from '../ship-fulfilment.ts';
import type { ShipmentRow } from './shipment-rows.ts';

const parcelParts = {
  supplier: { select: { name: true, nameEn: true } },
  order: { select: { recipient: true, region: true, submittedAt: true } },
  lines: {
    orderBy: { id: 'asc' },
    select: {
      ...{ id: true, name: true, nameEn: true, saleUnit: true, saleUnitEn: true },
      ...{ quantity: true, refundedQuantity: true, pricePerKgFen: true },
      product: { select: { coldChain: true } },
      allocations: { select: { batch: { select: { coming: true } } } },
    },
  },
  shipments: { select: { lines: { select: { lineId: true } } } },
} satisfies Prisma.FulfilmentInclude;

export type BulkParcel = Prisma.FulfilmentGetPayload<{ include: typeof parcelParts }>;

export interface CheckedShipment {
  row: ShipmentRow;
  parcel: BulkParcel | null;
  /** what goes of a parcel with cold-chain goods and others, which have a row each; null: all of it */
  kind: GoodsKind | null;
  /** what would be recorded; null where something is wrong */
  shipment: ShipmentInput | null;
  /** by the row's own fields: parcel, carrier, trackingNumber, temperature */
  faults: Fault[];
}

const CODES = {
  all: { twice: 'parcelTwice', gone: 'goneInPart' },
  cold: { twice: 'coldTwice', gone: 'coldGone' },
  other: { twice: 'othersTwice', gone: 'othersGone' },
} as const;

/**
 * What each row of a list says, for parcels of the actor's suppliers that go as a whole: those by weight, those that went in part and
 * those of a coming harvest are left to their own page. Of a parcel with cold-chain goods and others a row with a temperature is the
 * former, one without the latter, since they go in shipments of their own (rule 23). Every fault by its row, before anything is done.
 */
export async function checkShipments(db: Db, actor: Actor, rows: readonly ShipmentRow[]): Promise<CheckedShipment[]> {
  const keys = rows.map((row) => keyOf(row.parcel));
  const parcels = await parcelsNamed(db, actor, keys);
  const seen = new Set<string>();
  return rows.map((row, index) => {
    const key = keys[index] ?? null;
    const named = key === null ? [] : parcels.filter((parcel) => matches(parcel, key));
    const [parcel = null] = named;
    const kind = parcel && kindNamed(parcel, row);
    const goods = `${parcel?.id} ${kind}`;
    const { shipment, faults } = readRow(row);
    if (named.length > 1) faults.unshift({ path: 'parcel', code: 'severalParcels' });
    else if (!parcel) faults.unshift({ path: 'parcel', code: 'noSuchParcel' });
    else if (seen.has(goods)) faults.unshift({ path: 'parcel', code: CODES[kind ?? 'all'].twice });
    else faults.push(...parcelFaults(parcel, kind, shipment));
    if (parcel) seen.add(goods);
    return {
      ...{ row, parcel: named.length === 1 ? parcel : null, kind, faults },
      shipment: faults.length === 0 && shipment ? { ...shipment, ...(kind ? { only: kind } : {}) } : null,
    };
  });
}

function kindNamed({ lines }: BulkParcel, { temperature }: ShipmentRow): GoodsKind | null {
  if (kindsOf(standing(lines)).length < 2) return null;
  return temperature === '' ? 'other' : 'cold';
}

function standing(lines: BulkParcel['lines']): BulkParcel['lines'] {
  return lines.filter(({ quantity, refundedQuantity }) => quantity > refundedQuantity);
}

/** The lines that a row is about. */
export function linesOf({ lines }: BulkParcel, kind: GoodsKind | null): BulkParcel['lines'] {
  return standing(lines).filter((line) => kind === null || kindOf(line) === kind);
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

function parcelFaults(parcel: BulkParcel, kind: GoodsKind | null, shipment: ShipmentInput | null): Fault[] {
  const { state, shipments } = parcel;
  const lines = linesOf(parcel, kind);
  const gone = shipments.flatMap((one) => one.lines).some(({ lineId }) => lines.some(({ id }) => id === lineId));
  if (state === 'partly_shipped' && (gone || kind === null))
    return [{ path: 'parcel', code: CODES[kind ?? 'all'].gone }];
  if (state !== 'to_confirm' && state !== 'confirmed' && state !== 'partly_shipped')
    return [{ path: 'parcel', code: 'notToShip' }];
  const faults: Fault[] = [];
  if (lines.some((line) => line.pricePerKgFen !== null)) faults.push({ path: 'parcel', code: 'weighedOnItsPage' });
  if (lines.some((line) => line.allocations.some(({ batch }) => batch.coming)))
    faults.push({ path: 'parcel', code: 'notHarvestedYet' });
  if (shipment && lines.some(({ product }) => product.coldChain))
    faults.push(...temperatureFaults(shipment.temperatureDeci));
  return faults;
}
