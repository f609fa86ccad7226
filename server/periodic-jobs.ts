import { warnOfUnsold } from './assistance/warn-unsold.ts';
import { submitOrder } from './checkout/submit-order.ts';
import type { Container } from './container.ts';
import type { PeriodicJob } from './jobs/schedule.ts';
import { remindApprovers } from './notifications/remind-approvers.ts';
import { remindDueStatements } from './notifications/remind-due-statements.ts';
import {
  remindExpiringCertifications,
  tellEndedCertifications,
} from './notifications/remind-expiring-certifications.ts';
import { remindExpiringMarks } from './notifications/remind-expiring-marks.ts';
import { remindOverdueParcels } from './notifications/remind-overdue-parcels.ts';
import { remindReceipts } from './notifications/remind-receipts.ts';
import { remindRefunds } from './notifications/remind-refunds.ts';
import { endLateRests } from './orders/overdue/end-late-rests.ts';
import { startClocks } from './orders/overdue/start-clocks.ts';
import { placeStandingOrders } from './orders/place-standing-orders.ts';
import { receiveByTime } from './orders/receive-by-time.ts';
import { recountSold } from './orders/recount-sold.ts';
import { expireWaitingOrders } from './payments/expire-waiting-orders.ts';
import { markOverdue } from './payments/overdue.ts';
import { settleOpenPayments } from './payments/settle-open-payments.ts';
import { carryMerged } from './quotas/moves/carry-merged.ts';
import { reverseDisqualified } from './quotas/moves/reverse-disqualified.ts';
import { forgetStaleSheets } from './quotas/sheets/forget-stale-sheets.ts';
import { foldTally } from './quotas/tally/fold-tally.ts';
import { handleRecalls } from './recalls/handle-recalls.ts';
import { forgetMisses } from './search/search-misses.ts';
import { dayOf } from './shared/days.ts';
import { closeHarvests } from './sourcing/harvests/close-harvests.ts';
import { settleHarvests } from './sourcing/harvests/settle-harvests.ts';
import { settlePools } from './sourcing/pools/settle-pools.ts';
import { expireQuotes } from './sourcing/quotes/expire-quotes.ts';
import { followTerms } from './suppliers/follow-terms.ts';
import { remindChoosers } from './welfare/tell-choosers.ts';

const DAY_MS = 86_400_000;

/** What returns by the clock. */
export function periodicJobs({ db, files, stripe, clock, log }: Container): PeriodicJob[] {
  return [
    {
      name: 'fold-tally',
      everyMs: 2_000,
      run: async () => {
        while ((await foldTally(db)) > 0);
      },
    },
    {
      name: 'carry-merged',
      everyMs: 5_000,
      run: async () => {
        while ((await carryMerged(db, clock())) > 0);
      },
    },
    {
      name: 'reverse-disqualified',
      everyMs: 5_000,
      run: async () => {
        while ((await reverseDisqualified(db, clock())) > 0);
      },
    },
    {
      name: 'handle-recalls',
      everyMs: 2_000,
      run: async () => {
        while ((await handleRecalls(db, clock())) > 0);
      },
    },
    { name: 'expire-orders', everyMs: 15_000, run: async () => void (await expireWaitingOrders(db, stripe, clock())) },
    { name: 'settle-pools', everyMs: 15_000, run: async () => void (await settlePools(db, clock())) },
    { name: 'close-harvests', everyMs: 60_000, run: async () => void (await closeHarvests(db, clock())) },
    { name: 'settle-harvests', everyMs: 5_000, run: async () => void (await settleHarvests(db, clock())) },
    { name: 'expire-quotes', everyMs: 60_000, run: async () => void (await expireQuotes(db, clock())) },
    { name: 'remind-approvers', everyMs: 600_000, run: () => remindApprovers(db, clock()) },
    { name: 'start-clocks', everyMs: 600_000, run: () => startClocks(db, clock()) },
    { name: 'end-late-rests', everyMs: 3_600_000, run: async () => void (await endLateRests(db, clock())) },
    { name: 'overdue-parcels', everyMs: 600_000, run: () => remindOverdueParcels(db, clock()) },
    { name: 'warn-unsold', everyMs: 6 * 3_600_000, run: () => warnOfUnsold(db, clock()) },
    { name: 'remind-due', everyMs: 3_600_000, run: () => remindDueStatements(db, clock()) },
    { name: 'follow-terms', everyMs: 5_000, run: async () => void (await followTerms(db, clock())) },
    {
      name: 'remind-expiring',
      everyMs: 3_600_000,
      run: async () => {
        await remindExpiringCertifications(db, clock());
        await tellEndedCertifications(db, clock());
        await remindExpiringMarks(db, clock());
      },
    },
    { name: 'mark-overdue', everyMs: 600_000, run: async () => void (await markOverdue(db, clock())) },
    {
      name: 'standing-orders',
      everyMs: 60_000,
      run: async () =>
        void (await placeStandingOrders(db, (actor, request) => submitOrder(db, actor, request, clock()), clock())),
    },
    { name: 'welfare-reminders', everyMs: 600_000, run: async () => void (await remindChoosers(db, clock())) },
    { name: 'remind-refunds', everyMs: 600_000, run: () => remindRefunds(db, clock()) },
    { name: 'remind-receipts', everyMs: 3_600_000, run: () => remindReceipts(db, clock()) },
    { name: 'receive-by-time', everyMs: 600_000, run: async () => void (await receiveByTime(db, clock())) },
    { name: 'recount-sold', everyMs: 3_600_000, run: async () => void (await recountSold(db, clock())) },
    { name: 'settle-payments', everyMs: 60_000, run: () => settleOpenPayments({ db, stripe, log }, clock()) },
    {
      name: 'forget-sessions',
      everyMs: 3_600_000,
      run: async () => {
        await db.session.deleteMany({ where: { expiresAt: { lt: clock() } } });
        await db.idempotencyKey.deleteMany({
          where: { createdAt: { lt: new Date(clock().getTime() - 7 * 86_400_000) } },
        });
      },
    },
    { name: 'forget-misses', everyMs: DAY_MS, run: () => forgetMisses(db, dayOf(clock())) },
    {
      name: 'sweep-files',
      everyMs: DAY_MS,
      // By the disk's own clock, which stamped them.
      run: async () => void (await files.sweep(db, new Date(Date.now() - DAY_MS))),
    },
    { name: 'forget-stale-sheets', everyMs: 3_600_000, run: async () => void (await forgetStaleSheets(db, clock())) },
  ];
}
