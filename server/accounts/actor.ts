import { fast, type PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { FundingSource, Role } from '../db/generated/enums.ts';
import { type Day, dayToColumn } from '../shared/days.ts';
import { NotAllowed } from '../shared/errors.ts';

export interface Grant {
  role: Role;
  unitId: number | null;
  unitCode: string | null;
  unitName: string | null;
  unitNameEn: string | null;
  groupId: number | null;
  supplierId: number | null;
  placeId: number | null;
}

/** Who acts: a signed-in person with the rights that hold today. */
export interface Actor {
  id: number;
  login: string;
  name: string;
  locale: string;
  grants: Grant[];
  cartCount: number;
  /** messages in the inbox that were not opened yet */
  unreadCount: number;
  /** suppliers of the villages whose work team the actor is of (rule 34) */
  servedSuppliers: number[];
  /** of a limited API token; null: everything the person may do */
  scopes: string[] | null;
}

type ActorRow = Grant &
  Pick<Actor, 'id' | 'login' | 'name' | 'locale'> & { cartCount: number | bigint; unreadCount: number | bigint };

/** Loads a person with all rights in one statement; null when unknown, disabled, or of the demonstration where that is not allowed. */
export async function findActor(db: PrismaClient, userId: number, today: Day, allowDemo = true): Promise<Actor | null> {
  const day = dayToColumn(today);
  const rows = await fast(db).$queryRaw<(Omit<ActorRow, 'role'> & { role: Role | null })[]>`
    SELECT u.id, u.login, u.name, u.locale, g.role, g.unitId, un.code AS unitCode, un.name AS unitName, un.nameEn AS unitNameEn,
      g.groupId, g.supplierId, g.placeId,
      (SELECT COUNT(*) FROM cart c JOIN cart_line l ON l.cartId = c.id WHERE c.userId = u.id) AS cartCount,
      (SELECT COUNT(*) FROM notification n WHERE n.userId = u.id AND n.readAt IS NULL) AS unreadCount
    FROM user u
    LEFT JOIN role_grant g ON g.userId = u.id AND g.since <= ${day} AND (g.until IS NULL OR g.until > ${day})
    LEFT JOIN unit un ON un.id = g.unitId
    WHERE u.id = ${userId} AND u.disabledAt IS NULL AND (${allowDemo} OR NOT u.isDemo)
    ORDER BY g.id`;
  const [first] = rows;
  if (!first) return null;
  const villages = rows.flatMap(({ role, placeId }) => (role === 'work_team' && placeId !== null ? [placeId] : []));
  return {
    id: first.id,
    login: first.login,
    name: first.name,
    locale: first.locale,
    cartCount: Number(first.cartCount),
    unreadCount: Number(first.unreadCount),
    servedSuppliers: villages.length > 0 ? await suppliersBelow(db, villages) : [],
    scopes: null,
    grants: rows.flatMap(({ role, unitId, unitCode, unitName, unitNameEn, groupId, supplierId, placeId }) =>
      role ? [{ role, unitId, unitCode, unitName, unitNameEn, groupId, supplierId, placeId }] : [],
    ),
  };
}

async function suppliersBelow(db: PrismaClient, placeIds: readonly number[]): Promise<number[]> {
  const rows = await fast(db).$queryRaw<{ id: number }[]>`
    SELECT DISTINCT s.id FROM place v JOIN place p ON p.path LIKE CONCAT(v.path, '%') JOIN supplier s ON s.placeId = p.id
    WHERE v.id IN (${Prisma.join([...placeIds])}) AND s.state <> 'closed' ORDER BY s.id`;
  return rows.map(({ id }) => id);
}

export function hasRole(actor: Actor, role: Role): boolean {
  return actor.grants.some((grant) => grant.role === role);
}

/** Throws NotAllowed unless the actor has one of the roles. */
export function requireRole(actor: Actor, ...roles: Role[]): void {
  if (!roles.some((role) => hasRole(actor, role))) throw new NotAllowed();
}

function unitIds(actor: Actor, role: Role): number[] {
  return actor.grants.flatMap((grant) => (grant.role === role && grant.unitId !== null ? [grant.unitId] : []));
}

/** The unit whose employee the actor is; null for an outside buyer. */
export function ownUnitId(actor: Actor): number | null {
  return unitIds(actor, 'employee')[0] ?? null;
}

/** Units for which the actor may place unit purchases. */
export function unitsBoughtFor(actor: Actor): number[] {
  return unitIds(actor, 'buyer');
}

/** Units whose purchases the actor may approve. */
export function unitsApprovedFor(actor: Actor): number[] {
  return unitIds(actor, 'approver');
}

/** Suppliers on whose behalf the actor may act. */
export function suppliersActedFor(actor: Actor): number[] {
  return actor.grants.flatMap((grant) =>
    grant.role === 'supplier' && grant.supplierId !== null ? [grant.supplierId] : [],
  );
}

/** Suppliers whose goods and parcels the actor looks after: those acted for, and those of a work team's villages (rule 34). */
export function suppliersServedBy(actor: Actor): number[] {
  return [...new Set([...suppliersActedFor(actor), ...actor.servedSuppliers])];
}

/** For whom a work team acts, as the audit trail names it; undefined for the supplier's own people. */
export function actsOnBehalfOf(actor: Actor, supplier: { id: number; name: string }): string | undefined {
  return suppliersActedFor(actor).includes(supplier.id) ? undefined : supplier.name.slice(0, 64);
}

/** Whether the actor may buy for this unit (or none) from this funding source (rule 6). */
export function mayBuy(actor: Actor, unitId: number | null, fundingSource: FundingSource): boolean {
  if (fundingSource === 'individual') return unitId === null || unitIds(actor, 'employee').includes(unitId);
  return unitId !== null && unitsBoughtFor(actor).includes(unitId);
}
