import type { Actor } from '../../accounts/actor.ts';
import type { FileStore, NewFile } from '../../clients/file-store.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { isDuplicate } from '../../db/faults.ts';
import { type Day, dayOf, dayToColumn } from '../../shared/days.ts';
import { NotAllowed, NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { formatYuan } from '../../shared/money.ts';
import { withStatement } from '../lock-statement.ts';
import { isPaidSupplier, maySeeStatement } from '../statement-policy.ts';
import { refuseDeclared } from './check-invoice-number.ts';
import { invoicingOfStatement } from './statement-invoicing.ts';

export interface NewRed {
  number: string;
  /** null: today */
  issuedOn: Day | null;
  refundId: number;
  /** fen; null: all that is missing of the refund */
  amountFen: number | null;
  file: NewFile | null;
}

interface Parts {
  db: PrismaClient;
  files: FileStore;
}

/**
 * The supplier records the red-letter invoice (fen, positive) of a refund that was granted after the statement's invoice; together they
 * never go beyond what was given back since, nor beyond the invoice (rule 27). Refuses a stranger with 404, the payer with 403, a used
 * number, one declared offline, and an amount beyond what is missing, by field; 409 where none is missing. Returns its id.
 */
export async function recordRed(
  { db, files }: Parts,
  actor: Actor,
  statementId: number,
  { number, issuedOn, refundId, amountFen, file }: NewRed,
  at: Date,
): Promise<number> {
  const day = issuedOn ?? dayOf(at);
  if (day > dayOf(at)) throw new RuleRefusal('badInput', [{ path: 'issuedOn', code: 'dayAfterToday' }]);
  try {
    return await withStatement(db, statementId, async (tx, statement) => {
      if (!maySeeStatement(actor, statement)) throw new NotFound();
      if (!isPaidSupplier(actor, statement)) throw new NotAllowed();
      const blue = await tx.invoice.findFirst({ where: { statementId, kind: 'blue' } });
      const { redsDue } = await invoicingOfStatement(tx, statementId);
      const due = redsDue.find((one) => one.refundId === refundId);
      if (!blue || !due) throw new StateConflict('noRedDue');
      const fen = amountFen ?? due.fen;
      if (fen > due.fen)
        throw new RuleRefusal('badInput', [
          { path: 'amount', code: 'redTooMuch', values: { most: formatYuan(due.fen) } },
        ]);
      await refuseDeclared(tx, statement.supplierId, number);
      const fileId = file ? await files.keep(tx, file, actor.id) : null;
      const { id } = await tx.invoice.create({
        data: {
          ...{ kind: 'red', statementId, refundId, redOfId: blue.id, number, issuedOn: dayToColumn(day), fileId },
          ...{ title: blue.title, taxNumber: blue.taxNumber, amountFen: fen },
        },
        select: { id: true },
      });
      await audit(tx, {
        ...{ at, actorId: actor.id, action: 'statement.red_invoice', subjectType: 'statement', subjectId: statementId },
        unitId: statement.unitId,
        after: { invoiceNumber: number, redOf: blue.number, refundId, fen },
      });
      return id;
    });
  } catch (error) {
    if (isDuplicate(error)) throw new RuleRefusal('badInput', [{ path: 'number', code: 'invoiceKnown' }]);
    throw error;
  }
}
