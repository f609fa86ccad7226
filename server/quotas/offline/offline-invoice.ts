import type { Db, Tx } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { type Fault, RuleRefusal } from '../../shared/errors.ts';
import { formatYuan } from '../../shared/money.ts';
import type { OfflineInput } from './offline-schemas.ts';

export interface InvoiceKey {
  taxNumber: string;
  number: string;
}

/** What is known of an invoice before a declaration on it, fen. */
export interface InvoiceStanding {
  /** declared on it by others that wait or are verified */
  fen: number;
  /** the invoice's amount as those who declared on it say; null: nobody has */
  invoiceFen: number | null;
  /** an order's or statement's of this market, whose goods count already */
  isOfThisMarket: boolean;
}

type Invoiced = Pick<OfflineInput, 'sellerTaxNumber' | 'invoiceNumber' | 'invoiceFen' | 'lines'>;

/**
 * Makes everyone who declares on the same invoice wait for one another, then checks that together they stay within its amount, agree
 * on it, and that it is not one of this market's own, whose orders count already (rule 14). `exceptId`: the purchase that is being
 * corrected. Refuses by field.
 */
export async function claimInvoice(tx: Tx, purchase: Invoiced, exceptId: number | null): Promise<void> {
  const key = invoiceOf(purchase);
  if (!key) return;
  await lockInvoices(tx, [key]);
  const standings = await invoiceStandings(tx, [key], exceptId);
  const faults = invoiceFaults(standings(key), purchase);
  if (faults.length > 0) throw new RuleRefusal('cannotDeclare', faults);
}

/** The invoice that a declaration is on; null for a farmer's receipt without one. */
export function invoiceOf({ sellerTaxNumber, invoiceNumber }: Partial<Invoiced>): InvoiceKey | null {
  return sellerTaxNumber && invoiceNumber ? { taxNumber: sellerTaxNumber, number: invoiceNumber } : null;
}

/** Locks invoices in one order for everybody, those that nobody has declared on yet too. */
export async function lockInvoices(tx: Tx, keys: readonly InvoiceKey[]): Promise<void> {
  const sorted = [...new Map(keys.map((key) => [nameOf(key), key])).entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  if (sorted.length === 0) return;
  // Not INSERT IGNORE: it shares its lock on a row that is there, and all who share one would wait for one another.
  await tx.$executeRaw`
    INSERT INTO offline_invoice (sellerTaxNumber, invoiceNumber)
    VALUES ${Prisma.join(sorted.map(([, { taxNumber, number }]) => Prisma.sql`(${taxNumber}, ${number})`))}
    ON DUPLICATE KEY UPDATE invoiceNumber = offline_invoice.invoiceNumber`;
}

/** How invoices stand, by key; exact for as long as they are locked. */
export async function invoiceStandings(
  db: Db,
  keys: readonly InvoiceKey[],
  exceptId: number | null = null,
): Promise<(key: InvoiceKey) => InvoiceStanding> {
  const [declared, own] = keys.length === 0 ? [[], []] : [await declaredOn(db, keys, exceptId), await ownOf(db, keys)];
  const found = new Map(declared.map((row) => [nameOf(row), row]));
  return (key) => {
    const row = found.get(nameOf(key));
    const isOfThisMarket = own.some(
      ({ number, creditCode }) => number === key.number && (creditCode === null || creditCode === key.taxNumber),
    );
    return { fen: Number(row?.fen ?? 0), invoiceFen: row?.invoiceFen ?? null, isOfThisMarket };
  };
}

/** What is wrong with declaring this on its invoice as it stands, by field. */
export function invoiceFaults(standing: InvoiceStanding, purchase: Invoiced): Fault[] {
  const sum = purchase.lines.reduce((total, line) => total + line.fen, 0);
  const invoiceFen = purchase.invoiceFen ?? sum;
  const faults: Fault[] = [];
  if (standing.isOfThisMarket) faults.push({ path: 'invoiceNumber', code: 'invoiceOfThisMarket' });
  if (standing.invoiceFen !== null && standing.invoiceFen !== invoiceFen)
    faults.push({
      path: 'invoiceFen',
      code: 'invoiceAmountDiffers',
      values: { amount: formatYuan(standing.invoiceFen) },
    });
  else if (standing.fen + sum > invoiceFen) {
    const values = { amount: formatYuan(invoiceFen), left: formatYuan(Math.max(0, invoiceFen - standing.fen)) };
    faults.push({ path: 'invoiceNumber', code: standing.fen > 0 ? 'invoiceUsedUp' : 'overInvoice', values });
  }
  return faults;
}

function nameOf({ taxNumber, number }: InvoiceKey): string {
  return `${taxNumber} ${number}`;
}

type Declared = InvoiceKey & { fen: number | bigint | null; invoiceFen: number | null };

function declaredOn(db: Db, keys: readonly InvoiceKey[], exceptId: number | null): Promise<Declared[]> {
  const pairs = keys.map(({ taxNumber, number }) => Prisma.sql`(${taxNumber}, ${number})`);
  return db.$queryRaw`
    SELECT o.sellerTaxNumber AS taxNumber, o.invoiceNumber AS number, SUM(l.fen) AS fen, MAX(o.invoiceFen) AS invoiceFen
    FROM offline_purchase o JOIN offline_line l ON l.purchaseId = o.id
    WHERE (o.sellerTaxNumber, o.invoiceNumber) IN (${Prisma.join(pairs)}) AND o.state IN ('declared', 'verified')
      AND o.id <> ${exceptId ?? 0}
    GROUP BY o.sellerTaxNumber, o.invoiceNumber`;
}

/** The invoices of orders and statements here of these numbers, with their seller's tax number as far as it is known. */
function ownOf(db: Db, keys: readonly InvoiceKey[]): Promise<{ number: string; creditCode: string | null }[]> {
  return db.$queryRaw`
    SELECT i.number, s.creditCode
    FROM invoice i LEFT JOIN statement t ON t.id = i.statementId LEFT JOIN supplier s ON s.id = t.supplierId
    WHERE i.number IN (${Prisma.join(keys.map(({ number }) => number))})`;
}
