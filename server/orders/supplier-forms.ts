import { BadInput, type Fault } from '../shared/errors.ts';
import { parseKilograms } from '../shared/weight.ts';
import { faultsOf } from '../web/forms.ts';
import { kindOf, nextToGo } from './cold-chain.ts';
import type { SupplierFulfilment } from './order-queries.ts';
import { shipmentBody } from './order-schemas.ts';
import type { ShipmentInput } from './ship-fulfilment.ts';

/** The field of one batch of one line; flat, because a parcel may have hundreds. */
export function quantityField(lineId: number, batchId: number): string {
  return `quantity-${lineId}-${batchId}`;
}

/** The field of what the scales show of it, in kilograms. */
export function weightField(lineId: number, batchId: number): string {
  return `weight-${lineId}-${batchId}`;
}

/** The fields that the form shows, so that each fault finds its own. */
export function shipmentFields(fulfilment: SupplierFulfilment): string[] {
  return [
    'carrier',
    'trackingNumber',
    'temperature',
    'only',
    ...sharesOf(fulfilment, undefined).flatMap((share) => [share.field, share.weightField]),
  ];
}

/** Each batch of each line, with what goes of it if nothing is said: all of it, or nothing of what goes apart from what goes next. */
function sharesOf(fulfilment: SupplierFulfilment, wish: unknown) {
  const next = nextToGo(fulfilment, wish);
  return fulfilment.lines.flatMap((line) =>
    line.allocations.map(({ batchId, quantity }) => ({
      lineId: line.id,
      batchId,
      goes: kindOf(line) === next ? quantity : 0,
      isWeighed: line.pricePerKgFen !== null,
      field: quantityField(line.id, batchId),
      weightField: weightField(line.id, batchId),
    })),
  );
}

/**
 * Reads the shipment form: a batch left out goes whole, a batch with 0 does not go; where both are left, cold-chain goods go first, or
 * those of `only`. Throws BadInput with the fields' own names, also when nothing at all would go, and alone `shippedMeanwhile` where the
 * form still speaks of goods that have gone.
 */
export function readShipment(
  fulfilment: SupplierFulfilment,
  body: Record<string, unknown>,
): { input: ShipmentInput; fieldOf: (path: string) => string } {
  const shares = sharesOf(fulfilment, body.only)
    .map((share) => ({ ...share, typed: String(body[share.field] ?? share.goes).trim() }))
    .filter((share) => share.typed !== '0');
  const fieldOf = (path: string) => {
    const share = shares[Number(/^lines\.(\d+)\./.exec(path)?.[1] ?? -1)];
    return (path.endsWith('.grams') ? share?.weightField : share?.field) ?? path;
  };
  const faults: Fault[] = [];
  const { carrier, trackingNumber, temperature } = body;
  const lines = shares.map(({ lineId, batchId, typed, isWeighed, weightField: field }) => {
    const text = String(body[field] ?? '').trim();
    const grams = isWeighed && text !== '' ? parseKilograms(text) : undefined;
    if (grams === null) faults.push({ path: field, code: 'malformedWeight' });
    return { lineId, batchId, quantity: typed, grams: grams ?? undefined };
  });
  const read = shipmentBody.safeParse({ carrier, trackingNumber, temperature, lines }, { reportInput: true });
  if (!read.success) faults.unshift(...faultsOf(read.error).map((fault) => ({ ...fault, path: fieldOf(fault.path) })));
  if (shares.length === 0) faults.push({ path: 'lines', code: 'nothingShipped' });
  if (saysMore(fulfilment, body)) throw new BadInput([{ path: 'lines', code: 'shippedMeanwhile' }]);
  if (!read.success || faults.length > 0) throw new BadInput(faults);
  const { temperature: temperatureDeci, ...shipment } = read.data;
  return { input: { ...shipment, temperatureDeci }, fieldOf };
}

/** Whether a form that was opened before would ship what is no longer there to ship: it was sent twice, or another was faster. */
function saysMore(fulfilment: SupplierFulfilment, body: Record<string, unknown>): boolean {
  const fields = new Set(sharesOf(fulfilment, undefined).map(({ field }) => field));
  return Object.entries(body).some(
    ([name, value]) => name.startsWith('quantity-') && !fields.has(name) && String(value).trim() !== '0',
  );
}
