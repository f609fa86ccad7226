import express, { type Request, type Router } from 'express';
import { hasRole, requireRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import { patterns } from '../../paths.ts';
import { csvLine } from '../../quotas/board/csv.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { decodeCursor } from '../../shared/pagination.ts';
import { idIn, read } from '../../web/forms.ts';
import { csvCells, headsOf, transferCells, writeFinanceExcel } from './finance-export.ts';
import { financeFilter, financeQuery } from './finance-filter.ts';
import { presentFinance, presentJournal } from './finance-presenter.ts';
import { allEntries, type Entry, journalOf, listOrderSums, onItsWay, sumAccounts } from './finance-queries.ts';
import { showsTransfers, sumTransfers, type TransferMovement, transferMovements } from './transfer-movements.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PER_PAGE = 30;
const ON_PAPER = 500;
const BATCH = 1000;
/** An Excel file is made in memory; whoever wants more takes the CSV, which is sent as it is read. */
const MOST_IN_EXCEL = 20_000;
const EXCEL = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** The journal of every order's money, for the operator, a unit's approvers and suppliers, as page, print and sheets. */
export function financeRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.finance, async (req, res) => {
    const data = await dataOf(req, PER_PAGE);
    res
      .set('Cache-Control', 'no-store')
      .render('payments/finance', { layout: 'work', currentPage: patterns.finance, ...data });
  });

  router.get(patterns.financeSheet, async (req, res) => {
    res
      .set('Cache-Control', 'no-store')
      .render('payments/finance-sheet', { layout: 'print', ...(await dataOf(req, ON_PAPER)) });
  });

  router.get(patterns.financeOrder, async (req, res) => {
    const found = await journalOf(db, actorOf(req), idIn(req.params.id));
    res.set('Cache-Control', 'no-store').render('payments/finance-order', {
      layout: 'work',
      currentPage: patterns.finance,
      ...presentJournal(req, actorOf(req), found),
    });
  });

  router.get(patterns.financeCsv, async (req, res) => {
    const filter = filterOf(req);
    res.type('text/csv').attachment(`journal-${filter.from}-${filter.to}.csv`).set('Cache-Control', 'no-store');
    // The mark lets Excel read the file as UTF-8.
    res.write('\uFEFF');
    res.write(csvLine(headsOf(req)));
    for await (const entry of allEntries(db, filter, BATCH)) res.write(csvLine(csvCells(req, entry)));
    if (showsTransfers(actorOf(req), filter))
      for await (const movement of transferMovements(db, filter, BATCH))
        for (const cells of transferCells(req, movement)) res.write(csvLine(cells));
    res.end();
  });

  router.get(patterns.financeExcel, async (req, res) => {
    const filter = filterOf(req);
    const rows: Entry[] = [];
    let isWhole = true;
    for await (const entry of allEntries(db, filter, BATCH)) {
      isWhole = rows.length < MOST_IN_EXCEL;
      if (!isWhole) break;
      rows.push(entry);
    }
    const transfers: TransferMovement[] = [];
    if (isWhole && showsTransfers(actorOf(req), filter))
      for await (const movement of transferMovements(db, filter, BATCH)) {
        isWhole = rows.length + 2 * transfers.length < MOST_IN_EXCEL;
        if (!isWhole) break;
        transfers.push(movement);
      }
    const period = req.t('finance:period', { from: filter.from, to: filter.to });
    const bytes = await writeFinanceExcel(req, { period, isWhole }, rows, transfers);
    res.set('Cache-Control', 'no-store').type(EXCEL).attachment(`journal-${filter.from}-${filter.to}.xlsx`).send(bytes);
  });

  return router;

  function filterOf(req: Request) {
    const actor = actorOf(req);
    requireRole(actor, 'operator', 'approver', 'supplier');
    return financeFilter(actor, read(financeQuery, req.query), dayOf(clock()));
  }

  async function dataOf(req: Request, perPage: number) {
    const actor = actorOf(req);
    const filter = filterOf(req);
    const beforeId = Number(decodeCursor(filter.query.cursor, 1)?.[0] ?? 0) || null;
    const [{ sums, entries }, orders, waiting, transfers] = await Promise.all([
      sumAccounts(db, filter),
      listOrderSums(db, filter, beforeId, perPage + 1),
      hasRole(actor, 'operator') ? onItsWay(db) : null,
      showsTransfers(actor, filter) ? sumTransfers(db, filter) : null,
    ]);
    return presentFinance(req, { actor, filter, sums, entries, orders, perPage, waiting, transfers });
  }
}
