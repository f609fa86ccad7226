import { type Actor, suppliersActedFor } from '../../accounts/actor.ts';
import type { Tx } from '../../db/client.ts';
import type { CertificationState, CertificationSubject } from '../../db/generated/enums.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { type Day, dayOf } from '../../shared/days.ts';
import { NotAllowed, NotFound, StateConflict } from '../../shared/errors.ts';
import type { PlaceTree } from '../../units/place-tree.ts';
import { recordAct } from '../certification-act.ts';
import type { CertificationAct } from '../certification-states.ts';
import type { Typed } from './application-form.ts';
import { isApplicant, mayRecommend, mayReview, maySeeApplication } from './application-policy.ts';

/** The outbox topic of what happens to applications. */
export const APPLICATION_CHANGED = 'application.changed';

export type ApplicationNews =
  | 'submitted'
  | 'recommended'
  | 'asked'
  | 'answered'
  | 'in_notice'
  | 'objected'
  | 'certified'
  | 'refused'
  | 'reopened';

export interface ApplicationAct {
  applicationId: number;
  at: Date;
  places: PlaceTree;
}

export interface LockedApplication {
  id: number;
  subject: CertificationSubject;
  applicantId: number;
  onBehalf: boolean;
  supplierId: number | null;
  supplierName: string | null;
  productId: number | null;
  renewsId: number | null;
  certificationId: number | null;
  state: CertificationState | null;
  placeId: number | null;
  typed: Typed;
  checks: Checks;
  today: Day;
}

/** The certifier's check-list, by item. */
export type Checks = Record<string, { ok: boolean; note: string }>;

type Row = Omit<LockedApplication, 'typed' | 'checks' | 'today' | 'onBehalf'> & {
  form: unknown;
  checks: unknown;
  onBehalf: number | boolean;
};

/** A JSON column's object, whichever way the driver gives it. */
export function objectOf<T>(json: unknown): T {
  return (typeof json === 'string' ? JSON.parse(json) : json) as T;
}

/**
 * An application under its row's lock, and its certification's. Throws NotFound where it does not exist or is none of the actor's
 * business.
 */
export async function lockApplication(
  tx: Tx,
  actor: Actor,
  { applicationId, at, places }: ApplicationAct,
): Promise<LockedApplication> {
  await tx.$queryRaw`SELECT id FROM certification_application WHERE id = ${applicationId} FOR UPDATE`;
  await tx.$queryRaw`
    SELECT id FROM certification WHERE id = (SELECT certificationId FROM certification_application WHERE id = ${applicationId}) FOR UPDATE`;
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT a.id, a.subject, a.applicantId, a.onBehalf, a.supplierId, s.name AS supplierName, a.productId, a.renewsId, a.certificationId, a.form, a.checks,
      ce.state, COALESCE(p.placeId, s.placeId) AS placeId
    FROM certification_application a LEFT JOIN certification ce ON ce.id = a.certificationId
    LEFT JOIN product p ON p.id = a.productId LEFT JOIN supplier s ON s.id = a.supplierId WHERE a.id = ${applicationId}`;
  if (!row || !maySeeApplication(actor, row, places)) throw new NotFound();
  const { form, checks, onBehalf, ...rest } = row;
  return {
    ...rest,
    onBehalf: Boolean(onBehalf),
    typed: objectOf(form),
    checks: objectOf(checks),
    today: dayOf(at),
  };
}

/** For whom its applicant acts, as the audit trail names it; undefined for the supplier's own people and for who handles it (rule 34). */
export function appliesOnBehalfOf(actor: Actor, application: LockedApplication): string | undefined {
  const { onBehalf, supplierId, supplierName, typed } = application;
  const isOwn = supplierId !== null && suppliersActedFor(actor).includes(supplierId);
  if (!onBehalf || isOwn || !isApplicant(actor, application)) return undefined;
  return (supplierName ?? typed.name ?? '').slice(0, 64);
}

/** Throws NotAllowed unless the application is the actor's own. */
export function requireApplicant(actor: Actor, application: LockedApplication): void {
  if (!isApplicant(actor, application)) throw new NotAllowed();
}

/** Throws NotAllowed `ownApplication` to its applicant, NotAllowed to whoever does not speak for its place. */
export function requireRecommender(actor: Actor, application: LockedApplication, places: PlaceTree): void {
  if (!mayRecommend(actor, application, places)) refuse(actor, application);
}

/** The same for those who certify. */
export function requireReviewer(actor: Actor, application: LockedApplication, places: PlaceTree): void {
  if (!mayReview(actor, application, places)) refuse(actor, application);
}

function refuse(actor: Actor, application: LockedApplication): never {
  throw new NotAllowed(isApplicant(actor, application) ? 'ownApplication' : 'notAllowed');
}

/** A submitted application with its certification. Throws StateConflict `wrongCertificationState` for a draft. */
export function caseOf(application: LockedApplication) {
  const { certificationId, supplierId, placeId, state, productId, today } = application;
  if (certificationId === null || supplierId === null || placeId === null || state === null)
    throw new StateConflict('wrongCertificationState');
  return { id: certificationId, supplierId, productId, placeId, state, validUntil: null, today };
}

/** Moves a case on: state, event, audit line (see recordAct); what ends it makes room for another application. Returns the new state. */
export async function stepOn(
  tx: Tx,
  actor: Actor,
  application: LockedApplication,
  act: CertificationAct,
  { reason, at }: { reason: string; at: Date },
): Promise<LockedApplication> {
  const state = await recordAct(tx, actor, caseOf(application), act, {
    ...{ reason, at, onBehalfOf: appliesOnBehalfOf(actor, application) },
  });
  const isOver = state === 'refused' || state === 'withdrawn' || state === 'certified';
  await tx.certificationApplication.update({
    where: { id: application.id },
    data: { updatedAt: at, ...(isOver ? { openKey: null } : {}) },
    select: { id: true },
  });
  return { ...application, state };
}

/** Tells, by the outbox, whoever must know. */
export function tellNews(tx: Tx, applicationId: number, news: ApplicationNews, factId: number): Promise<void> {
  return enqueue(tx, APPLICATION_CHANGED, [{ applicationId, news, factId }]);
}
