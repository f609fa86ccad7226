import type { Actor } from '../../accounts/actor.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { SignedLink } from '../../db/generated/client.ts';
import type { Clock } from '../../shared/clock.ts';
import { NotFound, StateConflict } from '../../shared/errors.ts';
import { isPurpose, type Purpose } from './link-purposes.ts';
import { idOfToken, isSigned } from './link-token.ts';

export interface OpenLink {
  link: SignedLink & { purpose: Purpose };
  /** the person whom it was given to, with the right to act for this one supplier and nothing else */
  actor: Actor;
}

/** Who holds a token. Throws NotFound for what the market never signed, and StateConflict `linkUsed`, `linkRevoked` or `linkExpired`. */
export async function openLink(db: PrismaClient, secret: string, token: string, now: Date): Promise<OpenLink> {
  const id = idOfToken(token);
  const link = id === null ? null : await db.signedLink.findUnique({ where: { id }, include: { user: true } });
  if (!link || !isPurpose(link.purpose) || !isSigned(secret, token, link) || link.user.disabledAt) throw new NotFound();
  if (link.usedAt) throw new StateConflict('linkUsed');
  if (link.revokedAt) throw new StateConflict('linkRevoked');
  if (link.expiresAt <= now) throw new StateConflict('linkExpired');
  const { user, ...row } = link;
  return {
    link: { ...row, purpose: link.purpose },
    actor: {
      ...{ id: user.id, login: user.login, name: user.name, locale: user.locale, scopes: [] },
      ...{ cartCount: 0, unreadCount: 0, servedSuppliers: [] },
      grants: [
        {
          ...({ role: 'supplier', supplierId: link.supplierId } as const),
          ...{ unitId: null, unitCode: null, unitName: null, unitNameEn: null, groupId: null, placeId: null },
        },
      ],
    },
  };
}

/** The link has done its one thing. A second who did the same at the same moment was refused by the parcel's own state. */
export async function closeLink(db: PrismaClient, id: number, at: Date): Promise<void> {
  await db.signedLink.updateMany({ where: { id, usedAt: null }, data: { usedAt: at } });
}

/** Whether a path is that of a link that opens, so that its form may bring a photo without anybody being signed in. */
export async function mayUploadByLink(
  { db, config, clock }: { db: PrismaClient; config: { sessionSecret: string }; clock: Clock },
  path: string,
): Promise<boolean> {
  const token = path.startsWith('/go/') ? path.slice('/go/'.length) : '';
  if (idOfToken(token) === null) return false;
  return openLink(db, config.sessionSecret, token, clock()).then(
    () => true,
    () => false,
  );
}
