import { resolve } from 'node:path';
import compression from 'compression';
import cookieParser from 'cookie-parser';
import express, { type Express } from 'express';
import { pinoHttp } from 'pino-http';
import { accountRoutes } from './accounts/account-routes.ts';
import { createRunOnce } from './accounts/run-once.ts';
import { actorFromSession, actorFromToken, authorizeCall } from './accounts/who-acts.ts';
import { adminRoutes } from './admin/admin-routes.ts';
import { apiEndpoints } from './api-endpoints.ts';
import { currentCall } from './assistance/current-call.ts';
import { unsoldRoutes } from './assistance/unsold-routes.ts';
import { cartRoutes } from './cart/cart-routes.ts';
import { takeGuestCart } from './cart/guest-cart.ts';
import { listRoutes } from './cart/list-routes.ts';
import { quickOrderRoutes } from './cart/quick-order-routes.ts';
import { catalogRoutes, useNavCategories } from './catalog/catalog-routes.ts';
import { photoRoutes } from './catalog/photo-routes.ts';
import { pickRoutes } from './catalog/picks/pick-routes.ts';
import { placeRoutes } from './catalog/places/place-routes.ts';
import { traceLabelRoutes } from './catalog/trace-label-routes.ts';
import { traceRoutes } from './catalog/trace-routes.ts';
import { amendmentRoutes } from './checkout/amendment-routes.ts';
import { checkoutRoutes } from './checkout/checkout-routes.ts';
import { SANDBOX_PAY_PATH } from './clients/payment-sandbox/start-sandbox.ts';
import type { Container } from './container.ts';
import { inboxRoutes } from './notifications/inbox-routes.ts';
import { afterSalesRoutes } from './orders/after-sales-routes.ts';
import { cartApprovals } from './orders/approval/expected-approvals.ts';
import { disputeRoutes } from './orders/disputes/dispute-routes.ts';
import { holidayRoutes } from './orders/holiday-routes.ts';
import { linkRoutes } from './orders/links/link-routes.ts';
import { mayUploadByLink } from './orders/links/open-link.ts';
import { orderRoutes } from './orders/order-routes.ts';
import { parcelPaperRoutes } from './orders/parcel-paper-routes.ts';
import { pickupDeskRoutes } from './orders/pickup/pickup-desk-routes.ts';
import { pickupPointRoutes } from './orders/pickup/pickup-point-routes.ts';
import { receiptRoutes } from './orders/receipt-routes.ts';
import { refundRoutes } from './orders/refund-routes.ts';
import { standingOrderRoutes } from './orders/standing-order-routes.ts';
import { supplierRoutes } from './orders/supplier-routes.ts';
import { pointRoutes } from './orders/tenders/point-routes.ts';
import { patterns } from './paths.ts';
import { failedRefundRoutes } from './payments/failed-refunds/failed-refund-routes.ts';
import { financeRoutes } from './payments/finance/finance-routes.ts';
import { invoiceRoutes } from './payments/invoices/invoice-routes.ts';
import { nameOverdue } from './payments/name-overdue.ts';
import { payerRoutes } from './payments/payers/payer-routes.ts';
import { paymentRoutes } from './payments/payment-routes.ts';
import { statementRoutes } from './payments/statement-routes.ts';
import { transferRoutes } from './payments/transfer-routes.ts';
import { webhookRoutes } from './payments/webhook-routes.ts';
import { campaignRoutes } from './promotions/campaign-routes.ts';
import { zoneDeskRoutes } from './promotions/zone-desk-routes.ts';
import { zoneRoutes } from './promotions/zone-routes.ts';
import { boardRoutes } from './quotas/board/board-routes.ts';
import { bulletinRoutes } from './quotas/bulletins/bulletin-routes.ts';
import { callRoutes } from './quotas/calls/call-routes.ts';
import { capRoutes } from './quotas/caps/cap-routes.ts';
import { externalImportRoutes } from './quotas/external/external-import-routes.ts';
import { externalRoutes } from './quotas/external/external-routes.ts';
import { helpedRoutes } from './quotas/helped/helped-routes.ts';
import { reAttributionRoutes } from './quotas/moves/re-attribution-routes.ts';
import { offlineFormRoutes } from './quotas/offline/offline-form-routes.ts';
import { offlineRoutes } from './quotas/offline/offline-routes.ts';
import { offlineSheetRoutes } from './quotas/offline/offline-sheet-routes.ts';
import { programmeRoutes } from './quotas/programmes/programme-routes.ts';
import { shopExtras } from './quotas/shop-extras.ts';
import { declarationRoutes } from './quotas/targets/declaration-routes.ts';
import { targetRoutes } from './quotas/targets/target-routes.ts';
import { targetSheetRoutes } from './quotas/targets/target-sheet-routes.ts';
import { targetTableRoutes } from './quotas/targets/target-table-routes.ts';
import { arrivalRoutes } from './recalls/arrival-routes.ts';
import { recallRoutes } from './recalls/recall-routes.ts';
import { searchRoutes } from './search/search-routes.ts';
import { searchWordRoutes } from './search/search-words-routes.ts';
import { harvestRoutes } from './sourcing/harvests/harvest-routes.ts';
import { supplierHarvestRoutes } from './sourcing/harvests/supplier-harvest-routes.ts';
import { agreementRoutes } from './sourcing/matching/agreement-routes.ts';
import { matchingRoutes } from './sourcing/matching/matching-routes.ts';
import { poolRoutes } from './sourcing/pools/pool-routes.ts';
import { quoteRoutes } from './sourcing/quotes/quote-routes.ts';
import { supplierQuoteRoutes } from './sourcing/quotes/supplier-quote-routes.ts';
import { waysToBuy } from './sourcing/ways-to-buy.ts';
import { applicationRoutes } from './suppliers/applications/application-routes.ts';
import { caseRoutes } from './suppliers/applications/case-routes.ts';
import { certificateRoutes } from './suppliers/certificate-routes.ts';
import { certifiedRoutes } from './suppliers/certified/certified-routes.ts';
import { noticeRoutes } from './suppliers/notice-routes.ts';
import { type Endpoint, mountApi } from './web/api.ts';
import { apiDocsRoutes } from './web/api-docs-routes.ts';
import { useCsrf } from './web/csrf.ts';
import { apiErrors, noRoute, pageErrors } from './web/errors.ts';
import { takeFlash } from './web/flash.ts';
import { useHandlebars } from './web/handlebars.ts';
import { useHeaders } from './web/headers.ts';
import { healthRoutes } from './web/health-routes.ts';
import { openApiOf } from './web/openapi.ts';
import { limitRate } from './web/rate-limit.ts';
import { useLocale } from './web/request-locals.ts';
import { useSession } from './web/session.ts';
import { takeUploads } from './web/uploads.ts';
import { welfareAddressRoutes } from './welfare/address-routes.ts';
import { allowanceRoutes } from './welfare/allowance-routes.ts';
import { handOutRoutes } from './welfare/hand-out-routes.ts';
import { orderBundleRoutes } from './welfare/order-bundle-routes.ts';
import { rosterRoutes } from './welfare/roster-routes.ts';
import { welfareChoiceRoutes } from './welfare/welfare-choice-routes.ts';
import { welfareRoutes } from './welfare/welfare-routes.ts';
import { batchRoutes } from './workbench/batches/batch-routes.ts';
import { goodsRoutes } from './workbench/goods/goods-routes.ts';
import { specificationRoutes } from './workbench/goods/specification-routes.ts';
import { markDeskRoutes } from './workbench/marks/mark-desk-routes.ts';
import { markRoutes } from './workbench/marks/mark-routes.ts';
import { ownPhotoRoutes } from './workbench/photos/photo-routes.ts';
import { flaggedPriceRoutes } from './workbench/prices/price-routes.ts';
import { reviewRoutes } from './workbench/reviews/review-routes.ts';
import { goodsSheetRoutes } from './workbench/sheets/sheet-routes.ts';
import { shopRoutes } from './workbench/shop/shop-routes.ts';

const BODY_LIMIT = '1mb';

/** The whole HTTP side, in the order in which a request meets it. */
export function createApp(container: Container): Express {
  const { config, db, clock, log, messages, folders } = container;
  const app = express();
  app.set('trust proxy', config.trustProxy);
  app.set('query parser', 'extended');
  app.disable('x-powered-by');
  useHandlebars(app, folders, messages);

  app.use(pinoHttp({ logger: log, autoLogging: false, genReqId: () => crypto.randomUUID() }));
  app.use(useHeaders(config));
  app.use(healthRoutes(container));
  app.use('/vendor', express.static(resolve('node_modules/htmx.org/dist'), { maxAge: '30d', index: false }));
  app.use(staticFiles(folders.public));
  app.use(photoRoutes(container));
  app.use(useLocale(messages));

  app.use(patterns.stripeWebhook, webhookRoutes(container));
  if (container.sandbox) app.use(SANDBOX_PAY_PATH, container.sandbox.payRoutes);
  const endpoints = apiEndpoints(container);
  app.use('/api/v1', api(container, endpoints));

  app.use(limitRate(config.rateLimit));
  app.use(cookieParser());
  app.use(useSession(config, db, clock));
  app.use(useLocale(messages));
  app.use(express.urlencoded({ extended: true, limit: BODY_LIMIT, parameterLimit: 3000 }));
  app.use(takeUploads((req) => mayUploadByLink(container, req.path)));
  app.use(...useCsrf(config));
  app.use(actorFromSession(db, clock, !config.production));
  app.use((req, res, next) => {
    res.locals.flash = takeFlash(req);
    res.locals.isDemo = container.isDemo;
    next();
  });

  app.use(useNavCategories(container));
  app.all([patterns.cart, patterns.checkout, patterns.approvals, patterns.orders], nameOverdue(container));

  app.use(accountRoutes({ ...container, takeGuestCart: (req, actor) => takeGuestCart(db, req, actor) }));
  app.use(inboxRoutes(container));
  app.use(
    catalogRoutes({
      ...container,
      extras: { ...shopExtras(container), ...waysToBuy(container), ...currentCall(container) },
    }),
  );
  app.use(pickRoutes(container));
  app.use(placeRoutes(container));
  app.use(traceRoutes(container));
  app.use(traceLabelRoutes(container));
  app.use(searchRoutes(container));
  app.use(searchWordRoutes(container));
  app.use(zoneRoutes(container));
  app.use(zoneDeskRoutes(container));
  app.use(noticeRoutes(container));
  app.use(certificateRoutes(container));
  app.use(certifiedRoutes(container));
  app.use(applicationRoutes(container));
  app.use(caseRoutes(container));
  app.use(cartRoutes({ ...container, approvalsOf: cartApprovals(db) }));
  app.use(quickOrderRoutes(container));
  app.use(listRoutes(container));
  app.use(checkoutRoutes(container));
  app.use(amendmentRoutes(container));
  app.use(quoteRoutes(container));
  app.use(harvestRoutes(container));
  app.use(matchingRoutes(container));
  app.use(agreementRoutes(container));
  app.use(poolRoutes(container));
  app.use(supplierHarvestRoutes(container));
  app.use(goodsRoutes(container));
  app.use(specificationRoutes(container));
  app.use(batchRoutes(container));
  app.use(goodsSheetRoutes(container));
  app.use(reviewRoutes(container));
  app.use(shopRoutes(container));
  app.use(markRoutes(container));
  app.use(markDeskRoutes(container));
  app.use(ownPhotoRoutes(container));
  app.use(flaggedPriceRoutes(container));
  app.use(supplierQuoteRoutes(container));
  app.use(recallRoutes(container));
  app.use(arrivalRoutes(container));
  app.use(unsoldRoutes(container));
  app.use(orderRoutes(container));
  app.use(standingOrderRoutes(container));
  app.use(pointRoutes(container));
  app.use(holidayRoutes(container));
  app.use(pickupPointRoutes(container));
  app.use(pickupDeskRoutes(container));
  app.use(receiptRoutes(container));
  app.use(disputeRoutes(container));
  app.use(afterSalesRoutes(container));
  app.use(refundRoutes(container));
  app.use(supplierRoutes(container));
  app.use(linkRoutes(container));
  app.use(parcelPaperRoutes(container));
  app.use(paymentRoutes(container));
  app.use(statementRoutes(container));
  app.use(payerRoutes(container));
  app.use(transferRoutes(container));
  app.use(failedRefundRoutes(container));
  app.use(invoiceRoutes(container));
  app.use(financeRoutes(container));
  app.use(callRoutes(container));
  app.use(boardRoutes(container));
  app.use(targetRoutes(container));
  app.use(targetTableRoutes(container));
  app.use(targetSheetRoutes(container));
  app.use(declarationRoutes(container));
  app.use(capRoutes(container));
  app.use(programmeRoutes(container));
  app.use(reAttributionRoutes(container));
  app.use(offlineFormRoutes(container));
  app.use(offlineSheetRoutes(container));
  app.use(offlineRoutes(container));
  app.use(bulletinRoutes(container));
  app.use(externalRoutes(container));
  app.use(externalImportRoutes(container));
  app.use(helpedRoutes(container));
  app.use(campaignRoutes(container));
  app.use(welfareChoiceRoutes(container));
  app.use(handOutRoutes(container));
  app.use(welfareRoutes(container));
  app.use(rosterRoutes(container));
  app.use(orderBundleRoutes(container));
  app.use(welfareAddressRoutes(container));
  app.use(allowanceRoutes(container));
  app.use(adminRoutes(container));
  app.use(apiDocsRoutes(endpoints, config.baseUrl));

  app.use(noRoute);
  app.use(pageErrors(log));
  return app;
}

function staticFiles(folder: string): express.RequestHandler[] {
  return [compression(), express.static(folder, { maxAge: '30d', index: false })].map(
    (handler): express.RequestHandler =>
      (req, res, next) =>
        req.method === 'GET' && /\.\w{2,5}$/.test(req.path) ? handler(req, res, next) : next(),
  );
}

function api(container: Container, endpoints: readonly Endpoint[]): express.Router {
  const { config, db, clock, log } = container;
  const router = express.Router();
  router.use(limitRate(config.rateLimit));
  router.use(express.json({ limit: BODY_LIMIT }));
  router.use(actorFromToken(db, clock, !config.production));
  router.get(
    patterns.openApi.replace('/api/v1', ''),
    (_req, res) => void res.json(openApiOf(endpoints, config.baseUrl)),
  );
  router.use(mountApi(endpoints, authorizeCall, createRunOnce(db)));
  router.use(noRoute);
  router.use(apiErrors(log));
  return router;
}
