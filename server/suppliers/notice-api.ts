import { z } from 'zod';
import type { PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { decodeCursor, encodeCursor } from '../shared/pagination.ts';
import { placeTree } from '../units/place-tree.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { findCertificate, holdsOn } from './certificate-queries.ts';
import { listNotices, listObjections, type ShownNotice } from './notice-queries.ts';
import { objectionForm } from './notice-schemas.ts';
import { objectToNotice } from './object-to-notice.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const cursor = z
  .string()
  .max(200)
  .refine((text) => decodeCursor(text, 1) !== null, 'malformed')
  .optional();
const id = z.coerce.number().int().min(1).max(2_147_483_647);
const perPage = z.coerce.number().int().min(1).max(100).default(30);

const objection = z.object({
  id: z.int(),
  noticeId: z.int(),
  at: z.date(),
  text: z.string(),
  answer: z.string().nullable(),
  answeredAt: z.date().nullable(),
  upheld: z.boolean().nullable(),
});

const notice = z.object({
  id: z.int(),
  subject: z.enum(['supplier', 'product']),
  supplierId: z.int(),
  productId: z.int().nullable(),
  name: z.string(),
  nameEn: z.string(),
  place: z.string().nullable(),
  issuer: z.string(),
  text: z.string(),
  startsOn: z.string(),
  endsOn: z.string(),
  isOpen: z.boolean(),
  objections: z.array(objection.omit({ noticeId: true })),
});

const certificate = z.object({
  number: z.string(),
  state: z.string(),
  supplierId: z.int(),
  productId: z.int().nullable(),
  name: z.string(),
  nameEn: z.string(),
  place: z.string().nullable(),
  issuer: z.string(),
  validFrom: z.string().nullable(),
  validUntil: z.string().nullable(),
  interruptions: z.array(z.object({ kind: z.string(), since: z.string(), until: z.string().nullable() })),
  /** today, within its days and not interrupted */
  holds: z.boolean(),
});

/** Public notices of certification, certificates, and objections to them, for anyone; who objected is told to the certifiers alone (rule 17). */
export function noticeEndpoints({ db, clock }: Parts): Endpoint[] {
  const common = { tag: 'certification', access: 'any' } as const;
  return [
    endpoint({
      ...common,
      method: 'get',
      path: '/notices',
      summary:
        'Public notices of certification that run, or with past=true those that are over; the newest first, by cursor',
      query: z.strictObject({ past: z.enum(['true', 'false']).default('false'), cursor, perPage }),
      response: z.object({ items: z.array(notice), nextCursor: z.string().nullable() }),
      handle: async ({ query }) => {
        const beforeId = Number(decodeCursor(query.cursor, 1)?.[0]) || undefined;
        const past = query.past === 'true';
        const [places, rows] = await Promise.all([
          placeTree(db),
          listNotices(db, dayOf(clock()), { past, beforeId, limit: query.perPage + 1 }),
        ]);
        const shown = rows.slice(0, query.perPage);
        const last = rows.length > query.perPage ? shown.at(-1) : undefined;
        return {
          items: shown.map((row) => toJson(row, places.byId.get(row.placeId)?.code ?? null)),
          nextCursor: last ? encodeCursor([last.id]) : null,
        };
      },
    }),
    endpoint({
      ...common,
      method: 'get',
      path: '/certificates/:number',
      summary: 'Verifies a certificate by its number: holder, validity, and whether it holds today',
      params: z.object({ number: z.string().max(64) }),
      response: certificate,
      handle: async ({ params }) => {
        const [places, found] = await Promise.all([placeTree(db), findCertificate(db, params.number)]);
        const today = dayOf(clock());
        const { number, state, supplierId, productId, name, nameEn, issuer, validFrom, validUntil, interruptions } =
          found;
        return {
          ...{ number: number ?? '', state, supplierId, productId, name, nameEn, issuer, validFrom, validUntil },
          place: places.byId.get(found.placeId)?.code ?? null,
          interruptions,
          holds: holdsOn(found, today),
        };
      },
    }),
    endpoint({
      ...common,
      method: 'get',
      path: '/objections',
      summary: 'Objections to public notices with their answers, the newest first, by cursor; noticeId: of one notice',
      query: z.strictObject({ noticeId: id.optional(), cursor, perPage }),
      response: z.object({ items: z.array(objection), nextCursor: z.string().nullable() }),
      handle: async ({ query }) => {
        const beforeId = Number(decodeCursor(query.cursor, 1)?.[0]) || undefined;
        const rows = await listObjections(db, { noticeId: query.noticeId, beforeId, limit: query.perPage + 1 });
        const shown = rows.slice(0, query.perPage);
        const last = rows.length > query.perPage ? shown.at(-1) : undefined;
        return { items: shown, nextCursor: last ? encodeCursor([last.id]) : null };
      },
    }),
    endpoint({
      ...common,
      method: 'post',
      path: '/objections',
      summary: 'Anyone objects to a certification while its notice runs; name and contact are for the certifiers alone',
      body: z.strictObject({ noticeId: z.int().min(1), ...objectionForm.shape }),
      status: 201,
      response: objection,
      idempotent: true,
      handle: async ({ req, body }) => {
        const made = await objectToNotice(db, req.actor, body, clock());
        const [told] = await listObjections(db, { noticeId: body.noticeId, beforeId: made + 1, limit: 1 });
        return told;
      },
    }),
  ];
}

function toJson(row: ShownNotice, place: string | null): z.input<typeof notice> {
  const {
    id: noticeId,
    of: subject,
    supplierId,
    productId,
    name,
    nameEn,
    issuer,
    text,
    startsOn,
    endsOn,
    isOpen,
  } = row;
  const { objections } = row;
  return {
    id: noticeId,
    subject,
    supplierId,
    productId,
    name,
    nameEn,
    place,
    issuer,
    text,
    startsOn,
    endsOn,
    isOpen,
    objections,
  };
}
