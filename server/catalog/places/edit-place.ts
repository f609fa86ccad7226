import { type Actor, requireRole } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { NotFound } from '../../shared/errors.ts';
import { textsOf } from '../../shared/json-texts.ts';
import { noteChangedProducts } from '../product-changed.ts';
import type { PlaceText } from './place-schemas.ts';

/**
 * New words for a place, and its class. Name, code and what it lies in stay: programmes, tally entries and printed codes go by them.
 * Search follows for all goods from there and below; assessments that are not published yet follow the class.
 */
export async function editPlace(db: PrismaClient, actor: Actor, id: number, text: PlaceText, at: Date): Promise<void> {
  requireRole(actor, 'operator');
  await inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM place WHERE id = ${id} FOR UPDATE`;
    const place = await tx.place.findUnique({ where: { id } });
    if (!place) throw new NotFound();
    await tx.place.update({ where: { id }, data: text, select: { id: true } });
    const { nameEn, aliases, intro, introEn, placeClass } = place;
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'place.edit', subjectType: 'place', subjectId: id, after: { ...text } },
      before: { nameEn, aliases: textsOf(aliases), intro, introEn, placeClass },
    });
    const products = await tx.product.findMany({
      where: { place: { path: { startsWith: place.path } }, state: { not: 'draft' } },
      select: { id: true },
    });
    await noteChangedProducts(
      tx,
      products.map((product) => product.id),
    );
  });
}
