import { z } from 'zod';
import { type Actor, actsOnBehalfOf, suppliersServedBy } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { NotFound } from '../../shared/errors.ts';

const whole = (most: number) =>
  z
    .union(
      [
        z.int(),
        z
          .string()
          .trim()
          .regex(/^\d{1,4}$/, 'notAQuantity')
          .transform(Number),
      ],
      'notAQuantity',
    )
    .pipe(z.number().min(1).max(most));

/** Within how many hours a supplier confirms (at most 72) and within how many working days after that it ships (at most 15). */
export const leadTimes = z.object({ confirmWithinHours: whole(72), shipWithinDays: whole(15) });
export type LeadTimes = z.infer<typeof leadTimes>;

/** Promises other times for parcels to come; those that are open keep theirs. Refuses another supplier with 404. */
export async function setLeadTimes(
  db: PrismaClient,
  actor: Actor,
  supplierId: number,
  times: LeadTimes,
  at: Date,
): Promise<void> {
  if (!suppliersServedBy(actor).includes(supplierId)) throw new NotFound();
  await inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM supplier WHERE id = ${supplierId} FOR UPDATE`;
    const before = await leadTimesOf(tx, supplierId);
    const supplier = { where: { id: supplierId }, data: times, select: { id: true, name: true } };
    const onBehalfOf = actsOnBehalfOf(actor, await tx.supplier.update(supplier));
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'supplier.set_lead_times', subjectType: 'supplier' },
      ...{ subjectId: supplierId, onBehalfOf, before, after: times },
    });
  });
}

export function leadTimesOf(db: Pick<PrismaClient, 'supplier'>, supplierId: number): Promise<LeadTimes> {
  return db.supplier.findUniqueOrThrow({
    where: { id: supplierId },
    select: { confirmWithinHours: true, shipWithinDays: true },
  });
}
