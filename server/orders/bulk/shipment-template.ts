import writeExcelFile, { type Cell } from 'write-excel-file/node';
import { unitWord } from '../../shared/unit-words.ts';
import { inReaderLanguage, parcelNumber, type Reader } from '../order-labels.ts';
import { orderNumber, type SupplierFulfilment } from '../order-queries.ts';
import { isColdChain } from '../supplier-presenter.ts';

const text = (value: string): Cell => ({ value, type: String, format: '@' });

/** The Excel file of parcels that wait to be shipped: the first four columns are read again, the rest says what and where to. */
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
  const rows = parcels.map((parcel): Cell[] => {
    const { order, lines } = parcel;
    const goods = lines.map(
      (line) =>
        `${inReaderLanguage(reader, line.name, line.nameEn)} × ${line.quantity} ${unitWord(line.quantity, inReaderLanguage(reader, line.saleUnit, line.saleUnitEn))}`,
    );
    return [
      ...[text(parcelNumber(parcel)), text(''), text(''), isColdChain(parcel) ? text('') : text('—')],
      ...[text(goods.join('; ')), text(order.recipient), text(order.phone)],
      ...[text(`${order.region} ${order.address}`), text(orderNumber(order))],
    ];
  });
  const columns = [12, 18, 22, 14, 44, 14, 16, 44, 18].map((width) => ({ width }));
  return writeExcelFile(
    [heads.map((head): Cell => ({ value: t(`bulkShipment:sheet.${head}`), fontWeight: 'bold' })), ...rows],
    { columns, stickyRowsCount: 1, sheet: t('bulkShipment:title').slice(0, 31) },
  ).toBuffer();
}
