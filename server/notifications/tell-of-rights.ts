import type { RightChanged } from '../accounts/rights/right-changed.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { dayFromColumn } from '../shared/days.ts';
import { type Notice, notify } from './notify.ts';

/** The whole market has no name. */
const EVERYWHERE = { name: '', nameEn: '' };
const named = { select: { name: true, nameEn: true } } as const;

/** Tells a person which right was given to them or has ended, and why; once (rule 32). */
export async function tellOfRights(db: PrismaClient, changes: readonly RightChanged[]): Promise<void> {
  const grants = await db.roleGrant.findMany({
    where: { id: { in: changes.map(({ grantId }) => grantId) } },
    select: {
      id: true,
      userId: true,
      role: true,
      since: true,
      unit: named,
      group: named,
      supplier: named,
      place: named,
    },
  });
  const byId = new Map(grants.map((grant) => [grant.id, grant]));
  await notify(
    db,
    changes.flatMap(({ grantId, what, reason }): Notice[] => {
      const grant = byId.get(grantId);
      if (!grant) return [];
      const of = grant.unit ?? grant.group ?? grant.supplier ?? grant.place ?? EVERYWHERE;
      return [
        {
          userId: grant.userId,
          kind: `right_${what}`,
          data: {
            ...{ role: grant.role, of: of.name, ofEn: of.nameEn, day: dayFromColumn(grant.since) },
            reason: reason ?? '',
          },
          link: pathTo('account'),
          dedupeKey: `right.${what} ${grantId}`,
        },
      ];
    }),
  );
}
