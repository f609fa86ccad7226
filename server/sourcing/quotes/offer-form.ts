import { BadInput, type Fault } from '../../shared/errors.ts';
import { faultsOf } from '../../web/forms.ts';
import type { OfferInput } from './make-offer.ts';
import type { WholeRequest } from './quote-queries.ts';
import { offerForm, offerLineForm } from './quote-schemas.ts';

export const LINE_FIELDS = ['productId', 'quantity', 'price', 'per'] as const;

type Body = Record<string, unknown>;

/** Reads an offer; a line whose price is empty is not offered. Throws BadInput with every fault by its field, `price.<line>` and so on. */
export function readOffer(request: WholeRequest, body: Body): Omit<OfferInput, 'supplierId'> {
  const faults: Fault[] = [];
  const lines = offeredIds(request, body).flatMap((requestLineId) => {
    const typed = Object.fromEntries(LINE_FIELDS.map((field) => [field, body[`${field}.${requestLineId}`]]));
    const line = offerLineForm.safeParse(typed, { reportInput: true });
    if (line.success) return [{ ...line.data, requestLineId, priceFen: line.data.price }];
    faults.push(...faultsOf(line.error).map((fault) => ({ ...fault, path: `${fault.path}.${requestLineId}` })));
    return [];
  });
  const head = offerForm.safeParse(body, { reportInput: true });
  if (!head.success) faults.push(...faultsOf(head.error));
  if (!head.success || faults.length > 0) throw new BadInput(faults);
  return { ...head.data, lines };
}

/** Faults of the use case by the form's fields. */
export function offerFaults(request: WholeRequest, body: Body, faults: readonly Fault[]): Fault[] {
  const ids = offeredIds(request, body);
  return faults.map((fault) => {
    const [, index, field] = /^lines\.(\d+)\.(\w+)$/.exec(fault.path) ?? [];
    return field ? { ...fault, path: `${field}.${ids[Number(index)]}` } : fault;
  });
}

function offeredIds(request: WholeRequest, body: Body): number[] {
  const isTyped = (value: unknown) => typeof value === 'string' && value.trim() !== '';
  return request.lines.map((line) => line.id).filter((id) => isTyped(body[`price.${id}`]));
}
