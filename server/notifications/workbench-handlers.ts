import type { PrismaClient } from '../db/client.ts';
import type { OutboxHandler } from '../jobs/outbox.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { MARK_CHANGED, markChanged } from '../workbench/marks/mark-changed.ts';
import { PRICE_CHANGED, priceChanged } from '../workbench/prices/price-changed.ts';
import { BANK_CHANGED, bankChanged } from '../workbench/shop/bank-changed.ts';
import { tellOfBankChanges } from './tell-of-bank-changes.ts';
import { tellOfMarks } from './tell-of-marks.ts';
import { tellOfPrices } from './tell-of-prices.ts';

/** Whom suppliers' work leads to a message for: accounts that money is sent to, certificates, prices. */
export function workbenchHandlers({ db, clock }: { db: PrismaClient; clock: Clock }) {
  return {
    [BANK_CHANGED]: async (payloads) => {
      const changes = payloads.map((payload) => bankChanged.parse(payload));
      await tellOfBankChanges(db, changes, dayOf(clock()));
    },
    [MARK_CHANGED]: async (payloads) => {
      const changes = payloads.map((payload) => markChanged.parse(payload));
      await tellOfMarks(db, changes, dayOf(clock()));
    },
    [PRICE_CHANGED]: async (payloads) => {
      const changes = payloads.map((payload) => priceChanged.parse(payload));
      await tellOfPrices(db, changes, dayOf(clock()));
    },
  } satisfies Record<string, OutboxHandler>;
}
