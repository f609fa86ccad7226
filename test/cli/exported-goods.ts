import { fileURLToPath } from 'node:url';
import type { Actor } from '../../server/accounts/actor.ts';
import { categoryTree } from '../../server/catalog/category-tree.ts';
import type { PrismaClient } from '../../server/db/client.ts';
import { translatorsOf } from '../../server/quotas/sheets/sheet-words.ts';
import { placeTree } from '../../server/units/place-tree.ts';
import { createMessages, type Locale, translator } from '../../server/web/i18n.ts';
import { readSheet } from '../../server/web/read-sheet.ts';
import { previewSheet, type SheetContext } from '../../server/workbench/sheets/apply-sheet.ts';
import { choicesOf } from '../../server/workbench/sheets/sheet-choices.ts';
import { writeGoodsBook } from '../../server/workbench/sheets/write-goods-book.ts';

/** Each supplier's goods out of the market and in again: how many lines there were, and what they would change or are refused for. */
export async function goodsThroughExcel(db: PrismaClient, locale: Locale, at: Date) {
  const messages = createMessages(fileURLToPath(new URL('../../views', import.meta.url)));
  const t = translator(messages, locale);
  const translators = translatorsOf((one) => translator(messages, one));
  const [categories, places, brands] = [await categoryTree(db), await placeTree(db), await db.brand.findMany()];
  const told: string[] = [];
  let lines = 0;
  for (const supplier of await db.supplier.findMany()) {
    const suppliers = [supplier];
    const choices = choicesOf({ categories, places, suppliers, brands });
    const context: SheetContext = { translators, categories, places, suppliers, choices };
    const bytes = await writeGoodsBook(db, { t, locale }, context, true);
    const rows = await readSheet({ name: 'goods.xlsx', bytes }, 'file');
    const nobody = { id: 0, grants: [] } as unknown as Actor;
    const outcome = await previewSheet(db, nobody, context, { kind: 'goods', rows }, at);
    lines += outcome.lines.length;
    told.push(...outcome.faults.map(({ path, code }) => `${supplier.code} ${path} ${code}`));
    for (const line of outcome.lines)
      told.push(...line.changes.map((change) => `${supplier.code} ${line.row} ${JSON.stringify(change)}`));
  }
  return { lines, told };
}
