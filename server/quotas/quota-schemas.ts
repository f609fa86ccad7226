import { z } from 'zod';
import { parseDay } from '../shared/days.ts';
import { decodeCursor } from '../shared/pagination.ts';
import { ROWS_BY, SORTS } from './board/board-rows.ts';
import { PROGRESS_STATES } from './board/progress.ts';

const code = z.string().trim().min(1).max(64);
const day = z.string().refine((text) => parseDay(text) !== null, 'malformed');
const month = z.string().refine((text) => parseDay(`${text}-01`) !== null, 'malformed');
const fundingSource = z.enum(['canteen_budget', 'union_funds', 'individual']);
const channel = z.enum(['market', 'pavilion', 'unit_zone', 'theme', 'cabinet', 'offline', 'external']);
const cursor = z
  .string()
  .max(200)
  .refine((text) => decodeCursor(text, 1) !== null, 'malformed');
const byId = /^\d{1,9}$/;

/** A programme by id or code. */
export const programmeParams = z.object({ id: z.string().min(1).max(64) });
export const isId = (text: string) => byId.test(text);

const places = { assistedPlace: code.optional(), unitPlace: code.optional(), originPlace: code.optional() };

export const programmesQuery = z.strictObject({ assistedPlace: code.optional() });

/** What /progress and /entries narrow alike, so that a figure's entries are asked for by its own filters. */
const narrowing = {
  ...places,
  unit: code.optional(),
  group: code.optional(),
  county: code.optional(),
  category: code.optional(),
  fundingSource: fundingSource.optional(),
  channel: channel.optional(),
};

export const progressQuery = z.strictObject({
  ...narrowing,
  by: z.enum(ROWS_BY).default('unit'),
  at: day.optional(),
});

export type ProgressQuery = z.output<typeof progressQuery>;

export const entriesQuery = z.strictObject({
  ...narrowing,
  event: z.enum(['placed', 'counted']).optional(),
  month: month.optional(),
  at: day.optional(),
  cursor: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  format: z.enum(['json', 'csv']).default('json'),
});

/** A page's query: what cannot be read is left out, as if it had not been chosen; an empty choice means all. */
function chosen<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === '' ? undefined : value), schema.optional()).catch(undefined);
}

/** What the board, a unit's page and the entries keep in their addresses. Group, its county, unit's place and goods' origin apart (rule 7). */
const kept = {
  group: chosen(code),
  county: chosen(code),
  unitPlace: chosen(code),
  originPlace: chosen(code),
  category: chosen(code),
  funding: chosen(fundingSource),
  channel: chosen(channel),
  at: chosen(day),
};
const keptQuery = z.object(kept);
export type KeptQuery = z.output<typeof keptQuery>;

/** The part of a page's query that its links take along. */
export function keptOf(query: KeptQuery): KeptQuery {
  return keptQuery.parse(query);
}

export const boardQuery = z.object({
  ...kept,
  programme: chosen(code),
  /** the programmes' assisted place */
  assistedPlace: chosen(code),
  state: chosen(z.enum(PROGRESS_STATES)),
  sort: chosen(z.enum(SORTS)),
  by: chosen(z.enum(ROWS_BY)),
  page: chosen(z.coerce.number().int().min(1).max(1000)),
});
export type BoardQuery = z.output<typeof boardQuery>;

export const unitPageQuery = z.object(kept);
export type UnitPageQuery = z.output<typeof unitPageQuery>;

export const entriesPageQuery = z.object({
  ...kept,
  unit: chosen(code),
  month: chosen(month),
  event: chosen(z.enum(['placed', 'counted'])),
  /** the chosen category or origin itself, without what lies below it */
  only: chosen(z.enum(['category', 'originPlace'])),
  cursor: chosen(cursor),
});
export type EntriesPageQuery = z.output<typeof entriesPageQuery>;
