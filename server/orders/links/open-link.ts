import { type Actor, findActor, suppliersServedBy } from '../../accounts/actor.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import type { SignedLink } from '../../db/generated/client.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { NotFound, StateConflict } from '../../shared/errors.ts';
import { isOfUse, isPurpose, type Purpose } from './link-purposes.ts';
import { idOfToken, isSigned } from './link-token.ts';

export interface OpenLink {
  link: SignedLink & { purpose: Purpose };
  /** the person whom it was given to, with the right to act for this one supplier and nothing else */
  actor: Actor;
}

/**
 * Who holds a token. Throws NotFound for what the market never signed, and StateConflict `linkUsed`, `linkRevoked`, `linkExpired`,
 * or `linkHasNoUse` where the thing was done or became needless otherwise. It ends with its holder's right to look after the supplier.
 */
export async function openLink(db: PrismaClient, secret: string, token: string, now: Date): Promise<OpenLink> {
  const link = await signedRow(db, secret, token);
  if (!link || !isPurpose(link.purpose)) throw new NotFound();
  if (link.usedAt) throw new StateConflict('linkUsed');
  if (link.revokedAt) throw new StateConflict('linkRevoked');
  if (link.expiresAt <= now) throw new StateConflict('linkExpired');
  const holder = await findActor(db, link.userId, dayOf(now));
  if (!holder || !suppliersServedBy(holder).includes(link.supplierId)) throw new StateConflict('linkRevoked');
  if (!(await isOfUse(db, { purpose: link.purpose, subjectId: link.subjectId }, now)))
    throw new StateConflict('linkHasNoUse');
  const { user, ...row } = link;
  // A work team stays one: what it does by a link is done on the village's behalf (rule 34).
  const isOwn = user.grants.length > 0;
  return {
    link: { ...row, purpose: link.purpose },
    actor: {
      ...{ id: user.id, login: user.login, name: user.name, locale: user.locale, scopes: [] },
      ...{ cartCount: 0, unreadCount: 0, servedSuppliers: [link.supplierId] },
      grants: isOwn
        ? [
            {
              ...({ role: 'supplier', supplierId: link.supplierId } as const),
              ...{ unitId: null, unitCode: null, unitName: null, unitNameEn: null, groupId: null, placeId: null },
            },
          ]
        : [],
    },
  };
}

/** The row of a token that the market signed, of a person who may still act; null for any other. */
async function signedRow(db: PrismaClient, secret: string, token: string) {
  const id = idOfToken(token);
  const found =
    id === null
      ? null
      : await db.signedLink.findUnique({
          where: { id },
          include: { user: { include: { grants: { where: { role: 'supplier' } } } } },
        });
  const link = found && {
    ...found,
    user: { ...found.user, grants: found.user.grants.filter(({ supplierId }) => supplierId === found.supplierId) },
  };
  return link && isSigned(secret, token, link) && !link.user.disabledAt ? link : null;
}

/** The link does its one thing now. Throws StateConflict `linkUsed` or `linkRevoked` where another was faster. */
export async function closeLink(tx: Tx, id: number, at: Date): Promise<void> {
  const { count } = await tx.signedLink.updateMany({
    where: { id, usedAt: null, revokedAt: null },
    data: { usedAt: at },
  });
  if (count === 1) return;
  const link = await tx.signedLink.findUnique({ where: { id }, select: { usedAt: true } });
  throw new StateConflict(link?.usedAt ? 'linkUsed' : 'linkRevoked');
}

/** What goes on from a link that was used: the link for shipping that its holder was given then, null once that is used too. */
export async function linkAfter(
  db: PrismaClient,
  secret: string,
  token: string,
  now: Date,
): Promise<SignedLink | null> {
  const used = await signedRow(db, secret, token);
  if (!used?.usedAt || used.revokedAt || used.expiresAt <= now || used.purpose === 'shortage') return null;
  const { supplierId, userId, subjectId } = used;
  return db.signedLink.findFirst({
    where: { supplierId, userId, subjectId, purpose: 'ship', usedAt: null, revokedAt: null, expiresAt: { gt: now } },
    orderBy: { id: 'desc' },
  });
}

/**
 * Whether a path is that of a link whose form may bring a photo without anybody being signed in: one that opens, or that has just been
 * used, so that who presses twice reads that it is done.
 */
export async function mayUploadByLink(
  { db, config, clock }: { db: PrismaClient; config: { sessionSecret: string }; clock: Clock },
  path: string,
): Promise<boolean> {
  const token = path.startsWith('/go/') ? path.slice('/go/'.length) : '';
  if (idOfToken(token) === null) return false;
  return openLink(db, config.sessionSecret, token, clock()).then(
    () => true,
    (error: unknown) => error instanceof StateConflict && error.code === 'linkUsed',
  );
}
