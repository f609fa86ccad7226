import type { Actor } from '../accounts/actor.ts';
import type { FileStore, NewFile } from '../clients/file-store.ts';
import type { PrismaClient } from '../db/client.ts';
import { isDuplicate } from '../db/faults.ts';
import { isCreditCode } from '../shared/credit-code.ts';
import { type Day, dayOf, dayToColumn } from '../shared/days.ts';
import { NotAllowed, NotFound, RuleRefusal } from '../shared/errors.ts';
import { refuseDeclared } from './invoices/check-invoice-number.ts';
import { invoicingOfStatement } from './invoices/statement-invoicing.ts';
import { withStatement } from './lock-statement.ts';
import { moveStatement } from './move-statement.ts';
import { isPaidSupplier, maySeeStatement } from './statement-policy.ts';

export interface NewInvoice {
  number: string;
  /** null: today */
  issuedOn: Day | null;
  file: NewFile | null;
}

interface Parts {
  db: PrismaClient;
  files: FileStore;
}

/**
 * The supplier records the invoice of a statement that both confirmed, or that is paid: over its goods and freight less what of them
 * was given back until now, with the payer's title and tax number as they are now (rule 27). Refuses a stranger with 404, the payer
 * with 403, a number that is used or was declared offline (rule 14), a statement of which nothing stands, and a payer whose tax number
 * fails its checksum; 409 before both confirmed and for a second invoice.
 */
export async function recordInvoice(
  { db, files }: Parts,
  actor: Actor,
  statementId: number,
  { number, issuedOn, file }: NewInvoice,
  at: Date,
): Promise<number> {
  const day = issuedOn ?? dayOf(at);
  if (day > dayOf(at)) throw new RuleRefusal('badInput', [{ path: 'issuedOn', code: 'dayAfterToday' }]);
  try {
    return await withStatement(db, statementId, async (tx, statement) => {
      if (!maySeeStatement(actor, statement)) throw new NotFound();
      if (!isPaidSupplier(actor, statement)) throw new NotAllowed();
      const { payer } = statement;
      const earlier = await tx.invoice.count({ where: { statementId, kind: 'blue' } });
      await moveStatement(tx, earlier > 0 ? { ...statement, state: 'invoiced' } : statement, 'invoice', {
        ...{ actorId: actor.id, at },
        after: { invoiceNumber: number },
      });
      const { standingFen } = await invoicingOfStatement(tx, statementId);
      if (standingFen <= 0) throw new RuleRefusal('nothingToInvoice');
      if (!payer.taxNumber || !isCreditCode(payer.taxNumber)) throw new RuleRefusal('payerTaxNumberWrong');
      await refuseDeclared(tx, statement.supplierId, number);
      const fileId = file ? await files.keep(tx, file, actor.id) : null;
      const { id } = await tx.invoice.create({
        data: {
          ...{ kind: 'blue', statementId, number, issuedOn: dayToColumn(day), fileId },
          ...{ title: payer.title, taxNumber: payer.taxNumber, amountFen: standingFen },
        },
        select: { id: true },
      });
      return id;
    });
  } catch (error) {
    if (isDuplicate(error)) throw new RuleRefusal('badInput', [{ path: 'number', code: 'invoiceKnown' }]);
    throw error;
  }
}
