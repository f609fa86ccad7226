import type { Actor } from '../../accounts/actor.ts';
import type { PrismaClient } from '../../db/client.ts';
import { type Fault, Refusal } from '../../shared/errors.ts';
import { shipFulfilment } from '../ship-fulfilment.ts';
import type { CheckedShipment } from './check-shipments.ts';

export interface ShipmentResult extends CheckedShipment {
  isShipped: boolean;
}

/** Ships what is in order, each parcel in a transaction of its own; what has moved on since it was checked says so in its row. */
export async function shipSeveral(
  db: PrismaClient,
  actor: Actor,
  checked: readonly CheckedShipment[],
  at: Date,
): Promise<ShipmentResult[]> {
  const results: ShipmentResult[] = [];
  for (const one of checked) {
    const faults = one.parcel && one.shipment ? await refusals(() => ship(one)) : one.faults;
    results.push({ ...one, faults, isShipped: faults.length === 0 });
  }
  return results;

  function ship({ parcel, shipment }: CheckedShipment): Promise<void> {
    if (!parcel || !shipment) throw new Error('only what was checked and found in order is shipped');
    return shipFulfilment(db, actor, parcel.id, shipment, at);
  }
}

async function refusals(work: () => Promise<void>): Promise<Fault[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { faults, code, values } = error;
    return faults.length > 0 ? faults : [{ path: 'parcel', code, values }];
  }
}
