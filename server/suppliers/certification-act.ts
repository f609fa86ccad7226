import { type Actor, hasRole } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import type { CertificationState } from '../db/generated/enums.ts';
import { enqueue } from '../jobs/outbox.ts';
import { type Day, dayFromColumn, dayOf } from '../shared/days.ts';
import { NotAllowed, NotFound } from '../shared/errors.ts';
import type { PlaceTree } from '../units/place-tree.ts';
import { isWithin, placesCertified, placesOfRegister } from './certification-policy.ts';
import { type CertificationAct, nextCertificationState } from './certification-states.ts';
import { tellOfAct } from './certification-told.ts';

export interface ActOnCertification {
  certificationId: number;
  reason: string;
  /** what anyone may read of the reason, in the public register */
  publicReason?: string;
  at: Date;
  /** of all places, for certifiers of one place only */
  places: PlaceTree;
}

export interface ActedCertification {
  id: number;
  supplierId: number;
  /** null: of the supplier itself */
  productId: number | null;
  placeId: number;
  state: CertificationState;
  validUntil: Day | null;
  today: Day;
}

interface Row extends Omit<ActedCertification, 'validUntil' | 'today'> {
  validUntil: Date | null;
}

/**
 * The certification under its row's lock, for a certifier of its place (or an operator, where an act is theirs too). Throws NotFound when it does not exist or belongs to
 * another's place, NotAllowed for who may look at it and no more.
 */
export async function lockCertification(
  tx: Tx,
  actor: Actor,
  { certificationId, at, places }: ActOnCertification,
  orOperator = false,
): Promise<ActedCertification> {
  await tx.$queryRaw`SELECT id FROM certification WHERE id = ${certificationId} FOR UPDATE`;
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT ce.id, s.id AS supplierId, ce.productId, COALESCE(p.placeId, s.placeId) AS placeId, ce.state, ce.validUntil
    FROM certification ce LEFT JOIN product p ON p.id = ce.productId
    JOIN supplier s ON s.id = COALESCE(ce.supplierId, p.supplierId) WHERE ce.id = ${certificationId}`;
  if (!row || !isWithin(places, placesOfRegister(actor), row.placeId)) throw new NotFound();
  const isOperator = orOperator && hasRole(actor, 'operator');
  if (!isOperator && (!hasRole(actor, 'certifier') || !isWithin(places, placesCertified(actor), row.placeId)))
    throw new NotAllowed();
  return { ...row, validUntil: row.validUntil && dayFromColumn(row.validUntil), today: dayOf(at) };
}

/**
 * Writes down an act on a locked certification: its state, one more event, the audit line, and that the products concerned have
 * changed, so that lists and search let go of them or take them back; who sells and who waits for them is told. Entries and orders are not touched: what counted counts on (rule 1).
 * Returns the new state.
 */
export async function recordAct(
  tx: Tx,
  actor: Actor,
  certification: ActedCertification,
  act: CertificationAct,
  { reason, at, onBehalfOf }: Pick<ActOnCertification, 'reason' | 'at'> & { onBehalfOf?: string },
): Promise<CertificationState> {
  const { id, state: before } = certification;
  const state = nextCertificationState(before, act);
  await tx.certification.update({ where: { id }, data: { state }, select: { id: true } });
  const event = await tx.certificationEvent.create({
    data: { certificationId: id, state, actorId: actor.id, reason: reason || null, at },
    select: { id: true },
  });
  await audit(tx, {
    at,
    ...{ actorId: actor.id, onBehalfOf },
    action: `certification.${act}`,
    subjectType: 'certification',
    subjectId: id,
    before: { state: before },
    after: { state },
    reason: reason || null,
  });
  await noteProducts(tx, certification);
  await tellOfAct(tx, id, act, event.id);
  return state;
}

async function noteProducts(tx: Tx, { supplierId, productId }: ActedCertification): Promise<void> {
  const products =
    productId === null
      ? await tx.product.findMany({ where: { supplierId }, select: { id: true }, orderBy: { id: 'asc' } })
      : [{ id: productId }];
  await enqueue(
    tx,
    'product.changed',
    products.map(({ id }) => ({ productId: id })),
  );
}
