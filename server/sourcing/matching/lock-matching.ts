import type { Tx } from '../../db/client.ts';
import { NotFound } from '../../shared/errors.ts';

/** Takes an intention's row, the lock under which it and the agreements proposed for it change. Throws NotFound. */
export async function lockIntention(tx: Tx, id: number) {
  await tx.$queryRaw`SELECT id FROM matching_intention WHERE id = ${id} FOR UPDATE`;
  const intention = await tx.matchingIntention.findUnique({ where: { id } });
  if (!intention) throw new NotFound();
  return intention;
}

/** Takes an agreement's row, after its intention's. Throws NotFound. */
export async function lockAgreement(tx: Tx, id: number) {
  const found = await tx.frameworkAgreement.findUnique({ where: { id }, select: { intentionId: true } });
  if (found?.intentionId)
    await tx.$queryRaw`SELECT id FROM matching_intention WHERE id = ${found.intentionId} FOR UPDATE`;
  await tx.$queryRaw`SELECT id FROM framework_agreement WHERE id = ${id} FOR UPDATE`;
  const agreement = await tx.frameworkAgreement.findUnique({ where: { id } });
  if (!agreement) throw new NotFound();
  return agreement;
}
