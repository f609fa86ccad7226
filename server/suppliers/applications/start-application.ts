import { type Actor, hasRole, suppliersActedFor, suppliersServedBy } from '../../accounts/actor.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { CertificationSubject } from '../../db/generated/enums.ts';
import { type Day, dayFromColumn, dayOf } from '../../shared/days.ts';
import { NotAllowed, NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { formatYuan } from '../../shared/money.ts';
import type { Typed } from './application-form.ts';
import { objectOf } from './lock-application.ts';
import { mayBeRenewed } from './renewal-term.ts';

const MOST_DRAFTS = 20;

export interface StartApplication {
  subject: CertificationSubject;
  /** a work team applies for a village of its place */
  onBehalf: boolean;
  /** a certification to be renewed */
  renewsId?: number;
  /** an own application that was refused or withdrawn, to begin with what it said */
  againOf?: number;
  at: Date;
}

/**
 * Begins a draft, of a renewal filled in with what is known. Refuses who is no work team and would apply for a village with 403, a
 * product of who sells nothing with 422 `notASupplier`, a renewal before its time with 409 `notYetRenewable`. Returns its id.
 */
export async function startApplication(db: PrismaClient, actor: Actor, started: StartApplication): Promise<number> {
  const { subject, onBehalf, renewsId, againOf, at } = started;
  if (onBehalf && !hasRole(actor, 'work_team')) throw new NotAllowed();
  if (subject === 'product' && suppliersServedBy(actor).length === 0) throw new RuleRefusal('notASupplier');
  const drafts = await db.certificationApplication.count({ where: { applicantId: actor.id, submittedAt: null } });
  if (drafts >= MOST_DRAFTS) throw new RuleRefusal('tooManyDrafts', [], { maximum: MOST_DRAFTS });
  const begun =
    againOf !== undefined
      ? await againFrom(db, actor, againOf)
      : renewsId !== undefined
        ? await renewalOf(db, actor, renewsId, dayOf(at))
        : { subject, onBehalf: onBehalf || sellsOnBehalf(actor, subject), form: {} };
  const { id } = await db.certificationApplication.create({
    data: { ...{ applicantId: actor.id, checks: {}, createdAt: at, updatedAt: at }, ...begun },
    select: { id: true },
  });
  return id;
}

/** A work team without goods of its own can apply for its villages' alone. */
function sellsOnBehalf(actor: Actor, subject: CertificationSubject): boolean {
  return subject === 'product' && suppliersActedFor(actor).length === 0;
}

async function againFrom(db: PrismaClient, actor: Actor, againOf: number) {
  const before = await db.certificationApplication.findFirst({
    where: { id: againOf, applicantId: actor.id, certification: { state: { in: ['refused', 'withdrawn'] } } },
    include: { documents: { where: { removedAt: null } } },
  });
  if (!before) throw new NotFound();
  const { subject, onBehalf, supplierId, productId, renewsId, form, documents } = before;
  return {
    ...{ subject, onBehalf, supplierId, productId, renewsId, form: objectOf<Typed>(form) },
    documents: { create: documents.map(({ kind, fileId, addedAt }) => ({ kind, fileId, addedAt })) },
  };
}

async function renewalOf(db: PrismaClient, actor: Actor, renewsId: number, today: Day) {
  const certification = await db.certification.findUnique({
    where: { id: renewsId },
    select: {
      ...{ state: true, validUntil: true, supplierId: true, productId: true },
      application: { select: { form: true } },
      supplier: { include: { place: { select: { code: true } }, benefits: { orderBy: { year: 'asc' } } } },
      product: { select: { code: true, supplierId: true } },
    },
  });
  const supplierId = certification?.supplierId ?? certification?.product?.supplierId;
  if (!certification || !supplierId || !suppliersServedBy(actor).includes(supplierId)) throw new NotFound();
  const until = certification.validUntil && dayFromColumn(certification.validUntil);
  if (!until || !mayBeRenewed({ state: certification.state, validUntil: until }, today))
    throw new StateConflict('notYetRenewable');
  const before = objectOf<Typed>(certification.application?.form ?? {});
  const { supplier, product } = certification;
  const form: Typed = product
    ? { ...before, product: product.code }
    : Object.fromEntries(
        Object.entries({
          ...before,
          ...{
            name: supplier?.name,
            creditCode: supplier?.creditCode,
            kind: supplier?.kind,
            place: supplier?.place.code,
          },
          ...{ contact: supplier?.contact, phone: supplier?.phone, story: supplier?.story },
          ...{
            bankName: supplier?.bankName ?? before.bankName,
            bankAccount: supplier?.bankAccount ?? before.bankAccount,
          },
          ...benefitsTyped(supplier?.benefits ?? []),
        }).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== ''),
      );
  const subject: CertificationSubject = product ? 'product' : 'supplier';
  const onBehalf = !suppliersActedFor(actor).includes(supplierId);
  return { subject, onBehalf, form, renewsId, supplierId, productId: certification.productId };
}

function benefitsTyped(benefits: readonly { mode: string; households: number; yearlyPayoutFen: bigint }[]): Typed {
  return Object.fromEntries(
    benefits.flatMap(({ mode, households, yearlyPayoutFen }) => [
      [`benefit.${mode}.households`, String(households)],
      [`benefit.${mode}.payout`, formatYuan(yearlyPayoutFen).replaceAll(',', '')],
    ]),
  );
}
