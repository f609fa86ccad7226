import type { Request, RequestHandler } from 'express';
import { actorOf } from '../../accounts/who-acts.ts';
import { categoryTree } from '../../catalog/category-tree.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { decodeCursor } from '../../shared/pagination.ts';
import { placeTree } from '../../units/place-tree.ts';
import { ownUnits } from '../programme-list.ts';
import { findProgramme } from '../quota-filter.ts';
import { entriesPageQuery } from '../quota-schemas.ts';
import { csvLine } from './csv.ts';
import { writeEntriesExcel } from './entry-export.ts';
import { type EntriesPage, presentEntriesPage, tellEntry } from './entry-presenter.ts';
import { type Entry, loadEntries, sumEntries } from './entry-queries.ts';
import { findEntryFilter } from './entry-wish.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const SHOWN = 50;
const BATCH = 500;
/** An Excel file is made in memory; whoever wants more takes the CSV, which is sent as it is read. */
const MOST_IN_EXCEL = 20_000;
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** The entries behind a figure, with their sum on top. Refuses what findEntryFilter refuses. */
export function showEntries(parts: Parts): RequestHandler {
  return async (req, res) => {
    const { db } = parts;
    const page = await findEntries(parts, req);
    const beforeId = Number(decodeCursor(page.query.cursor, 1)?.[0] ?? 0) || undefined;
    const [entries, sum] = await Promise.all([
      loadEntries(db, { ...page.filter, beforeId, limit: SHOWN }, !page.isOwn),
      sumEntries(db, page.filter),
    ]);
    res.set('Cache-Control', 'no-store');
    res.render('quotas/entries', presentEntriesPage(req, { ...page, entries, sum }));
  };
}

/** The same entries, all of them, as CSV (read page by page) or as Excel. */
export function sendEntriesCsv(parts: Parts): RequestHandler {
  return async (req, res) => {
    const page = await findEntries(parts, req);
    res.type('text/csv').attachment(`${page.programme.code}-entries.csv`).set('Cache-Control', 'no-store');
    // The mark lets Excel read the file as UTF-8.
    res.write('\uFEFF');
    res.write(csvLine(tellEntry(req, page).heads));
    for await (const entry of allEntries(parts, page)) res.write(csvLine(tellEntry(req, page).cells(entry)));
    res.end();
  };
}

export function sendEntriesExcel(parts: Parts): RequestHandler {
  return async (req, res) => {
    const page = await findEntries(parts, req);
    const rows: Entry[] = [];
    let isWhole = true;
    for await (const entry of allEntries(parts, page)) {
      isWhole = rows.length < MOST_IN_EXCEL;
      if (!isWhole) break;
      rows.push(entry);
    }
    const file = await writeEntriesExcel(req, { ...page, sum: await sumEntries(parts.db, page.filter) }, rows, isWhole);
    res.type(XLSX).attachment(`${page.programme.code}-entries.xlsx`).set('Cache-Control', 'no-store').send(file);
  };
}

async function* allEntries({ db }: Parts, { filter, isOwn }: Pick<EntriesPage, 'filter' | 'isOwn'>) {
  for (let next: number | null | undefined; next !== null; ) {
    const page = await loadEntries(db, { ...filter, beforeId: next, limit: BATCH }, !isOwn);
    yield* page.entries;
    next = page.nextId;
  }
}

async function findEntries({ db, clock }: Parts, req: Request): Promise<Omit<EntriesPage, 'entries' | 'sum'>> {
  const actor = actorOf(req);
  const asOf = clock();
  const today = dayOf(asOf);
  const query = entriesPageQuery.parse(req.query);
  const [programme, places, categories] = await Promise.all([
    findProgramme(db, actor, String(req.params.programmeCode), today),
    placeTree(db),
    categoryTree(db),
  ]);
  const asked = { ...query, fundingSource: query.funding };
  const { filter, byId } = await findEntryFilter({ db, actor, programme, places, categories, asked, today });
  const isOwn = filter.buyerId !== undefined;
  const answersFor = new Set(ownUnits(actor, ['approver', 'buyer']));
  return { programme, places, categories, byId, query, filter, isOwn, answersFor, at: query.at ?? today, asOf };
}
