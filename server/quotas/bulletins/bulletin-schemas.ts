import { z } from 'zod';
import { PLACE_CLASSES, type Scheme } from './bulletin-figures.ts';
import { KINDS } from './bulletin-periods.ts';
import type { Terms } from './bulletin-terms.ts';

const line = (most: number) => z.string().trim().min(1).max(most);
const lines = (most: number) =>
  z
    .string()
    .max(most)
    .transform((text) => text.replace(/\r\n?/g, '\n').trim());
/** `bulletin.text` holds 65,535 bytes, and a Chinese character takes three. */
const MOST_TEXT = 20_000;

/** A page's query: what cannot be read is left out. */
const chosen = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional()).catch(undefined);

export const listQuery = z.object({
  kind: chosen(z.enum(KINDS)),
  before: chosen(z.coerce.number().int().min(1).max(2_147_483_647)),
});

export const newQuery = z.object({
  programme: chosen(z.string().max(64)),
  kind: chosen(z.enum(KINDS)),
});

export const draftForm = z.object({
  programme: line(64),
  kind: z.enum(KINDS),
  period: line(16),
});

export const editForm = z.object({
  title: line(191),
  issuer: line(128),
  recipients: line(255),
  text: lines(MOST_TEXT).pipe(z.string().min(1)),
  cases: lines(MOST_TEXT).default(''),
  remarks: z.record(z.string().max(64), z.string().trim().max(200)).default({}),
  revision: z.coerce.number().int().min(1),
});

export const revisionForm = z.object({ revision: z.coerce.number().int().min(1) });

export const publicationForm = revisionForm.extend({ number: line(64) });

export const correctionForm = z.object({ correctionReason: line(500) });

const points = z.coerce.number().int().min(0).max(100);
const percents = z.coerce.number().int().min(1).max(500);
const classForm = z
  .object({ full: percents, excellent: points, good: points, pass: points })
  .refine(({ excellent, good, pass }) => excellent > good && good > pass, {
    path: ['excellent'],
    message: 'gradesMustFall',
  });

export const termsForm = z.object({
  issuer: line(128),
  numberWord: line(32),
  recipients: line(255),
  needsSigner: z.enum(['one', 'two']),
  weights: z
    .object({ completion: points, pace: points, helped: points, origin: points })
    .refine((all) => all.completion + all.pace + all.helped + all.origin === 100, {
      path: ['completion'],
      message: 'weightsMustAddUp',
    }),
  helpedFull: percents,
  classes: z.record(z.enum(PLACE_CLASSES), classForm),
});

/** A form's terms; percents become basis points. */
export function toTerms({ needsSigner, weights, helpedFull, classes, ...told }: z.output<typeof termsForm>): Terms {
  const scheme: Scheme = {
    weights,
    helpedFullBp: helpedFull * 100,
    classes: Object.fromEntries(
      PLACE_CLASSES.map((name) => {
        const { full, ...grades } = classes[name];
        return [name, { fullBp: full * 100, ...grades }];
      }),
    ) as Scheme['classes'],
  };
  return { ...told, needsSigner: needsSigner === 'two', scheme };
}

const programmeId = z.union([z.int().min(1), line(64)]);

export const draftBody = z.strictObject({
  /** its id or code */
  programmeId,
  kind: z.enum(KINDS),
  /** "2026-09", "2026-Q3", "2026-H1", "2026", "mid"; when missing the newest that is over, else the running one */
  period: line(16).optional(),
});

export const publicationBody = z.strictObject({
  /** when missing the next of the year */
  number: line(64).optional(),
  /** refused with 409 when the draft has another */
  revision: z.int().min(1).optional(),
});

export const bulletinsQuery = z.strictObject({
  programme: line(64).optional(),
  kind: z.enum(KINDS).optional(),
  state: z.enum(['published', 'draft']).default('published'),
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,9}$/, 'malformed')
    .optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

export const bulletinParams = z.object({ id: z.string().regex(/^[1-9]\d{0,9}$/, 'malformed') });
export const bulletinQuery = z.strictObject({ format: z.enum(['json', 'docx', 'xlsx']).default('json') });
