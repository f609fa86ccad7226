import type { Db } from '../../db/client.ts';
import { type Day, dayFromColumn, dayToColumn } from '../../shared/days.ts';
import { byCell, type SheetRow } from '../../web/read-sheet.ts';
import { digestOf } from '../sheets/kept-sheet.ts';
import { plainWord } from '../sheets/sheet-words.ts';
import { type InvoiceStanding, invoiceFaults, invoiceOf, invoiceStandings } from './offline-invoice.ts';
import {
  type OfflineSheetContext,
  type OfflineSheetReading,
  readOfflineSheet,
  type SheetDeclaration,
} from './read-offline-sheet.ts';

/** A declaration that may be of goods that were declared before, or that shares its invoice. */
export type SheetWarning = { declaration: SheetDeclaration; cell: string } & (
  | { kind: 'likely'; otherId: number; state: string }
  | { kind: 'twice'; otherCell: string }
  | { kind: 'shared'; sharedFen: number; leftFen: number }
);

export interface OfflineSheetPreview extends OfflineSheetReading {
  warnings: SheetWarning[];
  /** what was shown, so that nothing else is declared */
  digest: string;
}

/**
 * What a sheet would declare: with what is wrong on its invoices as they stand now, likely doubles of earlier declarations and within
 * the sheet (the same unit, seller, day and amount), and invoices that others have declared on (rule 14).
 */
export async function previewOfflineSheet(
  db: Db,
  rows: readonly SheetRow[],
  context: OfflineSheetContext,
): Promise<OfflineSheetPreview> {
  const reading = readOfflineSheet(rows, context);
  const warnings = [...(await onInvoices(db, reading)), ...(await likelyDoubles(db, reading))];
  const declared = reading.declarations.map(({ input, unitId, lines }) => [input, unitId, lines]);
  const warned = warnings.map(({ declaration: _, ...warning }) => warning);
  return { ...reading, faults: byCell(reading.faults), warnings, digest: digestOf([declared, warned]) };
}

export function sumOf({ lines }: Pick<SheetDeclaration, 'lines'>): number {
  return lines.reduce((sum, { fen }) => sum + fen, 0);
}

/** Adds the faults of invoices to the reading, one declaration after the other; returns what is shared within its amount. */
async function onInvoices(db: Db, reading: OfflineSheetReading): Promise<SheetWarning[]> {
  const keys = reading.declarations.flatMap(({ input }) => invoiceOf(input) ?? []);
  const before = await invoiceStandings(db, keys);
  const standings = new Map<string, InvoiceStanding>();
  return reading.declarations.flatMap((declaration): SheetWarning[] => {
    const { input, purchase } = declaration;
    const key = invoiceOf(input);
    if (!key) return [];
    const name = `${key.taxNumber} ${key.number}`;
    const standing = standings.get(name) ?? before(key);
    const faults = invoiceFaults(standing, input);
    reading.faults.push(...faults.map((fault) => ({ ...fault, ...reading.cellOf(purchase, fault.path) })));
    const invoiceFen = input.invoiceFen ?? sumOf(declaration);
    standings.set(name, { ...standing, fen: standing.fen + sumOf(declaration), invoiceFen });
    if (faults.length > 0 || standing.fen === 0) return [];
    const leftFen = invoiceFen - standing.fen - sumOf(declaration);
    const cell = reading.cellOf(purchase, 'invoiceNumber').path;
    return [{ kind: 'shared', declaration, cell, sharedFen: standing.fen, leftFen }];
  });
}

async function likelyDoubles(db: Db, { declarations, cellOf }: OfflineSheetReading): Promise<SheetWarning[]> {
  const before = await declaredBefore(db, declarations);
  const seen = new Map<string, string>();
  return declarations.flatMap((declaration): SheetWarning[] => {
    const { unitId, input, purchase } = declaration;
    const name = likeness(unitId, input.purchasedOn, input.sellerName, sumOf(declaration));
    const cell = cellOf(purchase, 'sellerName').path;
    const otherCell = seen.get(name);
    seen.set(name, otherCell ?? cell);
    return [
      ...before
        .filter((other) => likeness(other.unitId, other.purchasedOn, other.sellerName, other.fen) === name)
        .map(({ id, state }) => ({ kind: 'likely' as const, declaration, cell, otherId: id, state })),
      ...(otherCell === undefined ? [] : [{ kind: 'twice' as const, declaration, cell, otherCell }]),
    ];
  });
}

function likeness(unitId: number, day: Day, sellerName: string, fen: number): string {
  return [unitId, day, plainWord(sellerName), fen].join(' ');
}

/** What these units declared of these days, those withdrawn left out. */
async function declaredBefore(db: Db, declarations: readonly SheetDeclaration[]) {
  const rows = await db.offlinePurchase.findMany({
    where: {
      unitId: { in: [...new Set(declarations.map(({ unitId }) => unitId))] },
      purchasedOn: { in: [...new Set(declarations.map(({ input }) => input.purchasedOn))].map(dayToColumn) },
      state: { not: 'withdrawn' },
    },
    select: {
      id: true,
      unitId: true,
      state: true,
      sellerName: true,
      purchasedOn: true,
      lines: { select: { fen: true } },
    },
    orderBy: { id: 'asc' },
  });
  return rows.map(({ lines, purchasedOn, ...row }) => ({
    ...row,
    purchasedOn: dayFromColumn(purchasedOn),
    fen: lines.reduce((sum, { fen }) => sum + fen, 0),
  }));
}
