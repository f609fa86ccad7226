import type { Tx } from '../../db/client.ts';
import { RuleRefusal } from '../../shared/errors.ts';
import type { ScopeKind } from './right-policy.ts';

export interface Scope {
  id: number;
  code: string;
  name: string;
  nameEn: string;
}

const select = { id: true, code: true, name: true, nameEn: true } as const;

/**
 * The unit, group, supplier or place that a code or whole name means; units that ended and suppliers that closed or only applied are
 * none. Refuses with `noSuchScope` and `severalMeant`, under `scope`.
 */
export async function findScope(tx: Tx, kind: ScopeKind, text: string): Promise<Scope> {
  const OR = [{ code: text }, { name: text }, { nameEn: text }];
  const found = await candidates(tx, kind, OR);
  const [byCode] = found.filter(({ code }) => code === text);
  const [first] = found;
  if (byCode) return byCode;
  if (!first) throw new RuleRefusal('badInput', [{ path: 'scope', code: 'noSuchScope' }]);
  if (found.length > 1) throw new RuleRefusal('badInput', [{ path: 'scope', code: 'severalMeant' }]);
  return first;
}

function candidates(
  tx: Tx,
  kind: ScopeKind,
  OR: { code?: string; name?: string; nameEn?: string }[],
): Promise<Scope[]> {
  const take = 5;
  switch (kind) {
    case 'unit':
      return tx.unit.findMany({ where: { state: 'active', OR }, select, take });
    case 'group':
      return tx.unitGroup.findMany({ where: { OR }, select, take });
    case 'supplier':
      return tx.supplier.findMany({ where: { state: { in: ['active', 'suspended'] }, OR }, select, take });
    case 'place':
      return tx.place.findMany({ where: { OR }, select, take });
  }
}
