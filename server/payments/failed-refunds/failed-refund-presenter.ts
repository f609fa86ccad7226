import { orderNumber } from '../../orders/order-queries.ts';
import { pathTo } from '../../paths.ts';
import type { FormView } from '../../web/form-view.ts';
import type { Translate } from '../../web/i18n.ts';
import type { FailedRefund } from './failed-refund-queries.ts';

const TONES = { failed: 'bad', resent: 'done', paid_otherwise: 'good' } as const;

interface FailedRefundsPage {
  failed: readonly FailedRefund[];
  settled: readonly FailedRefund[];
  waiting: { count: number; fen: number };
  actorId: number;
  people: ReadonlyMap<number, string>;
  paying: { id: number; form: FormView } | null;
}

/** The data of `views/payments/failed-refunds.hbs`. */
export function presentFailedRefunds({ t }: { t: Translate }, page: FailedRefundsPage) {
  const { failed, settled, waiting, paying } = page;
  return {
    title: t('failedRefunds:title'),
    waiting,
    isCut: waiting.count > failed.length,
    form: paying?.form,
    failed: failed.map((refund) => {
      const open = refund.payouts.find(({ state }) => state === 'proposed');
      return {
        ...presentRefund(refund),
        ...(open ? {} : { resendHref: pathTo('refundResend', { id: refund.id }) }),
        ...(open ? {} : { payoutHref: pathTo('refundPayout', { id: refund.id }) }),
        form: paying?.id === refund.id ? paying.form : { values: {} },
        isPaying: paying?.id === refund.id,
        waits: open && {
          ...{ bankReference: open.bankReference, note: open.note, at: open.proposedAt },
          by: page.people.get(open.proposedById),
          decideHref: pathTo('payoutDecision', { id: open.id }),
          isOwn: open.proposedById === page.actorId,
        },
      };
    }),
    settled: settled.map(presentRefund),
  };

  function presentRefund(refund: FailedRefund) {
    const { id, state, amountFen, failedAt, createdAt, failureReason, payment, payouts } = refund;
    const paid = payouts.find((one) => one.state === 'paid');
    return {
      ...{ id, amountFen, at: failedAt ?? createdAt },
      number: orderNumber(payment.order),
      href: pathTo('order', { id: payment.order.id }),
      buyerName: payment.order.buyer.name,
      method: payment.method
        ? t(`failedRefunds:method.${payment.method}`, { defaultValue: payment.method })
        : undefined,
      stripeId: payment.paymentIntentId,
      reason: t(`failedRefunds:reason.${failureReason ?? 'unknown'}`, { defaultValue: failureReason ?? '' }),
      stateTone: TONES[state as keyof typeof TONES],
      stateLabel: t(`failedRefunds:state.${state}`),
      paid: paid && { bankReference: paid.bankReference, by: page.people.get(paid.decidedById ?? 0) },
    };
  }
}
