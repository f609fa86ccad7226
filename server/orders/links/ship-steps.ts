import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { BadInput, type Fault } from '../../shared/errors.ts';
import { formatKilograms } from '../../shared/weight.ts';
import { read } from '../../web/forms.ts';
import { kindOf, nextToGo } from '../cold-chain.ts';
import type { SupplierFulfilment } from '../order-queries.ts';
import { quantityField, readShipment, shipmentFields, weightField } from '../supplier-forms.ts';
import { weightRange } from '../weighed-parts.ts';
import { isShort } from './act-by-link.ts';

/**
 * The questions of shipping by a link, each a page of its own: whether all of it goes; how much of each; what becomes of the rest; the
 * slip. What was answered travels in the query until the last page sends everything.
 */
export const SHIP_STEPS = ['goods', 'part', 'rest', 'slip'] as const;
export type ShipStep = (typeof SHIP_STEPS)[number];

export type Answers = Record<string, unknown>;

const shortForm = z.object({ rest: z.enum(['drop', 'follows']), reason: z.string().trim().max(500).default('') });

const isQuantity = (field: string) => field.startsWith('quantity-') || field.startsWith('weight-') || field === 'lines';

/** What is asked next after these answers, with what is wrong with the last one. */
export function nextStep(parcel: SupplierFulfilment, answers: Answers): { step: ShipStep; faults: Fault[] } {
  const isWeighed = linesToGo(parcel, answers).some((line) => line.pricePerKgFen !== null);
  const { step } = answers;
  if (step !== 'part' && step !== 'rest' && step !== 'slip')
    return { step: isWeighed && step === 'all' ? 'part' : step === 'all' ? 'slip' : 'goods', faults: [] };
  if (step === 'part') return { step: 'part', faults: [] };
  const faults = quantityFaults(parcel, answers);
  if (faults.length > 0) return { step: 'part', faults };
  const { input } = readShipment(parcel, { ...answers, ...UNASKED });
  if (!isShort(parcel, input)) return { step: 'slip', faults: [] };
  if (step === 'rest' || answers.rest === undefined) return { step: 'rest', faults: [] };
  return { step: restFaults(answers).length > 0 ? 'rest' : 'slip', faults: restFaults(answers) };
}

/** The goods that the questions are about: cold-chain goods while there are any, then the others, or as it was wished. */
function linesToGo(parcel: SupplierFulfilment, answers: Answers) {
  const next = nextToGo(parcel, answers.only);
  return parcel.lines.filter((line) => kindOf(line) === next);
}

/** The page on which the first of these faults is mended. */
export function stepOf(faults: readonly Fault[]): ShipStep {
  if (faults.some(({ path }) => isQuantity(path))) return 'part';
  return faults.some(({ path }) => path === 'rest' || path === 'reason') ? 'rest' : 'slip';
}

/** Why the rest does not come; null where it is to follow. Throws BadInput. */
export function reasonIn(answers: Answers): string | null {
  const { rest, reason } = read(shortForm, answers);
  if (rest === 'follows') return null;
  if (reason === '') throw new BadInput([{ path: 'reason', code: 'reasonNeeded' }]);
  return reason;
}

/** The answers of the other pages, as hidden fields of this one. */
export function answersBeside(parcel: SupplierFulfilment, step: ShipStep, answers: Answers) {
  const fields = [...shipmentFields(parcel), 'rest', 'reason'];
  const asked = (field: string) =>
    (step === 'part' && isQuantity(field)) ||
    (step === 'rest' && (field === 'rest' || field === 'reason')) ||
    (step === 'slip' && ['carrier', 'trackingNumber', 'temperature'].includes(field));
  return fields.flatMap((name) =>
    typeof answers[name] === 'string' && !asked(name) ? [{ name, value: answers[name] }] : [],
  );
}

/** The carrier that a supplier's last parcel went by; most have one. */
export async function lastCarrier(db: Db, supplierId: number): Promise<string> {
  const parcel = await db.fulfilment.findFirst({
    where: { supplierId, state: 'shipped' },
    orderBy: { id: 'desc' },
    select: { shipments: { orderBy: { id: 'desc' }, take: 1, select: { carrier: true } } },
  });
  return parcel?.shipments[0]?.carrier ?? '';
}

/** Stands in for what is asked on the last page, so that the earlier ones are read by the same rules. */
const UNASKED = { carrier: '-', trackingNumber: '0', temperature: '0' };

function quantityFaults(parcel: SupplierFulfilment, answers: Answers): Fault[] {
  try {
    readShipment(parcel, { ...answers, ...UNASKED });
  } catch (error) {
    if (error instanceof BadInput) return error.faults;
    throw error;
  }
  return linesToGo(parcel, answers).flatMap((line) =>
    line.allocations.flatMap(({ batchId, quantity }): Fault[] => {
      const path = quantityField(line.id, batchId);
      const wanted = Number(answers[path] ?? quantity);
      if (wanted > quantity) return [{ path, code: 'tooBig', values: { maximum: quantity } }];
      const scales = weightField(line.id, batchId);
      const isWeighed = line.pricePerKgFen === null || wanted === 0 || String(answers[scales] ?? '').trim() !== '';
      return isWeighed ? [] : [{ path: scales, code: 'weightNeeded', values: weightValues(line, wanted) }];
    }),
  );
}

function weightValues(line: SupplierFulfilment['lines'][number], quantity: number) {
  const { least, most } = weightRange(line, quantity);
  return { name: line.name, least: formatKilograms(least), most: formatKilograms(most) };
}

function restFaults(answers: Answers): Fault[] {
  try {
    reasonIn(answers);
    return [];
  } catch (error) {
    if (error instanceof BadInput) return error.faults;
    throw error;
  }
}
