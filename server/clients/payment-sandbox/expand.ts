import type { SessionRow } from './context.ts';
import { invalid } from './errors.ts';

interface Row {
  object: object;
}

type Read = (id: string) => Promise<Row | undefined>;

/** Per kind of object: what can be expanded, and the kind found there. */
const EXPANDABLE: Record<string, Record<string, string>> = {
  'checkout.session': { payment_intent: 'payment_intent', line_items: 'list' },
  payment_intent: { latest_charge: 'charge' },
  charge: { payment_intent: 'payment_intent' },
  refund: { charge: 'charge', payment_intent: 'payment_intent' },
};

/** Throws Stripe's error for a path that leads nowhere; to be called before anything is written. */
export function checkExpandable(kind: string, paths: readonly string[]): void {
  for (const path of paths) {
    let at: string | undefined = kind;
    for (const field of path.split('.')) {
      at = EXPANDABLE[at]?.[field];
      if (!at) throw invalid(`This property cannot be expanded (${path}).`, undefined, 'expand');
    }
  }
}

/** The row's object with the asked-for references (`payment_intent.latest_charge`) replaced by what they name. */
export async function expanded(row: Row, paths: readonly string[], read: Read): Promise<object> {
  const object: Record<string, unknown> = { ...row.object };
  for (const field of new Set(paths.map((path) => path.split('.')[0] ?? ''))) {
    const below = paths.filter((path) => path.startsWith(`${field}.`)).map((path) => path.slice(field.length + 1));
    if (field === 'line_items') object.line_items = lineItemsOf(row as SessionRow);
    else if (typeof object[field] === 'string') {
      const referred = await read(object[field]);
      if (referred) object[field] = await expanded(referred, below, read);
    }
  }
  return object;
}

function lineItemsOf({ object, lineItems }: SessionRow) {
  return { object: 'list', data: lineItems, has_more: false, url: `/v1/checkout/sessions/${object.id}/line_items` };
}
