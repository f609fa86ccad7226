import type { PrismaClient } from '../../server/db/client.ts';
import { productDocuments } from '../../server/search/index-products.ts';
import { dayOf } from '../../server/shared/days.ts';
import type { JudgedDocument } from './judge.ts';

/** Everything on the shelf today, with the codes by which it is judged. */
export async function judgedDocuments(db: PrismaClient): Promise<JudgedDocument[]> {
  const products = await db.product.findMany({ select: { id: true, code: true } });
  const codes = new Map(products.map(({ id, code }) => [id, code]));
  const documents: JudgedDocument[] = [];
  for await (const page of productDocuments(db, dayOf(new Date())))
    documents.push(...page.map((document) => ({ ...document, code: codes.get(document.id) ?? '' })));
  return documents;
}
