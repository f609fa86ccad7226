import { z } from 'zod';
import type { Container } from './container.ts';
import type { OutboxHandler } from './jobs/outbox.ts';
import { runOutbox } from './jobs/outbox.ts';
import { type PeriodicJob, runSchedule } from './jobs/schedule.ts';
import { tellSuppliers } from './notifications/tell-suppliers.ts';
import { expireWaitingOrders } from './payments/expire-waiting-orders.ts';
import { refundDue, refundPayment } from './payments/refund-payment.ts';
import { settleOpenPayments } from './payments/settle-open-payments.ts';
import { foldTally } from './quotas/fold-tally.ts';
import { followSearch, searchHandlers } from './search/search-changes.ts';

const orderPlaced = z.object({ orderId: z.number().int() });

/** What each outbox topic leads to. */
export function outboxHandlers(container: Container): Record<string, OutboxHandler> {
  const { db, stripe, clock } = container;
  return {
    ...searchHandlers(container),
    'order.placed': async (payloads) => {
      await tellSuppliers(
        db,
        payloads.map((payload) => orderPlaced.parse(payload).orderId),
      );
    },
    'payment.refund_due': async (payloads) => {
      for (const payload of payloads) await refundPayment(db, stripe, refundDue.parse(payload), clock());
    },
  };
}

/** What returns by the clock. */
export function periodicJobs({ db, stripe, clock }: Container): PeriodicJob[] {
  return [
    {
      name: 'fold-tally',
      everyMs: 2_000,
      run: async () => {
        while ((await foldTally(db)) > 0);
      },
    },
    { name: 'expire-orders', everyMs: 15_000, run: async () => void (await expireWaitingOrders(db, stripe, clock())) },
    { name: 'settle-payments', everyMs: 60_000, run: () => settleOpenPayments(db, stripe, clock()) },
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
  ];
}

/** Starts the background work of this process: every one follows the search index, all but web-only ones work off the jobs. */
export function startWork(container: Container): { stop: () => Promise<void> } {
  const { config, db, log } = container;
  const stopping = new AbortController();
  const running =
    config.role === 'web'
      ? []
      : [
          runOutbox(db, outboxHandlers(container), log, stopping.signal),
          runSchedule(db, periodicJobs(container), log, stopping.signal),
        ];
  running.push(followSearch(container, stopping.signal));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}
