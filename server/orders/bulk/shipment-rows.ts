import { splitFields } from '../../cart/quick-order-text.ts';

/** One line of a list of shipments as it was typed. */
export interface ShipmentRow {
  /** its number in the list, from 1 */
  line: number;
  /** of a parcel or of its order */
  parcel: string;
  carrier: string;
  trackingNumber: string;
  temperature: string;
  /** Excel kept no more than 15 of the number's digits */
  isRounded?: boolean;
}

export const MOST_ROWS = 500;

/** The lines of a pasted list; empty ones count but are left out, as is a first line of headings. */
export function shipmentRowsOfText(text: string): ShipmentRow[] {
  const table = text
    .normalize('NFKC')
    .split(/\r\n|\r|\n/)
    .map((line) => {
      const fields = splitFields(line);
      return fields.length > 1 ? fields : line.trim().split(/\s+/);
    });
  return rowsOf(table);
}

/** The same of a sheet's first four columns. */
export function shipmentRowsOfTable(table: readonly (readonly string[])[]): ShipmentRow[] {
  return rowsOf(table).map((row) => ({
    ...row,
    isRounded: row.trackingNumber.startsWith(ROUNDED),
    trackingNumber: row.trackingNumber.replace(ROUNDED, ''),
  }));
}

const ROUNDED = '≈';

/** Marks a number of more digits than a cell of numbers holds, for `readSheet`. */
export function markRounded(text: string): string {
  return Math.abs(Number(text)) >= 1e15 ? `${ROUNDED}${text}` : text;
}

/** The rows as text that reads back as the same; a number that Excel has spoiled is left out. */
export function textOfShipmentRows(rows: readonly ShipmentRow[]): string {
  return rows
    .map(({ parcel, carrier, trackingNumber, temperature, isRounded }) =>
      [parcel, carrier, isRounded ? '' : trackingNumber, temperature].join('\t').trimEnd(),
    )
    .join('\n');
}

function rowsOf(table: readonly (readonly string[])[]): ShipmentRow[] {
  const rows = table.flatMap((cells, index): ShipmentRow[] => {
    const [parcel = '', carrier = '', trackingNumber = '', temperature = ''] = cells.map((cell) =>
      cell.normalize('NFKC').replaceAll('\t', ' ').trim(),
    );
    return parcel || carrier || trackingNumber
      ? [{ line: index + 1, parcel, carrier, trackingNumber, temperature: temperature.replace(/^[—-]$|\s*°C$/, '') }]
      : [];
  });
  const [first, ...rest] = rows;
  return first && !/\d/.test(first.parcel + first.trackingNumber) ? rest : rows;
}
