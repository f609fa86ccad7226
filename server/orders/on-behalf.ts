import { type Actor, actsOnBehalfOf, suppliersActedFor, suppliersServedBy } from '../accounts/actor.ts';
import type { Tx } from '../db/client.ts';

/** For whom a work team acts, as the audit trail names it; undefined for the supplier's own people and for any other side, without a statement (rule 34). */
export async function onBehalf(tx: Tx, actor: Actor, supplierId: number): Promise<string | undefined> {
  if (suppliersActedFor(actor).includes(supplierId) || !suppliersServedBy(actor).includes(supplierId)) return undefined;
  const supplier = await tx.supplier.findUniqueOrThrow({ where: { id: supplierId }, select: { id: true, name: true } });
  return actsOnBehalfOf(actor, supplier);
}
