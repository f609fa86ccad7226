import type { DeclarationBasis } from '../../db/generated/enums.ts';
import type { Fen } from '../../shared/money.ts';

/** What a declaration is worked out from; money in fen, the ratio in basis points. */
export interface DeclaredBasis {
  basis: DeclarationBasis;
  /** yearly spending on ingredients, or the sum per employee */
  basisFen: Fen;
  /** of ingredients */
  ratioBp: number | null;
  /** of employees */
  employees: number | null;
}

/** Spending × ratio, a begun fen counting whole so that it is never below the ratio; or employees × the sum per employee (rule 9). */
export function declaredFen({ basis, basisFen, ratioBp, employees }: DeclaredBasis): Fen {
  if (basis === 'employees') return Number(BigInt(basisFen) * BigInt(employees ?? 0));
  return Number((BigInt(basisFen) * BigInt(ratioBp ?? 0) + 9_999n) / 10_000n);
}
