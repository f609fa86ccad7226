import { z } from 'zod';
import { BadInput, type Fault } from '../shared/errors.ts';
import { parseYuan } from '../shared/money.ts';
import { faultsOf } from '../web/forms.ts';
import type { RefundDecision } from './decide-refund.ts';
import { refundBody, refundDecisionBody } from './order-schemas.ts';

export const quantityField = (lineId: number) => `quantity-${lineId}`;
export const restockedField = (lineId: number) => `restocked-${lineId}`;

type Body = Record<string, unknown>;

const isNothing = (typed: unknown) =>
  typed === undefined || String(typed).trim() === '' || String(typed).trim() === '0';

/** What was typed into the form by which a refund is asked for, photos apart. Throws BadInput by the form's own fields. */
export function readRefundRequest(lineIds: readonly number[], body: Body) {
  const chosen = lineIds.filter((id) => !isNothing(body[quantityField(id)]));
  const read = refundBody.safeParse(
    { lines: chosen.map((lineId) => ({ lineId, quantity: body[quantityField(lineId)] })), reason: body.reason ?? '' },
    { reportInput: true },
  );
  if (!read.success) throw new BadInput(formFaults(chosen, faultsOf(read.error)));
  return { request: read.data, chosen };
}

const freightTyped = z
  .string()
  .trim()
  .default('')
  .transform((text, context) => {
    const fen = text === '' ? 0 : parseYuan(text);
    if (fen === null) context.addIssue({ code: 'custom', message: 'malformed' });
    return fen ?? 0;
  });

/** What was typed into the form by which a refund is decided. Throws BadInput by the form's own fields. */
export function readRefundDecision(lineIds: readonly number[], body: Body): RefundDecision {
  const freight = freightTyped.safeParse(body.freight ?? '');
  const read = refundDecisionBody.safeParse(
    {
      decision: body.decision,
      lines: lineIds.map((lineId) => ({
        lineId,
        quantity: isNothing(body[quantityField(lineId)]) ? 0 : body[quantityField(lineId)],
        restockedQuantity: isNothing(body[restockedField(lineId)]) ? 0 : body[restockedField(lineId)],
      })),
      reason: body.reason ?? '',
    },
    { reportInput: true },
  );
  const faults = [
    ...(read.success ? [] : formFaults(lineIds, faultsOf(read.error))),
    ...(freight.success ? [] : [{ path: 'freight', code: 'malformed' }]),
  ];
  if (!read.success || !freight.success) throw new BadInput(faults);
  return { ...read.data, freightFen: freight.data };
}

/** Faults `lines.N.quantity` by the field of their line. */
export function formFaults(lineIds: readonly number[], faults: readonly Fault[]): Fault[] {
  return faults.map((fault) => {
    if (fault.path === 'freightFen') return { ...fault, path: 'freight' };
    const [, index, name] = /^lines\.(\d+)\.(\w+)$/.exec(fault.path) ?? [];
    const lineId = lineIds[Number(index ?? -1)];
    if (lineId === undefined) return fault;
    return { ...fault, path: name === 'restockedQuantity' ? restockedField(lineId) : quantityField(lineId) };
  });
}
