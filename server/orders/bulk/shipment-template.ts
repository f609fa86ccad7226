import writeExcelFile, { type Cell } from 'write-excel-file/node';
import { unitWord } from '../../shared/unit-words.ts';
import { type GoodsKind, kindOf, kindsOf } from '../cold-chain.ts';
import { inReaderLanguage, parcelNumber, type Reader } from '../order-labels.ts';
import { orderNumber, type SupplierFulfilment } from '../order-queries.ts';

const text = (value: string): Cell => ({ value, type: String, format: '@' });

/**
 * The Excel file of parcels that wait to be shipped: the first four columns are read again, the rest says what and where to. A parcel
 * with cold-chain goods and others has a row for each, the former with a mark where the temperature must be put.
 */
export function shipmentTemplate(reader: Reader, parcels: readonly SupplierFulfilment[]): Promise<Buffer> {
  const { t } = reader;
  const heads = [
    'parcel',
    'carrier',
    'trackingNumber',
    'temperature',
    'goods',
    'recipient',
    'phone',
    'address',
    'order',
  ];
  const rows = parcels.flatMap((parcel) => kindsOf(standing(parcel)).map((kind) => ({ parcel, kind }))).map(rowOf);
  const columns = [12, 18, 22, 14, 44, 14, 16, 44, 18].map((width) => ({ width }));
  return writeExcelFile(
    [heads.map((head): Cell => ({ value: t(`bulkShipment:sheet.${head}`), fontWeight: 'bold' })), ...rows],
    { columns, stickyRowsCount: 1, sheet: t('bulkShipment:title').slice(0, 31) },
  ).toBuffer();

  function rowOf({ parcel, kind }: { parcel: SupplierFulfilment; kind: GoodsKind }): Cell[] {
    const { order } = parcel;
    const lines = standing(parcel).filter((line) => kindOf(line) === kind);
    const apart = lines.length < standing(parcel).length;
    const temperature = kind === 'other' ? '—' : apart ? t('bulkShipment:sheet.fillIn') : '';
    const goods = lines.map(
      (line) =>
        `${inReaderLanguage(reader, line.name, line.nameEn)} × ${line.quantity} ${unitWord(line.quantity, inReaderLanguage(reader, line.saleUnit, line.saleUnitEn))}`,
    );
    return [
      ...[text(parcelNumber(parcel)), text(''), text(''), text(temperature)],
      ...[text(goods.join('; ')), text(order.recipient), text(order.phone)],
      ...[text(`${order.region} ${order.address}`), text(orderNumber(order))],
    ];
  }
}

/** What refunds have not given back whole. */
function standing({ lines }: SupplierFulfilment): SupplierFulfilment['lines'] {
  return lines.filter(({ quantity, refundedQuantity }) => quantity > refundedQuantity);
}
