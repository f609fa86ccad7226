import { z } from 'zod';
import { actorOf } from '../../accounts/who-acts.ts';
import { categoryTree } from '../../catalog/category-tree.ts';
import { dayOf } from '../../shared/days.ts';
import { decodeCursor, encodeCursor } from '../../shared/pagination.ts';
import { placeTree } from '../../units/place-tree.ts';
import { type Endpoint, endpoint } from '../../web/api.ts';
import type { QuotaParts } from '../quota-api.ts';
import { findProgramme } from '../quota-filter.ts';
import { entryJson, toEntryJson } from '../quota-json.ts';
import { entriesQuery, programmeParams } from '../quota-schemas.ts';
import { csvLine } from './csv.ts';
import { loadEntries } from './entry-queries.ts';
import { findEntryFilter } from './entry-wish.ts';

const CSV_PAGE = 500;
const COLUMNS = [
  ...['event', 'source', 'onDay', 'placedOn', 'orderId', 'lineId', 'unit', 'unitName', 'fundingSource', 'category'],
  ...['originPlace', 'supplier', 'channel', 'fen', 'grams', 'isAdjustment', 'entries'],
] as const;

/** The lines behind a figure, by cursor or all as CSV; of individuals sums without buyer and order, but one's own in full (rule 31). */
export function entriesEndpoint({ db, clock }: QuotaParts): Endpoint {
  return endpoint({
    method: 'get',
    path: '/programmes/:id/entries',
    summary: 'The tally lines behind a figure, newest first; individuals’ as sums; `format=csv` gives all',
    tag: 'programmes',
    access: 'signed_in',
    scope: 'programmes',
    params: programmeParams,
    query: entriesQuery,
    response: z.object({ items: z.array(entryJson), nextCursor: z.string().nullable() }),
    handle: async ({ req, params, query }) => {
      const actor = actorOf(req);
      const today = dayOf(clock());
      const [programme, places, categories] = await Promise.all([
        findProgramme(db, actor, params.id, today),
        placeTree(db),
        categoryTree(db),
      ]);
      const { filter } = await findEntryFilter({ db, actor, programme, places, categories, asked: query, today });
      const read = async (beforeId: number | undefined, limit: number) => {
        const page = await loadEntries(db, { ...filter, beforeId, limit }, filter.buyerId === undefined);
        return { items: page.entries.map((entry) => toEntryJson({ places, categories }, entry)), next: page.nextId };
      };
      const beforeId = Number(decodeCursor(query.cursor, 1)?.[0] ?? 0) || undefined;
      if (query.format === 'json') {
        const { items, next } = await read(beforeId, query.limit);
        return { items, nextCursor: next === null ? null : encodeCursor([next]) };
      }
      const { res } = req;
      res?.type('text/csv').attachment(`${programme.code}-entries.csv`);
      // The mark lets Excel read the file as UTF-8.
      res?.write(`\uFEFF${csvLine(COLUMNS)}`);
      for (let next: number | null | undefined = beforeId; next !== null; ) {
        const page = await read(next, CSV_PAGE);
        for (const item of page.items) {
          const flat = { ...item, unit: item.unit.code, unitName: item.unit.name };
          res?.write(csvLine(COLUMNS.map((column) => flat[column])));
        }
        next = page.next;
      }
      res?.end();
      return undefined;
    },
  });
}
