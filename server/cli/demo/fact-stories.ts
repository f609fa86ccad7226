import * as z from 'zod';
import type { Day } from '../../shared/days.ts';
import {
  code,
  count,
  declaredState,
  fen,
  fundingSource,
  grams,
  reason,
  relativeDays,
  shortText,
  text,
} from './fact-parts.ts';

/** What happened beside the orders: events, offline and external purchases, complaints, welfare runs. All of it made up. */
export function stories(today: Day) {
  const { ago, agoOrNull, ahead } = relativeDays(today);
  const agreement = z.strictObject({ number: shortText, startsDaysAgo: ago, days: count, terms: text });
  const intention = z.strictObject({
    unit: code,
    supplier: code,
    goods: text.max(255),
    amountFen: count,
    agreement: agreement.nullable(),
  });
  const offlineLine = z.strictObject({
    category: code,
    origin: code,
    supplier: code.nullable(),
    goods: text.max(128),
    fen: count,
    grams,
  });
  const externalPurchase = z.strictObject({
    orderNumber: shortText,
    lineNumber: count,
    unit: code,
    fundingSource,
    state: declaredState,
    purchasedDaysAgo: ago,
    category: code,
    origin: code,
    goods: text.max(128),
    fen: count,
    grams,
  });
  const productQuantity = z.strictObject({ product: code, quantity: count });
  return z.strictObject({
    matchingEvents: z.array(
      z.strictObject({
        code,
        name: text.max(128),
        place: code,
        heldDaysAgo: ago,
        venue: text.max(191),
        summary: text,
        intentions: z.array(intention),
      }),
    ),
    offlinePurchases: z.array(
      z.strictObject({
        unit: code,
        fundingSource,
        state: declaredState,
        purchasedDaysAgo: ago,
        declaredDaysAgo: ago,
        decidedDaysAgo: agoOrNull,
        reason: reason.nullable(),
        /** a farmer's receipt in the place of an invoice */
        isFromFarmer: z.boolean().default(false),
        sellerName: text.max(128),
        sellerTaxNumber: z.string().max(32).nullable(),
        invoiceNumber: shortText.nullable(),
        invoiceFen: count,
        note: text,
        lines: z.array(offlineLine).min(1),
      }),
    ),
    externalPlatforms: z.array(
      z.strictObject({
        code,
        name: text.max(128),
        mapping: z.record(text, text),
        purchases: z.array(externalPurchase),
      }),
    ),
    helpedSales: z.array(
      z.strictObject({ unit: code, campaign: code.nullable(), onDaysAgo: ago, fen: count, grams, note: text.max(255) }),
    ),
    complaints: z.array(
      z.strictObject({
        product: code.nullable(),
        supplier: code,
        name: shortText,
        text,
        state: z.enum(['received', 'in_hand', 'answered', 'closed']),
        receivedDaysAgo: ago,
        answeredDaysAgo: agoOrNull,
        outcome: text.nullable(),
        isPublic: z.boolean(),
      }),
    ),
    objections: z.array(
      z.strictObject({
        supplier: code.nullable(),
        product: code.nullable(),
        name: shortText,
        contact: text.max(128).nullable(),
        text,
        atDaysAgo: ago,
        answer: text.nullable(),
        answeredDaysAgo: agoOrNull,
        upheld: z.boolean().nullable(),
      }),
    ),
    assistanceCalls: z.array(z.strictObject({ product: code, text, startsDaysAgo: ago, endsInDays: ahead })),
    welfareRuns: z.array(
      z.strictObject({
        unit: code,
        name: text.max(128),
        perHeadFen: count,
        chooseUntilDaysAgo: ago,
        state: z.enum(['draft', 'choosing', 'ordered', 'distributed', 'closed']),
        headcount: count,
        unclaimed: fen,
        packages: z.array(z.strictObject({ name: shortText, items: z.array(productQuantity).min(1) })),
      }),
    ),
    standingOrders: z.array(
      z.strictObject({ unit: code, fundingSource, everyDays: count, lines: z.array(productQuantity).min(1) }),
    ),
  });
}

export type DemoStories = z.infer<ReturnType<typeof stories>>;
