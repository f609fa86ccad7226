import type { Db } from '../../db/client.ts';
import type { DeclarationBasis, DeclarationState } from '../../db/generated/enums.ts';

export interface Declaration {
  id: number;
  programmeId: number;
  unitId: number;
  basis: DeclarationBasis;
  basisFen: number;
  ratioBp: number | null;
  employees: number | null;
  contractor: string | null;
  valueFen: number;
  state: DeclarationState;
  submittedById: number;
  submittedAt: Date;
  submittedBy: string | null;
  reviewedAt: Date | null;
  reviewedBy: string | null;
  reason: string | null;
}

export interface DeclarationWish {
  ids?: readonly number[];
  programmeIds?: readonly number[];
  unitIds?: readonly number[];
  state?: DeclarationState;
}

/** Declarations, the newest first, with the names of who submitted and who reviewed them. */
export async function loadDeclarations(
  db: Db,
  { ids, programmeIds, unitIds, state }: DeclarationWish,
): Promise<Declaration[]> {
  const rows = await db.targetDeclaration.findMany({
    where: {
      ...(ids ? { id: { in: [...ids] } } : {}),
      ...(programmeIds ? { programmeId: { in: [...programmeIds] } } : {}),
      ...(unitIds ? { unitId: { in: [...unitIds] } } : {}),
      ...(state ? { state } : {}),
    },
    orderBy: { id: 'desc' },
  });
  const people = [...new Set(rows.flatMap(({ submittedById, reviewedById }) => [submittedById, reviewedById ?? 0]))];
  const named = await db.user.findMany({ where: { id: { in: people } }, select: { id: true, name: true } });
  const names = new Map(named.map(({ id, name }) => [id, name]));
  return rows.map(({ reviewedById, ...row }) => ({
    ...row,
    basisFen: Number(row.basisFen),
    valueFen: Number(row.valueFen),
    submittedBy: names.get(row.submittedById) ?? null,
    reviewedBy: (reviewedById !== null && names.get(reviewedById)) || null,
  }));
}

/** Of each basis the newest accepted declaration of a unit: together they make its target. */
export function acceptedOf(declarations: readonly Declaration[]): Declaration[] {
  return (['ingredients', 'employees'] as const).flatMap((basis) => {
    const found = declarations.find((one) => one.basis === basis && one.state === 'accepted');
    return found ? [found] : [];
  });
}
