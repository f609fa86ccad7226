import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { Tx } from '../../db/client.ts';
import { dayToColumn } from '../../shared/days.ts';
import { RuleRefusal } from '../../shared/errors.ts';
import { type PromisedBenefit, readSupplier } from './application-form.ts';
import type { LockedApplication } from './lock-application.ts';

/** Makes of the answers of a certified application the supplier as it sells, its benefits of the year and the applicant's right to act for it, unless a work team applied. */
export async function admitSupplier(tx: Tx, actor: Actor, application: LockedApplication, at: Date): Promise<void> {
  const { answers, faults } = readSupplier(application.typed);
  const { supplierId } = application;
  if (!answers || supplierId === null) throw new RuleRefusal('cannotSubmit', faults);
  const { creditCode, contact, phone, bankName, bankAccount, story } = answers;
  await tx.supplier.update({
    where: { id: supplierId },
    data: { creditCode, contact, phone, bankName, bankAccount, story },
    select: { id: true },
  });
  await tx.supplier.updateMany({ where: { id: supplierId, state: 'applying' }, data: { state: 'active' } });
  await writeBenefits(tx, application, supplierId, answers.benefits);
  const granted = await grantRight(tx, application, supplierId);
  await audit(tx, {
    ...{ at, actorId: actor.id, action: 'supplier.admit', subjectType: 'supplier', subjectId: supplierId },
    after: { creditCode, applicantId: application.applicantId, granted },
  });
}

/** Those told of the last full year; its agreement with the farmers is the evidence (rule 19). */
async function writeBenefits(
  tx: Tx,
  { id, today }: LockedApplication,
  supplierId: number,
  benefits: readonly PromisedBenefit[],
): Promise<void> {
  const agreement = await tx.applicationDocument.findFirst({
    where: { applicationId: id, kind: 'farmer_agreement', removedAt: null },
    orderBy: { id: 'desc' },
    select: { fileId: true },
  });
  const year = Number(today.slice(0, 4)) - 1;
  await tx.farmerBenefit.deleteMany({ where: { supplierId, year } });
  await tx.farmerBenefit.createMany({
    data: benefits.map((benefit) => ({ ...benefit, supplierId, year, evidenceFileId: agreement?.fileId })),
  });
}

/** Who applied on a village's behalf looks after it as before, and is not its supplier (rule 34). */
async function grantRight(
  tx: Tx,
  { applicantId, onBehalf, today }: LockedApplication,
  supplierId: number,
): Promise<boolean> {
  if (onBehalf) return false;
  const since = dayToColumn(today);
  const held = await tx.roleGrant.findFirst({
    where: { userId: applicantId, role: 'supplier', supplierId, OR: [{ until: null }, { until: { gt: since } }] },
    select: { id: true },
  });
  if (held) return false;
  await tx.roleGrant.create({
    data: { userId: applicantId, role: 'supplier', supplierId, since },
    select: { id: true },
  });
  return true;
}
