import { z } from 'zod';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Endpoint, endpoint } from '../../web/api.ts';
import { agreeTerms } from './agree-terms.ts';
import { namePayer } from './name-payer.ts';
import { detailsBody, payingSource, termsBody } from './payer-form.ts';
import { findPayingUnit, hasGoodTaxNumber, payersWithOwed, termsOf } from './payer-queries.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const unitParams = z.object({ code: z.string().min(1).max(64) });
const payerParams = unitParams.extend({ fundingSource: payingSource });

const payersJson = z.object({
  unit: z.string(),
  items: z.array(
    z.object({
      fundingSource: z.string(),
      title: z.string(),
      taxNumber: z.string().nullable(),
      /** whether invoices can be written for it */
      taxNumberIsRight: z.boolean(),
      bankName: z.string().nullable(),
      bankAccount: z.string().nullable(),
      /** null: no limit */
      creditLimitFen: z.int().nullable(),
      owedFen: z.int(),
      termDays: z.int(),
      mustPrepay: z.boolean(),
      prepaysForOverdue: z.boolean(),
    }),
  ),
});

/** Under which names and on which terms a unit pays. */
export function payerEndpoints({ db, clock }: Parts): Endpoint[] {
  const common = { tag: 'payments', access: 'signed_in', scope: 'payments' } as const;
  return [
    endpoint({
      ...common,
      method: 'get',
      path: '/units/:code/payers',
      summary: 'What a unit pays from: title, tax number and account, terms, and what is owed on account',
      params: unitParams,
      response: payersJson,
      handle: ({ req, params: { code } }) => payersOf(req, code),
    }),
    endpoint({
      ...common,
      method: 'put',
      path: '/units/:code/payers/:fundingSource',
      summary:
        "The unit's approver or the operator says how a funding source is invoiced; one that is new prepays until terms are agreed",
      params: payerParams,
      body: detailsBody,
      response: payersJson,
      handle: async ({ req, params: { code, fundingSource }, body }) => {
        const { id: unitId } = await findPayingUnit(db, actorOf(req), code);
        await namePayer(db, actorOf(req), { ...body, unitId, fundingSource }, clock());
        return payersOf(req, code);
      },
    }),
    endpoint({
      ...common,
      method: 'put',
      path: '/units/:code/payers/:fundingSource/terms',
      summary: 'The operator agrees credit limit, term and prepaying with a payer',
      params: payerParams,
      body: termsBody,
      response: payersJson,
      handle: async ({ req, params: { code, fundingSource }, body }) => {
        const { id: unitId } = await findPayingUnit(db, actorOf(req), code);
        await agreeTerms(db, actorOf(req), { ...body, unitId, fundingSource }, clock());
        return payersOf(req, code);
      },
    }),
  ];

  async function payersOf(req: Parameters<typeof actorOf>[0], code: string): Promise<z.output<typeof payersJson>> {
    const unit = await findPayingUnit(db, actorOf(req), code);
    const payers = await payersWithOwed(db, unit.id, clock());
    const items = payers.flatMap(({ payer, owedFen }) => {
      if (!payer) return [];
      const { fundingSource, title, taxNumber, bankName, bankAccount, prepaysForOverdue } = payer;
      const shown = { fundingSource, title, taxNumber, bankName, bankAccount, prepaysForOverdue, owedFen };
      return [{ ...shown, ...termsOf(payer), taxNumberIsRight: hasGoodTaxNumber(payer) }];
    });
    return { unit: code, items };
  }
}
