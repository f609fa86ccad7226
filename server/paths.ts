type Query = Record<string, string | number | boolean | undefined>;

function withQuery(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  return pairs.length === 0
    ? path
    : `${path}?${new URLSearchParams(pairs.map(([key, value]): [string, string] => [key, String(value)]))}`;
}

/** Every URL of the market. Routes use the pattern in `patterns`, everything else calls the builder of the same name. */
export const patterns = {
  home: '/',
  products: '/products',
  product: '/products/:id',
  suggestions: '/suggestions',
  supplier: '/suppliers/:id',
  zone: '/zones/:code',
  zones: '/zones',
  trace: '/trace/:code',
  traceSearch: '/trace',
  notices: '/notices',
  signIn: '/sign-in',
  signOut: '/sign-out',
  language: '/language',
  account: '/account',
  addresses: '/account/addresses',
  newAddress: '/account/addresses/new',
  address: '/account/addresses/:id',
  addressDefault: '/account/addresses/:id/default',
  addressRemoval: '/account/addresses/:id/removal',
  tokens: '/account/tokens',
  tokenRevocation: '/account/tokens/:id/revocation',
  cart: '/cart',
  cartLines: '/cart/lines',
  cartLine: '/cart/lines/:productId',
  checkout: '/checkout',
  orders: '/orders',
  order: '/orders/:id',
  orderPayment: '/orders/:id/payment',
  orderReturn: '/orders/:id/payment/return',
  orderCancellation: '/orders/:id/cancellation',
  orderRepeat: '/orders/:id/repetition',
  orderApproval: '/orders/:id/approval',
  orderRejection: '/orders/:id/rejection',
  fulfilmentReview: '/fulfilments/:id/review',
  fulfilmentRefund: '/fulfilments/:id/refund',
  refunds: '/refunds',
  refund: '/refunds/:id',
  refundDecision: '/refunds/:id/decision',
  refundWithdrawal: '/refunds/:id/withdrawal',
  refundPhoto: '/refunds/:id/photos/:fileId',
  fulfilmentReceipt: '/fulfilments/:id/receipt',
  approvals: '/approvals',
  supplierFulfilments: '/supplier/fulfilments',
  supplierFulfilment: '/supplier/fulfilments/:id',
  fulfilmentConfirmation: '/fulfilments/:id/confirmation',
  fulfilmentShipment: '/fulfilments/:id/shipment',
  board: '/board',
  boardExport: '/board.xlsx',
  boardUnit: '/board/:programmeCode/units/:unitCode',
  inbox: '/inbox',
  inboxReading: '/inbox/reading',
  inboxNotice: '/inbox/:id',
  boardCalls: '/board/:programmeCode/calls',
  boardCallsExport: '/board/:programmeCode/calls.xlsx',
  boardReminders: '/board/:programmeCode/calls/reminders',
  boardCallNotes: '/board/:programmeCode/calls/notes',
  caps: '/caps',
  newCap: '/caps/new',
  cap: '/caps/:id',
  capEnding: '/caps/:id/ending',
  capShares: '/caps/:id/shares',
  programmes: '/programmes',
  newProgramme: '/programmes/new',
  programme: '/programmes/:code',
  programmeEdit: '/programmes/:code/edit',
  programmeOpening: '/programmes/:code/opening',
  programmeClosing: '/programmes/:code/closing',
  reAttributions: '/re-attributions',
  newReAttribution: '/re-attributions/new',
  reAttribution: '/re-attributions/:id',
  reAttributionApproval: '/re-attributions/:id/approval',
  reAttributionRefusal: '/re-attributions/:id/refusal',
  offlinePurchases: '/offline-purchases',
  newOfflinePurchase: '/offline-purchases/new',
  offlineSheet: '/offline-purchases/sheet',
  offlineTemplate: '/offline-purchases/template.xlsx',
  offlinePurchase: '/offline-purchases/:id',
  offlineCorrection: '/offline-purchases/:id/correction',
  offlineVerification: '/offline-purchases/:id/verification',
  offlineReturn: '/offline-purchases/:id/return',
  offlineWithdrawal: '/offline-purchases/:id/withdrawal',
  offlineConfirmation: '/offline-purchases/:id/confirmation',
  offlineNewEvidence: '/offline-purchases/:id/evidence',
  offlineEvidence: '/offline-purchases/:id/evidence/:fileId',
  certifications: '/certifications',
  certification: '/certifications/:id',
  certificationSuspension: '/certifications/:id/suspension',
  certificationLifting: '/certifications/:id/suspension/lifting',
  certificationRevocation: '/certifications/:id/revocation',
  certificationDisqualification: '/certifications/:id/disqualification',
  disqualificationApproval: '/certifications/:id/disqualification/approval',
  disqualificationRefusal: '/certifications/:id/disqualification/refusal',
  workTeam: '/work-team',
  admin: '/admin',
  auditTrail: '/admin/audit',
  apiDocs: '/api/docs',
  openApi: '/api/v1/openapi.json',
  stripeWebhook: '/api/v1/payments/stripe/webhook',
} as const;

export type PathName = keyof typeof patterns;

/** Builds a URL by name: `pathTo('product', { id: 7 })`; what is no part of the pattern becomes the query. */
export function pathTo(name: PathName, values: Query = {}): string {
  const query = { ...values };
  const path = patterns[name].replace(/:(\w+)/g, (_, key: string) => {
    const value = query[key];
    if (value === undefined) throw new Error(`path ${name} needs ${key}`);
    delete query[key];
    return encodeURIComponent(String(value));
  });
  return withQuery(path, query);
}
