import { accountEndpoints } from './accounts/account-api.ts';
import { cartEndpoints } from './cart/cart-api.ts';
import { listEndpoints } from './cart/list-api.ts';
import { catalogEndpoints } from './catalog/catalog-api.ts';
import { checkoutEndpoints } from './checkout/checkout-api.ts';
import type { Container } from './container.ts';
import { approvalEndpoints } from './orders/approval/approval-api.ts';
import { approvalRuleEndpoints } from './orders/approval/approval-rule-api.ts';
import { disputeEndpoints } from './orders/disputes/dispute-api.ts';
import { fulfilmentEndpoints } from './orders/fulfilment-api.ts';
import { orderEndpoints } from './orders/order-api.ts';
import { refundEndpoints } from './orders/refund-api.ts';
import { standingOrderEndpoints } from './orders/standing-order-api.ts';
import { invoiceEndpoints } from './payments/invoices/invoice-api.ts';
import { payerEndpoints } from './payments/payers/payer-api.ts';
import { statementEndpoints } from './payments/statement-api.ts';
import { statementStepEndpoints } from './payments/statement-steps-api.ts';
import { transferEndpoints } from './payments/transfer-api.ts';
import { zoneEndpoints } from './promotions/zone-api.ts';
import { bulletinEndpoints } from './quotas/bulletins/bulletin-api.ts';
import { reAttributionEndpoints } from './quotas/moves/re-attribution-api.ts';
import { offlineEndpoints } from './quotas/offline/offline-api.ts';
import { programmeEndpoints } from './quotas/programmes/programme-api.ts';
import { quotaEndpoints } from './quotas/quota-api.ts';
import { declarationEndpoints } from './quotas/targets/declaration-api.ts';
import { targetEndpoints } from './quotas/targets/target-api.ts';
import { recallEndpoints } from './recalls/recall-api.ts';
import { searchEndpoints } from './search/search-api.ts';
import { harvestEndpoints } from './sourcing/harvests/harvest-api.ts';
import { matchingEndpoints } from './sourcing/matching/matching-api.ts';
import { poolEndpoints } from './sourcing/pools/pool-api.ts';
import { quoteEndpoints } from './sourcing/quotes/quote-api.ts';
import { noticeEndpoints } from './suppliers/notice-api.ts';
import { supplierEndpoints } from './suppliers/supplier-api.ts';
import { unitEndpoints } from './units/unit-api.ts';
import type { Endpoint } from './web/api.ts';
import { welfareEndpoints } from './welfare/welfare-api.ts';

/** Every call of the API, by the part of the market that it belongs to. */
export function apiEndpoints(container: Container): Endpoint[] {
  return [
    ...accountEndpoints(container),
    ...unitEndpoints(container),
    ...supplierEndpoints(container),
    ...noticeEndpoints(container),
    ...catalogEndpoints(container),
    ...searchEndpoints(container),
    ...zoneEndpoints(container),
    ...cartEndpoints(container),
    ...listEndpoints(container),
    ...checkoutEndpoints(container),
    ...quoteEndpoints(container),
    ...harvestEndpoints(container),
    ...matchingEndpoints(container),
    ...poolEndpoints(container),
    ...orderEndpoints(container),
    ...standingOrderEndpoints(container),
    ...approvalEndpoints(container),
    ...approvalRuleEndpoints(container),
    ...fulfilmentEndpoints(container),
    ...disputeEndpoints(container),
    ...refundEndpoints(container),
    ...recallEndpoints(container),
    ...payerEndpoints(container),
    ...statementEndpoints(container),
    ...statementStepEndpoints(container),
    ...transferEndpoints(container),
    ...invoiceEndpoints(container),
    ...quotaEndpoints(container),
    ...targetEndpoints(container),
    ...declarationEndpoints(container),
    ...programmeEndpoints(container),
    ...reAttributionEndpoints(container),
    ...offlineEndpoints(container),
    ...bulletinEndpoints(container),
    ...welfareEndpoints(container),
  ];
}
