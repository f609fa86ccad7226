import { type Actor, actsOnBehalfOf, suppliersServedBy } from '../../accounts/actor.ts';
import type { FileStore, NewFile } from '../../clients/file-store.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { type Day, dayOf } from '../../shared/days.ts';
import { type Fault, NotFound, RuleRefusal } from '../../shared/errors.ts';
import type { PromisedBenefit } from '../../suppliers/applications/application-form.ts';

export interface ToldBenefit {
  year: number;
  benefits: readonly PromisedBenefit[];
  /** what proves it; null: what was handed in for this year before */
  evidence: NewFile | null;
}

/** The full years of which a benefit may be told, the newest first. */
export function yearsToTell(today: Day): number[] {
  const year = Number(today.slice(0, 4));
  return [year - 1, year - 2];
}

/**
 * What a supplier paid farmers in a year, by mode, with its evidence; it takes the place of what was told of the year before (rule 19).
 * Refuses another's with 404, and by field a year that is not over or long past, and a year without evidence.
 */
export async function tellBenefit(
  { db, files }: { db: PrismaClient; files: FileStore },
  actor: Actor,
  supplierId: number,
  { year, benefits, evidence }: ToldBenefit,
  at: Date,
): Promise<void> {
  if (!suppliersServedBy(actor).includes(supplierId)) throw new NotFound();
  await inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM supplier WHERE id = ${supplierId} FOR UPDATE`;
    const { name } = await tx.supplier.findUniqueOrThrow({ where: { id: supplierId }, select: { name: true } });
    const before = await tx.farmerBenefit.findMany({ where: { supplierId, year }, orderBy: { id: 'asc' } });
    const known = before.find((row) => row.evidenceFileId !== null)?.evidenceFileId ?? null;
    const faults: Fault[] = yearsToTell(dayOf(at)).includes(year) ? [] : [{ path: 'year', code: 'notAChoice' }];
    if (!evidence && known === null) faults.push({ path: 'evidence', code: 'documentNeeded' });
    if (faults.length > 0) throw new RuleRefusal('badInput', faults);
    const evidenceFileId = evidence ? await files.keep(tx, evidence, actor.id) : known;
    await tx.farmerBenefit.deleteMany({ where: { supplierId, year } });
    await tx.farmerBenefit.createMany({
      data: benefits.map((benefit) => ({ ...benefit, supplierId, year, evidenceFileId })),
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, onBehalfOf: actsOnBehalfOf(actor, { id: supplierId, name }) },
      ...{ action: 'supplier.tell_benefit', subjectType: 'supplier', subjectId: supplierId },
      before: {
        year,
        benefits: before.map(({ mode, households, yearlyPayoutFen }) => ({
          mode,
          households,
          yearlyPayoutFen: Number(yearlyPayoutFen),
        })),
      },
      after: { year, benefits: benefits.map((benefit) => ({ ...benefit })), evidenceFileId },
    });
  });
}
