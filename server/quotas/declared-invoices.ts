import type { Db } from '../db/client.ts';

export interface DeclaredInvoice {
  /** the declarations on it that wait or are verified, the earliest first */
  offlineIds: number[];
  /** fen */
  fen: number;
}

/**
 * What was declared offline on an invoice of this seller and number, before it is entered as one of this market's: its goods would count
 * twice (rule 14). `taxNumber` null: the seller's is not known, and any seller's invoice of the number is told. Null when there is none.
 * The caller decides whether to refuse or to warn; it holds against one that is declared at the same moment only while `lockInvoices` does.
 */
export async function declaredOffline(
  db: Db,
  taxNumber: string | null,
  invoiceNumber: string,
): Promise<DeclaredInvoice | null> {
  const rows = await db.offlinePurchase.findMany({
    where: {
      invoiceNumber: invoiceNumber.trim().toUpperCase(),
      state: { in: ['declared', 'verified'] },
      ...(taxNumber === null ? {} : { sellerTaxNumber: taxNumber.trim().toUpperCase() }),
    },
    select: { id: true, lines: { select: { fen: true } } },
    orderBy: { id: 'asc' },
  });
  if (rows.length === 0) return null;
  const fen = rows.flatMap(({ lines }) => lines).reduce((sum, line) => sum + line.fen, 0);
  return { offlineIds: rows.map(({ id }) => id), fen };
}
