import { createHash, randomBytes } from 'node:crypto';
import { type Actor, hasRole, ownUnitId, unitsApprovedFor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { Db, PrismaClient } from '../../db/client.ts';
import type { Prisma } from '../../db/generated/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { NotFound } from '../../shared/errors.ts';
import type { PickupPointInput } from './pickup-schemas.ts';

const MOST_SHOWN = 200;

const shown = { unit: { select: { name: true, nameEn: true } } } satisfies Prisma.PickupPointInclude;

export type ShownPoint = Prisma.PickupPointGetPayload<{ include: typeof shown }>;

/** Where the actor may have own purchases brought: the own unit's reception first, then the points for everybody. */
export async function pointsFor(db: Db, actor: Actor): Promise<ShownPoint[]> {
  const unitId = ownUnitId(actor);
  const found = await db.pickupPoint.findMany({
    where: { closedAt: null, OR: [{ unitId: null }, ...(unitId === null ? [] : [{ unitId }])] },
    include: shown,
    orderBy: { id: 'asc' },
    take: MOST_SHOWN,
  });
  return found.sort((a, b) => Number(b.unitId !== null) - Number(a.unitId !== null));
}

/** An operator keeps every point, a unit's approver those of the unit. */
function keptBy(actor: Actor): Prisma.PickupPointWhereInput {
  return hasRole(actor, 'operator') ? {} : { unitId: { in: unitsApprovedFor(actor) } };
}

export function listKeptPoints(db: Db, actor: Actor): Promise<ShownPoint[]> {
  return db.pickupPoint.findMany({
    where: keptBy(actor),
    include: shown,
    orderBy: [{ closedAt: 'asc' }, { id: 'desc' }],
    take: MOST_SHOWN,
  });
}

/** Throws NotFound for a point that is not the actor's to keep. */
export async function findKeptPoint(db: Db, actor: Actor, id: number): Promise<ShownPoint> {
  const point = await db.pickupPoint.findFirst({ where: { ...keptBy(actor), id }, include: shown });
  if (!point) throw new NotFound();
  return point;
}

/** Opens a point: for everybody by an operator, as a unit's reception by its approver. Throws NotFound for a unit of others. */
export async function addPoint(db: PrismaClient, actor: Actor, input: PickupPointInput, at: Date): Promise<number> {
  const mine = hasRole(actor, 'operator') ? input.unitId === null : unitsApprovedFor(actor).includes(input.unitId ?? 0);
  if (!mine) throw new NotFound('noSuchUnit');
  return inTransaction(db, async (tx) => {
    const { id } = await tx.pickupPoint.create({ data: { ...input, createdAt: at }, select: { id: true } });
    const { unitId, ...after } = input;
    await audit(tx, { at, actorId: actor.id, action: 'pickup_point.open', ...subject(id), unitId, after });
    return id;
  });
}

/** Changes what is said of a point; orders keep the address that they were placed with. Whose it is stays. */
export async function changePoint(
  db: PrismaClient,
  actor: Actor,
  id: number,
  { unitId: _stays, ...input }: PickupPointInput,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { unitId, name, region, address, contact, phone, hours, capacity } = await findKeptPoint(tx, actor, id);
    await tx.pickupPoint.update({ where: { id }, data: input, select: { id: true } });
    const before = { name, region, address, contact, phone, hours, capacity };
    await audit(tx, {
      at,
      actorId: actor.id,
      action: 'pickup_point.change',
      ...subject(id),
      unitId,
      before,
      after: input,
    });
  });
}

/** Takes a point out of the choice, or back into it; parcels on their way still arrive there. */
export async function setPointOpen(db: PrismaClient, actor: Actor, id: number, open: boolean, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { unitId } = await findKeptPoint(tx, actor, id);
    await tx.pickupPoint.update({ where: { id }, data: { closedAt: open ? null : at }, select: { id: true } });
    const action = open ? 'pickup_point.reopen' : 'pickup_point.close';
    await audit(tx, { at, actorId: actor.id, action, ...subject(id), unitId, after: { open } });
  });
}

/** A new link by which the point is kept without a password (rule 34); the one before no longer works. Returns its token, once. */
export async function renewDesk(db: PrismaClient, actor: Actor, id: number, at: Date): Promise<string> {
  const token = randomBytes(24).toString('base64url');
  await inTransaction(db, async (tx) => {
    const { unitId } = await findKeptPoint(tx, actor, id);
    await tx.pickupPoint.update({ where: { id }, data: { deskTokenHash: hashOf(token) }, select: { id: true } });
    await audit(tx, { at, actorId: actor.id, action: 'pickup_point.renew_desk', ...subject(id), unitId });
  });
  return token;
}

/** The point of a keeper's link; unknown and replaced links are NotFound. */
export async function pointOfDesk(db: Db, token: string): Promise<ShownPoint> {
  const point = await db.pickupPoint.findUnique({ where: { deskTokenHash: hashOf(token) }, include: shown });
  if (!point) throw new NotFound();
  return point;
}

const subject = (subjectId: number) => ({ subjectType: 'pickup_point', subjectId });

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
