import { z } from 'zod';
import { PASSWORD_FORGOTTEN } from './accounts/resets/mail-reset.ts';
import { RIGHT_CHANGED, rightChanged } from './accounts/rights/right-changed.ts';
import { UNSOLD_CHANGED, unsoldChange } from './assistance/unsold-told.ts';
import { PRODUCT_CHANGED, productChanged } from './catalog/product-changed.ts';
import type { Container } from './container.ts';
import type { OutboxHandler } from './jobs/outbox.ts';
import { enqueue, runOutbox } from './jobs/outbox.ts';
import { runSchedule } from './jobs/schedule.ts';
import { MAIL_DUE } from './notifications/notify.ts';
import { passwordHandlers } from './notifications/password-handlers.ts';
import { sendMail } from './notifications/send-mail.ts';
import { tellAcceptedByTime } from './notifications/tell-accepted-by-time.ts';
import { tellApprovers } from './notifications/tell-approvers.ts';
import { tellBuyers } from './notifications/tell-buyers.ts';
import { tellDroppedRests } from './notifications/tell-dropped-rests.ts';
import { tellFavourites } from './notifications/tell-favourites.ts';
import { tellMovedDeliveries } from './notifications/tell-moved-deliveries.ts';
import { tellOfAnswers } from './notifications/tell-of-answers.ts';
import { applicationChanged, tellOfApplications } from './notifications/tell-of-applications.ts';
import { tellOfCertifications } from './notifications/tell-of-certifications.ts';
import { tellOfDisputes } from './notifications/tell-of-disputes.ts';
import { tellOfFailedBatches } from './notifications/tell-of-failed-batches.ts';
import { tellOfHarvests } from './notifications/tell-of-harvests.ts';
import { tellOfMatching } from './notifications/tell-of-matching.ts';
import { tellOfPickups } from './notifications/tell-of-pickups.ts';
import { tellOfPools } from './notifications/tell-of-pools.ts';
import { tellOfQuotes } from './notifications/tell-of-quotes.ts';
import { tellOfRecalledLines, tellOfRecalls } from './notifications/tell-of-recalls.ts';
import { tellOfRefunds } from './notifications/tell-of-refunds.ts';
import { tellOfRights } from './notifications/tell-of-rights.ts';
import { tellOfShortages } from './notifications/tell-of-shortages.ts';
import { tellOfStatements, tellRefundsWithoutRed } from './notifications/tell-of-statements.ts';
import { tellOfUnsold } from './notifications/tell-of-unsold.ts';
import { tellOverdueCancelled } from './notifications/tell-overdue-cancelled.ts';
import { tellStandingOrders } from './notifications/tell-standing-orders.ts';
import { tellSuppliers } from './notifications/tell-suppliers.ts';
import { tellUnits } from './notifications/tell-units.ts';
import { workbenchHandlers } from './notifications/workbench-handlers.ts';
import { APPROVAL_ASKED } from './orders/approval/approval-levels.ts';
import { BUYER_NEWS, buyerNews } from './orders/buyer-news.ts';
import { SESSIONS_TO_CLOSE } from './orders/cancel-order.ts';
import { DELIVERY_MOVED, deliveryMoved } from './orders/delivery/move-window.ts';
import { POOL_CHANGED } from './orders/order-pool.ts';
import { OVERDUE_CANCELLED } from './orders/overdue/cancel-overdue.ts';
import { PICKUP_ARRIVED } from './orders/pickup/pickup-desk.ts';
import { STANDING_ORDER_RAN } from './orders/place-standing-orders.ts';
import { ACCEPTED_BY_TIME, SHORTAGE_REPORTED } from './orders/receive-fulfilment.ts';
import { OFFERS_UNUSED } from './orders/release-holds.ts';
import { closeSessionsOf, sessionsToClose } from './payments/close-session.ts';
import { gatherParcel } from './payments/gather-parcel.ts';
import { refundDue } from './payments/note-refund.ts';
import { oneByOne } from './payments/one-by-one.ts';
import { refundPayment } from './payments/refund-payment.ts';
import { STATEMENT_TOLD, statementTold } from './payments/statement-told.ts';
import { periodicJobs } from './periodic-jobs.ts';
import { UNIT_REMINDED, unitReminded } from './quotas/calls/remind-units.ts';
import { PROGRAMME_OPENED } from './quotas/programmes/programme-open.ts';
import { takeInEarlier } from './quotas/programmes/programme-taking-in.ts';
import { RECALL_CHANGED, RECALL_LINE, recallChange, recallLineDone } from './recalls/recall-told.ts';
import { followSearch, searchHandlers } from './search/search-changes.ts';
import { followSharedIndex } from './search/shared-index.ts';
import { dayOf } from './shared/days.ts';
import { HARVEST_CHANGED, harvestChanged } from './sourcing/harvests/harvest-changed.ts';
import { MATCHING_CHANGED, matchingChanged } from './sourcing/matching/matching-changed.ts';
import { settlePools } from './sourcing/pools/settle-pools.ts';
import { QUOTE_CHANGED, quoteChanged } from './sourcing/quotes/quote-changed.ts';
import { reopenOffers } from './sourcing/quotes/reopen-offers.ts';
import { APPLICATION_CHANGED } from './suppliers/applications/lock-application.ts';
import { CERTIFICATION_ACTED, certificationActed } from './suppliers/certification-told.ts';
import { WELFARE_OPENED } from './welfare/open-run.ts';
import { tellChoosers } from './welfare/tell-choosers.ts';
import { BATCH_FAILED, batchFailed } from './workbench/batches/batch-failed.ts';
import { REVIEW_ANSWERED } from './workbench/reviews/answer-review.ts';

const REFUND_DUE = 'payment.refund_due';
const refundChanged = z.object({ refundId: z.number().int() });
const disputeChanged = z.object({ messageId: z.number().int() });
const ofReceipt = z.object({ receiptId: z.number().int() });
const programmeOpened = z.object({ programmeId: z.number().int() });
const orderPlaced = z.object({ orderId: z.number().int() });
const ofFulfilment = z.object({ fulfilmentId: z.number().int() });
const standingOrderRan = z.object({ runId: z.number().int() });
const poolChanged = z.object({ poolId: z.number().int() });
const welfareOpened = z.object({ runId: z.number().int() });
const reviewAnswered = z.object({ reviewId: z.number().int() });
const mailDue = z.object({ userId: z.number().int(), dedupeKey: z.string() });

/** What each outbox topic leads to. */
export function outboxHandlers(container: Container) {
  const { db, stripe, clock, log } = container;
  const search = searchHandlers(container);
  return {
    [PRODUCT_CHANGED]: async (payloads) => {
      const ids = payloads.map((payload) => productChanged.parse(payload).productId);
      await search[PRODUCT_CHANGED](payloads);
      await tellFavourites(db, ids, clock());
    },
    'order.placed': async (payloads) => {
      const ids = payloads.map((payload) => orderPlaced.parse(payload).orderId);
      await tellSuppliers(db, ids, dayOf(clock()));
    },
    [DELIVERY_MOVED]: async (payloads) => {
      const moves = payloads.map((payload) => deliveryMoved.parse(payload));
      await tellMovedDeliveries(db, moves, dayOf(clock()));
    },
    [APPROVAL_ASKED]: async (payloads) => {
      const ids = payloads.map((payload) => orderPlaced.parse(payload).orderId);
      await tellApprovers(db, ids, dayOf(clock()));
    },
    'refund.changed': async (payloads) => {
      const refundIds = payloads.map((payload) => refundChanged.parse(payload).refundId);
      await tellOfRefunds(db, refundIds, dayOf(clock()));
      await tellRefundsWithoutRed(db, refundIds, dayOf(clock()));
    },
    [STATEMENT_TOLD]: async (payloads) => {
      await tellOfStatements(
        db,
        payloads.map((payload) => statementTold.parse(payload)),
        dayOf(clock()),
      );
    },
    [BUYER_NEWS]: async (payloads) => {
      const ids = payloads.map((payload) => buyerNews.parse(payload));
      await tellBuyers(db, ids);
    },
    [PICKUP_ARRIVED]: async (payloads) => {
      const ids = payloads.map((payload) => ofFulfilment.parse(payload).fulfilmentId);
      await tellOfPickups(db, ids);
    },
    [APPLICATION_CHANGED]: async (payloads) => {
      const changes = payloads.map((payload) => applicationChanged.parse(payload));
      await tellOfApplications(db, changes, dayOf(clock()));
    },
    [CERTIFICATION_ACTED]: async (payloads) => {
      const acts = payloads.map((payload) => certificationActed.parse(payload));
      await tellOfCertifications(db, acts, dayOf(clock()));
    },
    'dispute.changed': async (payloads) => {
      const ids = payloads.map((payload) => disputeChanged.parse(payload).messageId);
      await tellOfDisputes(db, ids, dayOf(clock()));
    },
    'fulfilment.rest_dropped': async (payloads) => {
      const ids = payloads.map((payload) => ofReceipt.parse(payload).receiptId);
      await tellDroppedRests(db, ids);
    },
    [OVERDUE_CANCELLED]: async (payloads) => {
      const ids = payloads.map((payload) => ofFulfilment.parse(payload).fulfilmentId);
      await tellOverdueCancelled(db, ids, dayOf(clock()));
    },
    [STANDING_ORDER_RAN]: async (payloads) => {
      const ids = payloads.map((payload) => standingOrderRan.parse(payload).runId);
      await tellStandingOrders(db, ids);
    },
    [POOL_CHANGED]: async (payloads) => {
      await settlePools(db, clock());
      const ids = payloads.map((payload) => poolChanged.parse(payload).poolId);
      await tellOfPools(db, ids);
    },
    [HARVEST_CHANGED]: async (payloads) => {
      await tellOfHarvests(
        db,
        payloads.map((payload) => harvestChanged.parse(payload)),
        dayOf(clock()),
      );
    },
    [MATCHING_CHANGED]: async (payloads) => {
      await tellOfMatching(
        db,
        payloads.map((payload) => matchingChanged.parse(payload)),
        dayOf(clock()),
      );
    },
    [UNSOLD_CHANGED]: async (payloads) => {
      await tellOfUnsold(
        db,
        payloads.map((payload) => unsoldChange.parse(payload)),
        dayOf(clock()),
      );
    },
    [BATCH_FAILED]: async (payloads) => {
      await tellOfFailedBatches(
        db,
        payloads.map((payload) => batchFailed.parse(payload)),
        dayOf(clock()),
      );
    },
    [RECALL_CHANGED]: async (payloads) => {
      await tellOfRecalls(
        db,
        payloads.map((payload) => recallChange.parse(payload)),
        dayOf(clock()),
      );
    },
    [RECALL_LINE]: async (payloads) => {
      await tellOfRecalledLines(
        db,
        payloads.map((payload) => recallLineDone.parse(payload)),
        clock(),
      );
    },
    [OFFERS_UNUSED]: async (payloads) => {
      for (const payload of payloads) await reopenOffers(db, orderPlaced.parse(payload).orderId, clock());
    },
    [QUOTE_CHANGED]: async (payloads) => {
      await tellOfQuotes(
        db,
        payloads.map((payload) => quoteChanged.parse(payload)),
        dayOf(clock()),
      );
    },
    [REVIEW_ANSWERED]: async (payloads) => {
      const ids = payloads.map((payload) => reviewAnswered.parse(payload).reviewId);
      await tellOfAnswers(db, ids);
    },
    [UNIT_REMINDED]: async (payloads) => {
      const ids = payloads.map((payload) => unitReminded.parse(payload).reminderId);
      await tellUnits(db, ids, dayOf(clock()));
    },
    [WELFARE_OPENED]: async (payloads) => {
      for (const payload of payloads) await tellChoosers(db, welfareOpened.parse(payload).runId);
    },
    [SESSIONS_TO_CLOSE]: async (payloads) => {
      const ids = payloads.map((payload) => sessionsToClose.parse(payload).orderId);
      await closeSessionsOf(container, ids, clock());
    },
    [ACCEPTED_BY_TIME]: async (payloads) => {
      const ids = payloads.map((payload) => ofReceipt.parse(payload).receiptId);
      await tellAcceptedByTime(db, ids, dayOf(clock()));
    },
    [SHORTAGE_REPORTED]: async (payloads) => {
      const ids = payloads.map((payload) => ofReceipt.parse(payload).receiptId);
      await tellOfShortages(db, ids, dayOf(clock()));
    },
    [MAIL_DUE]: async (payloads) => {
      const faults = await oneByOne(payloads, (payload) => sendMail(container, mailDue.parse(payload), clock()));
      if (faults.length > 0) throw new AggregateError(faults, `${faults.length} mails were not sent`);
    },
    ...passwordHandlers(container),
    ...workbenchHandlers(container),
    [RIGHT_CHANGED]: async (payloads) => {
      const ids = payloads.map((payload) => rightChanged.parse(payload));
      await tellOfRights(db, ids);
    },
    [PROGRAMME_OPENED]: async (payloads) => {
      for (const payload of payloads) {
        const opened = programmeOpened.parse(payload);
        if (await takeInEarlier(db, opened.programmeId, clock)) await enqueue(db, PROGRAMME_OPENED, [opened]);
      }
    },
    'statement.due': async (payloads) => {
      const parcels = payloads.map((payload) => ofFulfilment.parse(payload).fulfilmentId);
      for (const fulfilmentId of new Set(parcels)) await gatherParcel(db, fulfilmentId);
    },
    [REFUND_DUE]: async (payloads) => {
      const send = (payload: unknown) => refundPayment({ db, stripe, log }, refundDue.parse(payload), clock());
      const faults = await oneByOne(payloads, send);
      if (faults.length > 0) throw new AggregateError(faults, `${faults.length} refunds were not sent`);
    },
  } satisfies Record<string, OutboxHandler>;
}

/** Starts the background work of this process: every one follows the search index, all but web-only ones work off the jobs. */
export function startWork(container: Container): { stop: () => Promise<void> } {
  const { config, db, log } = container;
  const stopping = new AbortController();
  const { [REFUND_DUE]: refund, [PROGRAMME_OPENED]: takeIn, ...others } = outboxHandlers(container);
  const { [MAIL_DUE]: mail, [PASSWORD_FORGOTTEN]: forgotten, ...quick } = others;
  const running =
    config.role === 'web'
      ? []
      : [
          runOutbox(db, quick, log, stopping.signal),
          // By themselves: Stripe or the mail server may be slow to answer, and nothing else should wait for them.
          runOutbox(db, { [REFUND_DUE]: refund }, log, stopping.signal),
          runOutbox(db, { [MAIL_DUE]: mail, [PASSWORD_FORGOTTEN]: forgotten }, log, stopping.signal),
          runOutbox(db, { [PROGRAMME_OPENED]: takeIn }, log, stopping.signal),
          runSchedule(db, periodicJobs(container), log, stopping.signal),
        ];
  running.push(
    container.search.name === 'embedded'
      ? followSearch(container, stopping.signal)
      : followSharedIndex(container, stopping.signal, config.role !== 'web'),
  );
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}
