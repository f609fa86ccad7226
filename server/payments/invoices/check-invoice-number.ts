import type { Tx } from '../../db/client.ts';
import { declaredOffline } from '../../quotas/declared-invoices.ts';
import { lockInvoices } from '../../quotas/offline/offline-invoice.ts';
import { RuleRefusal } from '../../shared/errors.ts';
import { formatYuan } from '../../shared/money.ts';

/**
 * Refuses the number of an invoice that was declared as an offline purchase before, whose goods would count twice (rule 14); whoever
 * declares it at the same moment waits, where the seller's tax number is known.
 */
export async function refuseDeclared(tx: Tx, supplierId: number, number: string): Promise<void> {
  const { creditCode } = await tx.supplier.findUniqueOrThrow({
    where: { id: supplierId },
    select: { creditCode: true },
  });
  if (creditCode) await lockInvoices(tx, [{ taxNumber: creditCode, number }]);
  const declared = await declaredOffline(tx, creditCode, number);
  if (!declared) return;
  const values = { count: declared.offlineIds.length, fen: formatYuan(declared.fen) };
  throw new RuleRefusal('badInput', [{ path: 'number', code: 'invoiceDeclaredOffline', values }]);
}
