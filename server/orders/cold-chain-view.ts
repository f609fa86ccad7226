import { pathTo } from '../paths.ts';
import type { FormView } from '../web/form-view.ts';
import { type GoodsKind, kindOf, kindsOf, kindsToGo, nextToGo } from './cold-chain.ts';
import type { Reader } from './order-labels.ts';
import type { SupplierFulfilment } from './order-queries.ts';
import { quantityField } from './supplier-forms.ts';

interface Heading {
  /** none: one list of all, without a heading */
  kind?: GoodsKind;
  label?: string;
}

/**
 * How a supplier's page keeps cold-chain goods apart (rule 23): under which headings goods stand, what its form proposes to ship next,
 * why, how to ship the others first, and whether a temperature is asked for: only where cold-chain goods go.
 */
export function presentKinds({ t }: Reader, parcel: SupplierFulfilment, form: FormView | undefined) {
  const kinds = kindsOf(parcel.lines);
  const toGo = kindsToGo(parcel);
  const next = nextToGo(parcel, form?.values.only);
  const other = toGo.find((kind) => kind !== next);
  const headings: Heading[] =
    kinds.length > 1 ? kinds.map((kind) => ({ kind, label: t(`supplier:apart.${kind}`) })) : [{}];
  return {
    next,
    headings,
    only: other && next,
    why: other && t(`supplier:apart.why.${next}`),
    /** of a page for the village, in its words */
    whyByLink: other && t(`links:ship.apart.${next}`),
    firstByLink: other && t(`links:ship.first.${other}`),
    otherHref: other && pathTo('supplierFulfilment', { id: parcel.id, only: other }),
    otherLabel: other && t(`supplier:apart.first.${other}`),
    asksTemperature: form?.errors?.temperature !== undefined || goesCold(parcel, next, form?.values ?? {}),
  };
}

/** Whether any cold-chain goods would go by what is proposed or was typed. */
function goesCold({ lines }: SupplierFulfilment, next: GoodsKind | undefined, typed: Record<string, unknown>): boolean {
  return lines
    .filter((line) => kindOf(line) === 'cold')
    .some((line) =>
      line.allocations.some(({ batchId, quantity }) => {
        const goes = typed[quantityField(line.id, batchId)] ?? (next === 'cold' ? quantity : 0);
        return String(goes).trim() !== '0';
      }),
    );
}
