import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { addDays, type Day, dayFromColumn, dayOf, dayToColumn } from '../shared/days.ts';

/** `setting` key: the last day whose ends and beginnings were told. */
const FOLLOWED = 'certification.followed';
const IDS_AT_ONCE = 500;

/**
 * Tells lists and search, once a day in Shanghai, of the goods whose certification ended with yesterday or begins today; an end leaves
 * its audit line. Shelf, cart and checkout need no telling: they ask for the day themselves (rule 17). Several workers may run it, as
 * often as they like. Returns how many certifications had ended.
 */
export async function followTerms(db: PrismaClient, now: Date): Promise<number> {
  const today = dayOf(now);
  const last = await db.setting.findUnique({ where: { key: FOLLOWED }, select: { value: true } });
  if (last && last.value >= today) return 0;
  return inTransaction(db, async (tx) => {
    await tx.$executeRaw`INSERT IGNORE INTO setting (\`key\`, value) VALUES (${FOLLOWED}, ${addDays(today, -1)})`;
    const [row] = await tx.$queryRaw<
      { value: Day }[]
    >`SELECT value FROM setting WHERE \`key\` = ${FOLLOWED} FOR UPDATE`;
    const followed = row?.value ?? today;
    if (followed >= today) return 0;
    const ended = await tx.certification.findMany({
      where: { state: 'certified', validUntil: { gte: dayToColumn(followed), lt: dayToColumn(today) } },
      select: { id: true, supplierId: true, productId: true, validUntil: true },
      orderBy: { id: 'asc' },
    });
    const begun = await tx.certification.findMany({
      where: { state: 'certified', validFrom: { gt: dayToColumn(followed), lte: dayToColumn(today) } },
      select: { supplierId: true, productId: true },
    });
    if (ended.length > 0)
      await audit(
        tx,
        ...ended.map(({ id, validUntil }) => ({
          ...{ at: now, actorId: null, action: 'certification.expire', subjectType: 'certification', subjectId: id },
          after: { validUntil: validUntil && dayFromColumn(validUntil) },
        })),
      );
    await noteGoods(tx, [...ended, ...begun]);
    await tx.$executeRaw`UPDATE setting SET value = ${today} WHERE \`key\` = ${FOLLOWED}`;
    return ended.length;
  });
}

async function noteGoods(
  tx: Tx,
  holders: readonly { supplierId: number | null; productId: number | null }[],
): Promise<void> {
  const suppliers = [...new Set(holders.flatMap(({ supplierId }) => supplierId ?? []))];
  const theirs =
    suppliers.length === 0
      ? []
      : await tx.product.findMany({ where: { supplierId: { in: suppliers } }, select: { id: true } });
  const ids = [...new Set([...holders.flatMap(({ productId }) => productId ?? []), ...theirs.map(({ id }) => id)])];
  for (let from = 0; from < ids.length; from += IDS_AT_ONCE)
    await enqueue(
      tx,
      'product.changed',
      ids.slice(from, from + IDS_AT_ONCE).map((productId) => ({ productId })),
    );
}
