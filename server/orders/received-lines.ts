import type { NewFile } from '../clients/file-store.ts';
import { type Fault, RuleRefusal } from '../shared/errors.ts';
import { groupBy } from '../shared/group-by.ts';
import { allocate } from '../shared/money.ts';
import { formatKilograms } from '../shared/weight.ts';
import { less, type Part, splitOff } from './line-parts.ts';
import type { LockedOrder } from './lock-order.ts';
import type { OpenShipment, ParcelRest } from './parcel-rest.ts';
import { owesHeavier, settledByWeight, weightRange } from './weighed-parts.ts';

/** What became of a line, or of one batch of it. */
export interface ReceiptLineInput {
  lineId: number;
  batchId?: number;
  acceptedQuantity: number;
  /** on the scales, of goods settled by weight; left out: as the supplier weighed them */
  acceptedGrams?: number;
  shortQuantity: number;
  damagedQuantity: number;
  note?: string;
  /** of what is short or damaged */
  photos?: readonly NewFile[];
}

type OrderLine = LockedOrder['lines'][number];

export interface BatchOutcome {
  batchId: number;
  acceptedQuantity: number;
  shortQuantity: number;
  damagedQuantity: number;
}

/** A line with what became of it; `missing` parts are neither owed nor counted, negative ones are owed and counted beside what was ordered. */
export interface ReceivedLine {
  line: OrderLine;
  shortQuantity: number;
  damagedQuantity: number;
  accepted: Part;
  missing: { fen: number; grams: number };
  weighedGrams: number | null;
  note: string | null;
  batches: BatchOutcome[];
  photos: readonly NewFile[];
}

interface Arriving {
  order: LockedOrder;
  lines: readonly OrderLine[];
  rest: ParcelRest;
  shipment: OpenShipment;
}

/** How many units of a line a shipment brings: what it carries, unless a refund gave some of it up. */
export function arrivingQuantity(rest: ParcelRest, shipment: OpenShipment, lineId: number): number {
  const carried = shipment.lines.filter((one) => one.lineId === lineId).reduce((sum, one) => sum + one.quantity, 0);
  const left = rest.lines.find((one) => one.lineId === lineId)?.toArrive.quantity ?? 0;
  return Math.min(carried, left);
}

/**
 * Works out of what was typed what is owed and counted of a shipment (rules 25, 28). No inputs: everything as it was shipped. Refuses
 * every fault at once: goods that it does not bring, quantities that do not add up, weights beyond the tolerance.
 */
export function receivedLines(arriving: Arriving, inputs: readonly ReceiptLineInput[]): ReceivedLine[] {
  const { lines, rest, shipment } = arriving;
  const faults: Fault[] = [];
  for (const [index, { lineId, batchId }] of inputs.entries()) {
    const same = (other: ReceiptLineInput) =>
      other.lineId === lineId && (other.batchId === batchId || !other.batchId || !batchId);
    const brought = shipment.lines.some((one) => one.lineId === lineId && (!batchId || one.batchId === batchId));
    const known = batchId ? brought : lines.some((line) => line.id === lineId);
    if (!known || inputs.findIndex(same) !== index)
      faults.push({ path: `lines.${index}.${batchId ? 'batchId' : 'lineId'}`, code: 'notInParcel' });
  }
  const received = lines.flatMap((line) => {
    const quantity = arrivingQuantity(rest, shipment, line.id);
    const own = inputs.flatMap((input, index) => (input.lineId === line.id ? [{ input, index }] : []));
    if (quantity === 0 && own.length === 0) return [];
    return [receivedLine(arriving, line, quantity, own, inputs.length > 0, faults)];
  });
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  return received;
}

interface Typed {
  input: ReceiptLineInput;
  index: number;
}

function receivedLine(
  { order, rest, shipment }: Arriving,
  line: OrderLine,
  quantity: number,
  own: readonly Typed[],
  isTyped: boolean,
  faults: Fault[],
): ReceivedLine {
  const sum = (of: 'acceptedQuantity' | 'shortQuantity' | 'damagedQuantity') =>
    own.reduce((total, { input }) => total + input[of], 0);
  const isWhole = own.length === 0;
  const acceptedQuantity = isWhole ? quantity : sum('acceptedQuantity');
  const [shortQuantity, damagedQuantity] = [sum('shortQuantity'), sum('damagedQuantity')];
  const path = `lines.${own[0]?.index ?? -1}`;
  if (isWhole && isTyped) faults.push({ path: 'lines', code: 'lineMissing', values: { name: line.name } });
  const addsUp = acceptedQuantity + shortQuantity + damagedQuantity === quantity;
  if (!addsUp)
    faults.push({ path: `${path}.acceptedQuantity`, code: 'mustAddUp', values: { quantity, name: line.name } });
  const carried = shipment.lines.filter((one) => one.lineId === line.id);
  const toArrive = rest.lines.find((one) => one.lineId === line.id)?.toArrive ?? { quantity: 0, fen: 0, grams: 0 };
  const arrived = splitOff(toArrive, quantity);
  const ordered = splitOff(arrived, Math.min(acceptedQuantity, quantity));
  const shippedGrams = carried.reduce((total, one) => total + one.grams, 0);
  const shippedQuantity = carried.reduce((total, one) => total + one.quantity, 0);
  const [asShipped = 0] = allocate(shippedGrams, [ordered.quantity, shippedQuantity - ordered.quantity]);
  const typedGrams = own.some(({ input }) => input.acceptedGrams !== undefined)
    ? own.reduce((total, { input }) => total + (input.acceptedGrams ?? 0), 0)
    : null;
  const weighedGrams = line.pricePerKgFen === null ? typedGrams : (typedGrams ?? asShipped);
  if (line.pricePerKgFen !== null && addsUp) checkWeight(line, acceptedQuantity, weighedGrams ?? 0, path, faults);
  const accepted =
    line.pricePerKgFen === null ? ordered : settledByWeight(ordered, weighedGrams ?? 0, owesHeavier(order));
  return {
    ...{ line, shortQuantity, damagedQuantity, accepted, weighedGrams },
    missing: less(arrived, accepted),
    note: own.flatMap(({ input }) => input.note ?? []).join(' · ') || null,
    batches: addsUp ? outcomes(carried, own, { acceptedQuantity, shortQuantity, damagedQuantity }, faults) : [],
    photos: own.flatMap(({ input }) => input.photos ?? []),
  };
}

function checkWeight(line: OrderLine, quantity: number, grams: number, path: string, faults: Fault[]): void {
  const { most } = weightRange(line, quantity);
  const values = { name: line.name, most: formatKilograms(most) };
  if (quantity > 0 && grams === 0) faults.push({ path: `${path}.acceptedGrams`, code: 'weightNeeded', values });
  if (grams > most) faults.push({ path: `${path}.acceptedGrams`, code: 'tooHeavy', values });
}

/** What became of each batch; typed by line, the last batches are those that something is missing of. */
function outcomes(
  carried: OpenShipment['lines'],
  own: readonly Typed[],
  whole: Omit<BatchOutcome, 'batchId'>,
  faults: Fault[],
): BatchOutcome[] {
  if (own.some(({ input }) => input.batchId))
    return own.map(({ input, index }) => {
      const { batchId = 0, acceptedQuantity, shortQuantity, damagedQuantity } = input;
      const most = carried.find((one) => one.batchId === batchId)?.quantity ?? 0;
      if (acceptedQuantity + shortQuantity + damagedQuantity > most)
        faults.push({ path: `lines.${index}.acceptedQuantity`, code: 'tooBig', values: { maximum: most } });
      return { batchId, acceptedQuantity, shortQuantity, damagedQuantity };
    });
  const left = { ...whole };
  const take = (of: keyof typeof left, room: number) => {
    const part = Math.min(left[of], room);
    left[of] -= part;
    return part;
  };
  return [...groupBy(carried, (one) => one.batchId)].map(([batchId, [one]]) => {
    const room = one?.quantity ?? 0;
    const acceptedQuantity = take('acceptedQuantity', room);
    const damagedQuantity = take('damagedQuantity', room - acceptedQuantity);
    const shortQuantity = take('shortQuantity', room - acceptedQuantity - damagedQuantity);
    return { batchId, acceptedQuantity, shortQuantity, damagedQuantity };
  });
}
