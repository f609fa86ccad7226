import { type Check, type Difference, withBooks } from './books.ts';
import { checkCaps } from './check-caps.ts';
import { checkDecisions } from './check-decisions.ts';
import { checkDeliveries } from './check-deliveries.ts';
import { checkExternalChanges } from './check-external-changes.ts';
import { checkFailedRefunds } from './check-failed-refunds.ts';
import { checkHarvests } from './check-harvests.ts';
import { checkHelped } from './check-helped.ts';
import { checkInvoices } from './check-invoices.ts';
import { checkJournal } from './check-journal.ts';
import { checkOrders } from './check-orders.ts';
import { checkPools } from './check-pools.ts';
import { checkQuotes } from './check-quotes.ts';
import { checkRecalls } from './check-recalls.ts';
import { checkStatements } from './check-statements.ts';
import { checkStates } from './check-states.ts';
import { checkStock } from './check-stock.ts';
import { checkTallyOfDeclared } from './check-tally-of-declared.ts';
import { checkTallyOfOrders } from './check-tally-of-orders.ts';
import { checkTenders } from './check-tenders.ts';
import { checkTotals } from './check-totals.ts';
import { checkWelfare } from './check-welfare.ts';

const CHECKS: readonly Check[] = [
  checkTallyOfOrders,
  checkTallyOfDeclared,
  checkExternalChanges,
  checkHelped,
  checkTotals,
  checkStock,
  checkCaps,
  checkJournal,
  checkTenders,
  checkOrders,
  checkDeliveries,
  checkStates,
  checkStatements,
  checkInvoices,
  checkFailedRefunds,
  checkDecisions,
  checkQuotes,
  checkHarvests,
  checkPools,
  checkRecalls,
  checkWelfare,
];

/**
 * Recomputes tally, totals, helped-to-sell, stock, caps, journal, orders, statements and invoices from their sources by a path that shares nothing with what
 * writes them, and tells every difference as it is found (rule 11). Answers how many there are.
 */
export function reconcile(url: string, tell: (difference: Difference) => void): Promise<number> {
  return withBooks(url, async (books) => {
    let differences = 0;
    for (const check of CHECKS) {
      for await (const difference of check(books)) {
        differences += 1;
        tell(difference);
      }
    }
    return differences;
  });
}
