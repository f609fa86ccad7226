import type { Locale, Translate } from '../web/i18n.ts';

/** Every kind of message; its sentences are `notifications:kind.<kind>.title` and `.text`. */
export const NOTICE_KINDS = [
  'fulfilment_new',
  'refund_requested',
  'refund_approved',
  'refund_refused',
  'parcel_shipped',
  'pickup_arrived',
  'order_expired',
  'order_approved',
  'order_rejected',
  'order_returned',
  'delivery_moved',
  'approval_asked',
  'approval_waits',
  'approval_ends',
  'paid_too_late',
  'money_sent',
  'rest_dropped',
  'parcels_overdue',
  'shortage_reported',
  'parcel_cancelled',
  'dispute_opened',
  'dispute_said',
  'dispute_closed',
  'unit_reminded',
  'standing_order_placed',
  'standing_order_in_part',
  'standing_order_failed',
  'quote_requested',
  'quote_offered',
  'quote_declined',
  'quote_accepted',
  'quote_ended',
  'matching_intended',
  'matching_intention_declined',
  'agreement_proposed',
  'agreement_signed',
  'agreement_declined',
  'agreement_ended',
  'favourite_cheaper',
  'favourite_back',
  'pool_filled',
  'pool_failed',
  'harvest_closed',
  'harvest_ready',
  'harvest_short',
  'harvest_failed',
  'extension_asked',
  'extension_granted',
  'extension_refused',
  'red_due',
  'invoice_asked',
  'invoice_issued',
  'statement_due_soon',
  'statement_due_now',
  'statement_due_late',
  'welfare_open',
  'welfare_reminder',
  'certification_ends',
  'certification_ended',
  'price_flagged',
  'price_answered',
  'price_accepted',
  'price_asked',
  'price_refused',
  'review_answered',
  'application_submitted',
  'application_recommended',
  'application_asked',
  'application_answered',
  'application_in_notice',
  'application_objected',
  'application_certified',
  'application_refused',
  'application_reopened',
  'trace_missing',
  'unsold_raised',
  'unsold_called',
  'recall_sent',
  'recall_given_back',
  'recall_swapped',
  'recall_cancelled',
  'recall_begun',
  'recall_closed',
  'password_reset_mailed',
  'password_reset_handed',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** A message in the reader's language; data named `…En` stands in for its Chinese fellow. */
export function noticeText(t: Translate, locale: Locale, kind: string, data: unknown): { title: string; text: string } {
  const values = valuesFor(locale, data);
  return { title: t(`notifications:kind.${kind}.title`, values), text: t(`notifications:kind.${kind}.text`, values) };
}

function valuesFor(locale: Locale, data: unknown): Record<string, unknown> {
  const given = typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
  if (locale !== 'en') return given;
  const english = Object.entries(given)
    .filter(([key, value]) => key.endsWith('En') && value)
    .map(([key, value]) => [key.slice(0, -2), value]);
  return { ...given, ...Object.fromEntries(english) };
}
