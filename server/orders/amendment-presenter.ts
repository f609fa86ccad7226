import { pathTo } from '../paths.ts';
import { inReaderLanguage, type Reader } from './order-labels.ts';
import { orderNumber, type WholeOrder } from './order-queries.ts';
import { boughtLines } from './repeat-order.ts';

/** What a resubmitted order changed against the one that was returned: by line, and where it goes; null for any other order. */
export function presentChanges(reader: Reader, order: WholeOrder) {
  const { amends } = order;
  if (!amends) return null;
  const now = new Map(boughtLines(order.lines).map((line) => [line.productId, line]));
  const before = new Map(boughtLines(amends.lines).map((line) => [line.productId, line]));
  const lines = [...new Map([...before, ...now])].flatMap(([productId, line]) => {
    const [old, fresh] = [before.get(productId), now.get(productId)];
    const noteChanged = fresh !== undefined && (old?.note ?? '') !== (fresh.note ?? '');
    if (old?.quantity === fresh?.quantity && !noteChanged) return [];
    return [
      {
        name: inReaderLanguage(reader, line.name, line.nameEn),
        saleUnit: inReaderLanguage(reader, line.saleUnit, line.saleUnitEn),
        before: old?.quantity ?? 0,
        after: fresh?.quantity ?? 0,
        note: noteChanged ? fresh?.note || '—' : undefined,
      },
    ];
  });
  const address = ({
    recipient,
    phone,
    region,
    address,
  }: Record<'recipient' | 'phone' | 'region' | 'address', string>) => `${recipient} ${phone} ${region} ${address}`;
  return {
    number: orderNumber(amends),
    href: pathTo('order', { id: amends.id }),
    lines,
    address: address(amends) === address(order) ? undefined : address(order),
    note: (amends.note ?? '') === (order.note ?? '') ? undefined : order.note || '—',
    beforeFen: amends.totalFen,
    afterFen: order.totalFen,
  };
}
