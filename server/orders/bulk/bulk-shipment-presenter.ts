import { pathTo } from '../../paths.ts';
import { unitWord } from '../../shared/unit-words.ts';
import { inReaderLanguage, parcelNumber, type Reader } from '../order-labels.ts';
import { orderNumber } from '../order-queries.ts';
import { type CheckedShipment, linesOf } from './check-shipments.ts';

/** Faults that only the parcel's own page can help with. */
const ON_ITS_PAGE = new Set([
  ...['weighedOnItsPage', 'goneInPart', 'coldGone', 'othersGone', 'notHarvestedYet', 'notToShip'],
  'wrongFulfilmentState',
]);

/** The data of `views/supplier/bulk-shipment-check.hbs`. */
export function presentChecked(reader: Reader, checked: readonly (CheckedShipment & { isShipped?: boolean })[]) {
  const rows = checked.map(({ row, parcel, kind, faults, isShipped }) => ({
    ...row,
    isShipped,
    isGood: faults.length === 0,
    number: parcel ? parcelNumber(parcel) : undefined,
    orderNumber: parcel ? orderNumber({ id: parcel.orderId, submittedAt: parcel.order.submittedAt }) : undefined,
    href: parcel ? pathTo('supplierFulfilment', { id: parcel.id }) : undefined,
    to: parcel ? `${parcel.order.recipient} · ${parcel.order.region}` : undefined,
    kindLabel: kind ? reader.t(`supplier:apart.${kind}`) : undefined,
    isCold: kind === 'cold',
    alone:
      kind && faults.length === 0 && checked.filter((one) => one.parcel?.id === parcel?.id).length === 1
        ? reader.t(`bulkShipment:check.alone.${kind}`)
        : undefined,
    goods: (parcel ? linesOf(parcel, kind) : []).map(
      (line) =>
        `${inReaderLanguage(reader, line.name, line.nameEn)} × ${line.quantity} ${unitWord(line.quantity, inReaderLanguage(reader, line.saleUnit, line.saleUnitEn))}`,
    ),
    faults: faults.map(({ path, code, values }) => ({
      field: reader.t(`bulkShipment:sheet.${path}`),
      text: reader.t(`faults:${code}`, values),
      href: parcel && ON_ITS_PAGE.has(code) ? pathTo('supplierFulfilment', { id: parcel.id }) : undefined,
    })),
  }));
  const goodCount = rows.filter(({ isGood }) => isGood).length;
  return { rows, goodCount, badCount: rows.length - goodCount };
}
