import { z } from 'zod';
import { actorOf } from '../../accounts/who-acts.ts';
import type { FileStore } from '../../clients/file-store.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayFromColumn } from '../../shared/days.ts';
import { type Endpoint, endpoint } from '../../web/api.ts';
import { invoiceBody, redBody, statementParams } from '../statement-schemas.ts';
import { askInvoice } from './ask-invoice.ts';
import { findInvoicedOrder, findInvoicedParcel } from './invoice-queries.ts';
import { invoiceWishBody } from './invoice-schemas.ts';
import { recordParcelInvoice, recordParcelRed } from './record-parcel-invoice.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
  clock: Clock;
}

const parcelJson = z.object({
  fulfilmentId: z.int(),
  supplier: z.string(),
  asked: z.object({ title: z.string(), taxNumber: z.string().nullable() }).nullable(),
  invoices: z.array(
    z.object({
      ...{ id: z.int(), kind: z.string(), number: z.string(), title: z.string(), taxNumber: z.string().nullable() },
      ...{ amountFen: z.int(), issuedOn: z.string(), redOfId: z.int().nullable(), refundId: z.int().nullable() },
    }),
  ),
});

const parcelRedBody = redBody.extend({ refundId: z.int().positive().nullable().default(null) });

/** Invoices of what was paid at once. Their files are uploaded and downloaded on the pages. */
export function invoiceEndpoints({ db, files, clock }: Parts): Endpoint[] {
  const common = { tag: 'payments', access: 'signed_in', scope: 'payments', params: statementParams } as const;
  const act = { ...common, method: 'post', idempotent: true, status: 201 } as const;
  const parcelOf = async (req: Parameters<typeof actorOf>[0], id: number) =>
    toJson(await findInvoicedParcel(db, actorOf(req), id));
  return [
    endpoint({
      ...common,
      method: 'get',
      path: '/orders/:id/invoices',
      summary: "An order's invoices and what was asked for, by parcel",
      response: z.object({ items: z.array(parcelJson) }),
      handle: async ({ req, params }) => {
        const { fulfilments } = await findInvoicedOrder(db, actorOf(req), params.id);
        return { items: fulfilments.map(toJson) };
      },
    }),
    endpoint({
      ...act,
      path: '/orders/:id/invoice-request',
      summary: 'The buyer of a paid order asks its suppliers for invoices; no tax number: that of a person',
      body: invoiceWishBody,
      response: z.object({ items: z.array(parcelJson) }),
      handle: async ({ req, params, body }) => {
        await askInvoice(db, actorOf(req), params.id, body, clock());
        const { fulfilments } = await findInvoicedOrder(db, actorOf(req), params.id);
        return { items: fulfilments.map(toJson) };
      },
    }),
    endpoint({
      ...act,
      path: '/fulfilments/:id/invoice',
      summary: 'The supplier records the invoice that the buyer of a parcel asked for',
      body: invoiceBody,
      response: parcelJson,
      handle: async ({ req, params, body: { number, issuedOn = null } }) => {
        await recordParcelInvoice({ db, files }, actorOf(req), params.id, { number, issuedOn, file: null }, clock());
        return parcelOf(req, params.id);
      },
    }),
    endpoint({
      ...act,
      path: '/fulfilments/:id/red-invoice',
      summary: 'The supplier records the red-letter invoice of a refund; without one, of what did not arrive',
      body: parcelRedBody,
      response: parcelJson,
      handle: async ({ req, params, body: { issuedOn = null, amountFen = null, ...red } }) => {
        const wish = { ...red, issuedOn, amountFen, file: null };
        await recordParcelRed({ db, files }, actorOf(req), params.id, wish, clock());
        return parcelOf(req, params.id);
      },
    }),
  ];
}

type Parcel = Pick<Awaited<ReturnType<typeof findInvoicedParcel>>, 'id' | 'supplier' | 'invoiceRequest' | 'invoices'>;

function toJson({ id, supplier, invoiceRequest, invoices }: Parcel): z.output<typeof parcelJson> {
  return {
    ...{ fulfilmentId: id, supplier: supplier.name },
    asked: invoiceRequest && { title: invoiceRequest.title, taxNumber: invoiceRequest.taxNumber },
    invoices: invoices.map((one) => ({
      ...{ id: one.id, kind: one.kind, number: one.number, title: one.title, taxNumber: one.taxNumber },
      ...{ amountFen: Number(one.amountFen), redOfId: one.redOfId, refundId: one.refundId },
      issuedOn: dayFromColumn(one.issuedOn),
    })),
  };
}
