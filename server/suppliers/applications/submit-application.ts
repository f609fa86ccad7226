import { type Actor, suppliersActedFor, suppliersServedBy } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { isDuplicate } from '../../db/faults.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { dayFromColumn, dayToColumn } from '../../shared/days.ts';
import { type Fault, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { idsBelow } from '../../shared/tree.ts';
import type { PlaceTree } from '../../units/place-tree.ts';
import {
  documentsNeeded,
  type ProductAnswers,
  readProduct,
  readSupplier,
  type SupplierAnswers,
} from './application-form.ts';
import { placesRecommended } from './application-policy.ts';
import {
  type ApplicationAct,
  type LockedApplication,
  lockApplication,
  requireApplicant,
  tellNews,
} from './lock-application.ts';
import { mayBeRenewed } from './renewal-term.ts';

type Holder = { supplierId: number } | { productId: number };

interface Subject {
  supplierId: number;
  productId: number | null;
  openKey: string;
}

/**
 * Submits a draft: from now on it is a case, of which there is one at a time for a supplier (by its credit code) or a product. Refuses
 * with every fault by its field at once, strangers with 404, a second submission with 409 `alreadySubmitted`.
 */
export async function submitApplication(db: PrismaClient, actor: Actor, act: ApplicationAct): Promise<void> {
  const { at, places } = act;
  let field = 'creditCode';
  try {
    await inTransaction(db, async (tx) => {
      const application = await lockApplication(tx, actor, act);
      requireApplicant(actor, application);
      if (application.state !== null) throw new StateConflict('alreadySubmitted');
      field = application.subject === 'supplier' ? 'creditCode' : 'product';
      const faults = await documentFaults(tx, application);
      const read =
        application.subject === 'supplier'
          ? await supplierCase(tx, actor, application, faults, places)
          : await productCase(tx, actor, application, faults);
      await writeCase(tx, actor, application, read, at);
    });
  } catch (error) {
    // Somebody else's application for the same came first.
    if (isDuplicate(error)) throw new RuleRefusal('cannotSubmit', [{ path: field, code: 'alreadyApplied' }]);
    throw error;
  }
}

async function documentFaults(tx: Tx, { id, subject, typed }: LockedApplication): Promise<Fault[]> {
  const there = await tx.applicationDocument.findMany({
    where: { applicationId: id, removedAt: null },
    select: { kind: true },
  });
  return documentsNeeded(subject, typed)
    .filter((kind) => !there.some((document) => document.kind === kind))
    .map((kind) => ({ path: `document.${kind}`, code: 'documentNeeded' }));
}

async function supplierCase(
  tx: Tx,
  actor: Actor,
  application: LockedApplication,
  faults: Fault[],
  places: PlaceTree,
): Promise<Subject> {
  const { answers, faults: own } = readSupplier(application.typed);
  faults.push(...own);
  const place = places.byCode.get(application.typed.place ?? '');
  if (application.typed.place && !place) faults.push({ path: 'place', code: 'notAChoice' });
  if (place && application.onBehalf && !placesRecommended(actor).some((id) => idsBelow(places, id).includes(place.id)))
    faults.push({ path: 'place', code: 'notYourPlace' });
  const claimed = answers ? await claim(tx, actor, application, answers) : application;
  if (answers) faults.push(...(await ownerFaults(tx, claimed, answers)));
  if (!answers || !place || faults.length > 0) throw new RuleRefusal('cannotSubmit', faults);
  const supplierId = await supplierFor(tx, claimed, answers, place.id);
  return { supplierId, productId: null, openKey: `supplier:${answers.creditCode}` };
}

/** Whoever acts for the supplier of the code that was typed applies for it anew, once nothing of it holds any more (rule 17). */
async function claim(
  tx: Tx,
  actor: Actor,
  application: LockedApplication,
  { creditCode }: SupplierAnswers,
): Promise<LockedApplication> {
  if (application.supplierId !== null) return application;
  const holder = await tx.supplier.findUnique({ where: { creditCode }, select: { id: true } });
  return holder && suppliersServedBy(actor).includes(holder.id)
    ? { ...application, supplierId: holder.id }
    : application;
}

/** A credit code is one supplier's; who is certified renews, and keeps its name and code. */
async function ownerFaults(tx: Tx, application: LockedApplication, answers: SupplierAnswers): Promise<Fault[]> {
  const holder = await tx.supplier.findUnique({ where: { creditCode: answers.creditCode }, select: { id: true } });
  if (holder && holder.id !== application.supplierId) return [{ path: 'creditCode', code: 'creditCodeTaken' }];
  if (application.supplierId === null) return [];
  if (application.renewsId === null) {
    const isHeld = await holdsCertification(tx, { supplierId: application.supplierId }, application);
    return isHeld ? [{ path: 'creditCode', code: 'alreadyCertified' }] : [];
  }
  const supplier = await tx.supplier.findUniqueOrThrow({
    where: { id: application.supplierId },
    select: { creditCode: true },
  });
  const isSame = supplier.creditCode === null || supplier.creditCode === answers.creditCode;
  return [
    ...(isSame ? [] : [{ path: 'creditCode', code: 'creditCodeChanged' }]),
    ...(await renewalFaults(tx, application)),
  ];
}

async function renewalFaults(tx: Tx, { renewsId, today }: LockedApplication): Promise<Fault[]> {
  if (renewsId === null) return [];
  const renewed = await tx.certification.findUniqueOrThrow({
    where: { id: renewsId },
    select: { state: true, validUntil: true },
  });
  const validUntil = renewed.validUntil && dayFromColumn(renewed.validUntil);
  return validUntil && mayBeRenewed({ state: renewed.state, validUntil }, today)
    ? []
    : [{ path: '', code: 'notYetRenewable' }];
}

/** The row that the case is about: of one who sells already as it stands, else made or brought up to date. */
async function supplierFor(
  tx: Tx,
  { id, supplierId }: LockedApplication,
  answers: SupplierAnswers,
  placeId: number,
): Promise<number> {
  const { name, kind, story } = answers;
  if (supplierId === null) {
    const made = await tx.supplier.create({
      data: { code: `supplier-${id}`, name, nameEn: '', kind, placeId, story, storyEn: '', state: 'applying' },
      select: { id: true },
    });
    return made.id;
  }
  await tx.supplier.updateMany({ where: { id: supplierId, state: 'applying' }, data: { name, kind, placeId, story } });
  return supplierId;
}

async function productCase(tx: Tx, actor: Actor, application: LockedApplication, faults: Fault[]): Promise<Subject> {
  const { answers, faults: own } = readProduct(application.typed);
  faults.push(...own, ...(await renewalFaults(tx, application)));
  // Its lock: category and origin, of which the certificate speaks, stay as they are from here on.
  await tx.$queryRaw`SELECT id FROM product WHERE code = ${application.typed.product ?? ''} FOR UPDATE`;
  const product = await ownProduct(tx, actor, application.typed.product);
  if (application.typed.product && !product) faults.push({ path: 'product', code: 'notAChoice' });
  if (product?.supplier.state === 'applying') faults.push({ path: 'product', code: 'supplierNotCertified' });
  if (
    product &&
    application.renewsId === null &&
    (await holdsCertification(tx, { productId: product.id }, application))
  )
    faults.push({ path: 'product', code: 'alreadyCertified' });
  if (!answers || !product || faults.length > 0) throw new RuleRefusal('cannotSubmit', faults);
  return { supplierId: product.supplierId, productId: product.id, openKey: `product:${product.id}` };
}

function ownProduct(tx: Tx, actor: Actor, code: ProductAnswers['product'] | undefined) {
  return tx.product.findFirst({
    where: { code: code ?? '', supplierId: { in: suppliersServedBy(actor) } },
    select: { id: true, supplierId: true, supplier: { select: { state: true } } },
  });
}

async function holdsCertification(tx: Tx, holder: Holder, { today }: LockedApplication): Promise<boolean> {
  const held = await tx.certification.findFirst({
    where: { ...holder, state: { in: ['certified', 'suspended'] }, validUntil: { gte: dayToColumn(today) } },
    select: { id: true },
  });
  return held !== null;
}

async function writeCase(
  tx: Tx,
  actor: Actor,
  application: LockedApplication,
  { supplierId, productId, openKey }: Subject,
  at: Date,
): Promise<void> {
  const holder = productId === null ? { supplierId } : { productId };
  const certification = await tx.certification.create({
    data: { ...holder, issuer: '', state: 'applied', appliedAt: at },
    select: { id: true },
  });
  await tx.certificationEvent.create({
    data: { certificationId: certification.id, state: 'applied', actorId: actor.id, at },
  });
  const onBehalf = isOnBehalf(actor, application, supplierId);
  await tx.certificationApplication.update({
    where: { id: application.id },
    data: {
      onBehalf,
      supplierId,
      productId,
      openKey,
      certificationId: certification.id,
      submittedAt: at,
      updatedAt: at,
    },
    select: { id: true },
  });
  await audit(tx, {
    at,
    actorId: actor.id,
    action: 'certification.apply',
    subjectType: 'certification',
    subjectId: certification.id,
    after: { state: 'applied', subject: application.subject, renews: application.renewsId },
    ...(onBehalf ? { onBehalfOf: (await supplierName(tx, supplierId)).slice(0, 64) } : {}),
  });
  await tellNews(tx, application.id, 'submitted', certification.id);
}

/** A work team's, of a village that it applies for anew or of goods and suppliers that it looks after (rule 34). */
function isOnBehalf(actor: Actor, { onBehalf, subject }: LockedApplication, supplierId: number): boolean {
  if (suppliersActedFor(actor).includes(supplierId)) return false;
  return subject === 'product' || onBehalf || suppliersServedBy(actor).includes(supplierId);
}

async function supplierName(tx: Tx, id: number): Promise<string> {
  return (await tx.supplier.findUniqueOrThrow({ where: { id }, select: { name: true } })).name;
}
