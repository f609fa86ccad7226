import express, { type Request, type Response, type Router } from 'express';
import type { i18n } from 'i18next';
import { type Actor, suppliersServedBy } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import { categoryTree } from '../../catalog/category-tree.ts';
import type { FileStore } from '../../clients/file-store.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { pathTo, patterns } from '../../paths.ts';
import { keptRows, sheetToKeep } from '../../quotas/sheets/kept-sheet.ts';
import { translatorsOf } from '../../quotas/sheets/sheet-words.ts';
import type { Clock } from '../../shared/clock.ts';
import { addDays, dayOf } from '../../shared/days.ts';
import { type Fault, NotFound } from '../../shared/errors.ts';
import { placeTree } from '../../units/place-tree.ts';
import { flash } from '../../web/flash.ts';
import { type FormView, formView, refusedForm } from '../../web/form-view.ts';
import { idIn } from '../../web/forms.ts';
import { translator } from '../../web/i18n.ts';
import type { SheetRow } from '../../web/read-sheet.ts';
import { uploadsIn } from '../../web/uploads.ts';
import { listOwnStock } from '../batches/batch-queries.ts';
import { SOON_DAYS } from '../goods/goods-queries.ts';
import { requireSeller } from '../own-goods.ts';
import { applySheet, previewSheet, type SheetContext } from './apply-sheet.ts';
import { presentLines } from './line-presenter.ts';
import { choicesOf } from './sheet-choices.ts';
import { MOST_SHEET_ROWS, SHEET_KINDS, type SheetKind } from './sheet-columns.ts';
import { writeBatchTemplate, writeStockBook } from './write-books.ts';
import { writeGoodsBook } from './write-goods-book.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
  clock: Clock;
  messages: i18n;
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const MOST_STOCK = 10_000;
const SHOWN = 100;

/** Goods and new batches by Excel: out, a template, an upload, its preview with every fault by its cell, and its application, all or none. */
export function goodsSheetRoutes({ db, files, clock, messages }: Parts): Router {
  const router = express.Router();
  const translators = translatorsOf((locale) => translator(messages, locale));

  router.get(patterns.goodsExcel, async (req, res) => {
    const file = await writeGoodsBook(db, req, await contextOf(seller(req)), true);
    res.type(XLSX).attachment('goods.xlsx').send(file);
  });

  router.get(patterns.stockExcel, async (req, res) => {
    const today = dayOf(clock());
    const paging = { after: null, take: MOST_STOCK, today, soon: addDays(today, SOON_DAYS) };
    const file = await writeStockBook(req, await listOwnStock(db, seller(req), 'all', paging));
    res.type(XLSX).attachment(`stock-${today}.xlsx`).send(file);
  });

  router.get(patterns.goodsTemplate, async (req, res) => {
    const kind = kindIn(req);
    const context = await contextOf(seller(req));
    const isGoods = kind === 'goods';
    const file = await (isGoods ? writeGoodsBook(db, req, context, false) : writeBatchTemplate(db, req, context));
    res.type(XLSX).attachment(`${kind}-template.xlsx`).send(file);
  });

  router.get(patterns.goodsSheets, (req, res) => {
    seller(req);
    showUpload(req, res, { values: {} });
  });

  router.post(patterns.goodsSheets, async (req, res) => {
    const [actor, kind] = [seller(req), kindIn(req)];
    try {
      const { file, rows } = await sheetToKeep(uploadsIn(req, 'file')[0]);
      const id = await inTransaction(db, async (tx) => {
        const fileId = await files.keep(tx, file, actor.id);
        const data = { kind, fileId, rows, byId: actor.id, uploadedAt: clock() };
        return (await tx.goodsSheet.create({ data, select: { id: true } })).id;
      });
      res.redirect(303, pathTo('goodsSheet', { kind, id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      showUpload(req, res.status(status), formView(req.t, ['file'], {}, faults));
    }
  });

  router.get(patterns.goodsSheet, (req, res) => showSheet(req, res, []));

  router.post(patterns.goodsSheetApplication, async (req, res) => {
    const [actor, kind] = [seller(req), kindIn(req)];
    try {
      const sheet = await kept(req);
      const seen = String(req.body?.seen ?? '');
      const count = await applySheet(db, actor, await contextOf(actor), { ...sheet, kind, seen }, clock());
      flash(req, 'success', req.t(`goodsSheet:done.${kind}`, { count }));
      res.redirect(303, pathTo(kind === 'goods' ? 'supplierGoods' : 'supplierStock'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showSheet(
        req,
        res.status(status),
        faults.filter(({ path }) => path === ''),
      );
    }
  });

  return router;

  function seller(req: Request): Actor {
    const actor = actorOf(req);
    requireSeller(actor);
    return actor;
  }

  async function contextOf(actor: Actor): Promise<SheetContext> {
    const [categories, places, suppliers, brands] = await Promise.all([
      categoryTree(db),
      placeTree(db),
      db.supplier.findMany({
        where: { id: { in: suppliersServedBy(actor) } },
        orderBy: { id: 'asc' },
        select: { id: true, name: true, nameEn: true, placeId: true, code: true },
      }),
      db.brand.findMany({ orderBy: { id: 'asc' } }),
    ]);
    const choices = choicesOf({ categories, places, suppliers, brands });
    return { translators, categories, places, suppliers, choices };
  }

  /** A table for whoever uploaded it. Throws NotFound. */
  async function kept(req: Request): Promise<{ id: number; rows: SheetRow[]; fileName: string; isApplied: boolean }> {
    const sheet = await db.goodsSheet.findFirst({
      where: { id: idIn(req.params.id), byId: actorOf(req).id, kind: kindIn(req) },
      include: { file: { select: { name: true } } },
    });
    if (!sheet) throw new NotFound();
    return { id: sheet.id, rows: keptRows(sheet.rows), fileName: sheet.file.name, isApplied: sheet.appliedAt !== null };
  }

  function showUpload(req: Request, res: Response, form: FormView): void {
    const kind = kindIn(req);
    res.set('Cache-Control', 'no-store').render('workbench/sheet-upload', {
      ...page(req, kind),
      help: req.t(`goodsSheet:help.${kind}`),
      most: MOST_SHEET_ROWS[kind],
      templateHref: pathTo('goodsTemplate', { kind }),
      exportHref: kind === 'goods' ? pathTo('goodsExcel') : undefined,
      action: pathTo('goodsSheets', { kind }),
      form: { ...form, labels: { file: req.t('goodsSheet:file') } },
    });
  }

  async function showSheet(req: Request, res: Response, told: readonly Fault[]): Promise<void> {
    const [actor, kind] = [seller(req), kindIn(req)];
    const { id, rows, fileName, isApplied } = await kept(req);
    const context = await contextOf(actor);
    const outcome = isApplied
      ? { lines: [], faults: [], digest: '' }
      : await previewSheet(db, actor, context, { kind, rows }, clock());
    const changes = outcome.lines.filter(({ what }) => what !== 'same');
    res.set('Cache-Control', 'no-store').render('workbench/sheet', {
      ...page(req, kind),
      ...{ fileName, isApplied, seen: outcome.digest },
      faults: outcome.faults.slice(0, SHOWN).map((fault) => ({
        cell: fault.path,
        column: headOfCell(rows, fault.path),
        content: contentOf(rows, fault.path),
        text: faultText(req, fault),
      })),
      faultCount: outcome.faults.length,
      lines: presentLines(req, context.choices, changes.slice(0, SHOWN)),
      more: Math.max(0, changes.length - SHOWN),
      sameCount: outcome.lines.length - changes.length,
      changeCount: changes.length,
      isBatches: kind === 'batches',
      applyAction:
        !isApplied && outcome.faults.length === 0 && changes.length > 0
          ? pathTo('goodsSheetApplication', { kind, id })
          : undefined,
      againHref: pathTo('goodsSheets', { kind }),
      form: formView(req.t, [], {}, told),
    });
  }
}

function kindIn(req: Request): SheetKind {
  const kind = SHEET_KINDS.find((one) => one === req.params.kind);
  if (!kind) throw new NotFound();
  return kind;
}

function page(req: Request, kind: SheetKind) {
  const list = kind === 'goods' ? ('supplierGoods' as const) : ('supplierStock' as const);
  const title = req.t(`goodsSheet:title.${kind}`);
  const label = req.t(kind === 'goods' ? 'workbench:list.title' : 'batches:title');
  return {
    ...{ layout: 'work', title, currentPath: pathTo(list) },
    breadcrumbs: [{ label, href: pathTo(list) }, { label: title }],
  };
}

/** Columns are called as the reader calls them. */
function faultText({ t }: Request, { code, values = {} }: Fault): string {
  const { column, ...others } = values;
  return t(`faults:${code}`, column ? { ...others, column: t(`goodsSheet:head.${column}`).split('|')[0] } : others);
}

function contentOf(rows: readonly SheetRow[], cell: string): string {
  const { row, column } = placeOf(cell);
  return rows[row]?.[column] ?? '';
}

/** What stands over a cell; of the head itself nothing. */
function headOfCell(rows: readonly SheetRow[], cell: string): string {
  const { row, column } = placeOf(cell);
  return row === 0 ? '' : (rows[0]?.[column] ?? '');
}

function placeOf(cell: string): { row: number; column: number } {
  const [, letters = 'A', row = '1'] = /^([A-Z]+)(\d+)$/.exec(cell) ?? [];
  const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  return { row: Number(row) - 1, column };
}
