import { z } from 'zod';
import { figuresSchema } from './bulletin-figures.ts';
import { KINDS } from './bulletin-periods.ts';
import type { Bulletin, BulletinHead } from './bulletin-queries.ts';

export const bulletinHeadJson = z.object({
  id: z.int(),
  programme: z.string(),
  kind: z.enum(KINDS),
  startsOn: z.iso.date(),
  endsOn: z.iso.date(),
  asOf: z.iso.datetime(),
  number: z.string().nullable(),
  title: z.string(),
  issuer: z.string(),
  state: z.enum(['draft', 'published']),
  publishedAt: z.iso.datetime().nullable(),
  /** the bulletin that it puts right, and that which puts it right */
  correctsId: z.int().nullable(),
  correctedById: z.int().nullable(),
});

export const bulletinJson = bulletinHeadJson.extend({
  recipients: z.string(),
  text: z.string(),
  cases: z.string().nullable(),
  correctionReason: z.string().nullable(),
  remarks: z.record(z.string(), z.string()),
  revision: z.int(),
  figures: figuresSchema,
});

export function toHeadJson(head: BulletinHead): z.output<typeof bulletinHeadJson> {
  const { id, kind, startsOn, endsOn, number, title, issuer, state, correctsId, correction } = head;
  return {
    ...{ id, kind, startsOn, endsOn, number, title, issuer, state, correctsId },
    programme: head.programme.code,
    asOf: head.asOf.toISOString(),
    publishedAt: head.publishedAt?.toISOString() ?? null,
    correctedById: correction?.state === 'published' ? correction.id : null,
  };
}

export function toBulletinJson(bulletin: Bulletin): z.output<typeof bulletinJson> {
  const { recipients, text, cases, correctionReason, remarks, revision, figures } = bulletin;
  return { ...toHeadJson(bulletin), recipients, text, cases, correctionReason, remarks, revision, figures };
}
