import type { Tx } from '../db/client.ts';
import { type Fault, RuleRefusal } from '../shared/errors.ts';
import { formatYuan } from '../shared/money.ts';
import type { OfflineInput } from './offline-schemas.ts';

type Invoiced = Pick<OfflineInput, 'sellerTaxNumber' | 'invoiceNumber' | 'invoiceFen' | 'lines'>;

/**
 * Makes everyone who declares on the same invoice wait for one another, then checks that together they stay within its amount, agree
 * on it, and that it is not one of this market's own, whose orders count already (rule 14). `exceptId`: the purchase that is being
 * corrected. Refuses by field.
 */
export async function claimInvoice(tx: Tx, purchase: Invoiced, exceptId: number | null): Promise<void> {
  const { sellerTaxNumber, invoiceNumber, lines } = purchase;
  const sum = lines.reduce((total, line) => total + line.fen, 0);
  const invoiceFen = purchase.invoiceFen ?? sum;
  if (!sellerTaxNumber || !invoiceNumber) return;
  // Not INSERT IGNORE: it shares its lock on a row that is there, and all who share one would wait for one another.
  await tx.$executeRaw`
    INSERT INTO offline_invoice (sellerTaxNumber, invoiceNumber) VALUES (${sellerTaxNumber}, ${invoiceNumber})
    ON DUPLICATE KEY UPDATE invoiceNumber = invoiceNumber`;
  const [faults, others] = [[] as Fault[], await declaredOn(tx, sellerTaxNumber, invoiceNumber, exceptId)];
  if (await isOfThisMarket(tx, sellerTaxNumber, invoiceNumber))
    faults.push({ path: 'invoiceNumber', code: 'invoiceOfThisMarket' });
  if (others.invoiceFen !== null && others.invoiceFen !== invoiceFen)
    faults.push({
      path: 'invoiceFen',
      code: 'invoiceAmountDiffers',
      values: { amount: formatYuan(others.invoiceFen) },
    });
  else if (others.fen + sum > invoiceFen) {
    const values = { amount: formatYuan(invoiceFen), left: formatYuan(Math.max(0, invoiceFen - others.fen)) };
    faults.push({ path: 'invoiceNumber', code: others.fen > 0 ? 'invoiceUsedUp' : 'overInvoice', values });
  }
  if (faults.length > 0) throw new RuleRefusal('cannotDeclare', faults);
}

interface OnInvoice {
  fen: number;
  /** the invoice's amount as those who declared on it say; null: nobody has */
  invoiceFen: number | null;
}

async function declaredOn(tx: Tx, taxNumber: string, number: string, exceptId: number | null): Promise<OnInvoice> {
  const [row] = await tx.$queryRaw<{ fen: number | bigint | null; invoiceFen: number | null }[]>`
    SELECT SUM(l.fen) AS fen, MAX(o.invoiceFen) AS invoiceFen
    FROM offline_purchase o JOIN offline_line l ON l.purchaseId = o.id
    WHERE o.sellerTaxNumber = ${taxNumber} AND o.invoiceNumber = ${number} AND o.state IN ('declared', 'verified')
      AND o.id <> ${exceptId ?? 0}`;
  return { fen: Number(row?.fen ?? 0), invoiceFen: row?.invoiceFen ?? null };
}

/** Whether an invoice of an order or statement here has this number, and is of this seller as far as it is known. */
async function isOfThisMarket(tx: Tx, taxNumber: string, number: string): Promise<boolean> {
  const found = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM invoice i LEFT JOIN statement t ON t.id = i.statementId LEFT JOIN supplier s ON s.id = t.supplierId
    WHERE i.number = ${number} AND (s.id IS NULL OR s.creditCode IS NULL OR s.creditCode = ${taxNumber}) LIMIT 1`;
  return found.length > 0;
}
