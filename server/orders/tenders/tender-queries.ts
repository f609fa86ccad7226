import { type Actor, ownUnitId } from '../../accounts/actor.ts';
import type { Db } from '../../db/client.ts';
import { dayOf } from '../../shared/days.ts';
import type { Fen } from '../../shared/money.ts';

/** What a person can pay with beside money now: the own unit's allowance of the year, null: none, and points. */
export interface UsableTenders {
  allowance: { unitName: string; unitNameEn: string; year: number; leftFen: Fen } | null;
  points: number;
}

/** Reads only; takeTenders decides under its locks. */
export async function usableTenders(db: Db, actor: Actor, now: Date): Promise<UsableTenders> {
  const unitId = ownUnitId(actor);
  const year = Number(dayOf(now).slice(0, 4));
  const [allowance, balance] = await Promise.all([
    unitId === null
      ? null
      : db.welfareAllowance.findUnique({
          where: { unitId_userId_year: { unitId, userId: actor.id, year } },
          select: { amountFen: true, id: true, unit: { select: { name: true, nameEn: true } } },
        }),
    db.pointBalance.findUnique({ where: { userId: actor.id } }),
  ]);
  const points = Math.max(0, balance?.points ?? 0);
  if (!allowance) return { allowance: null, points };
  const spent = await db.allowanceEntry.aggregate({ where: { allowanceId: allowance.id }, _sum: { fen: true } });
  const leftFen = allowance.amountFen + (spent._sum.fen ?? 0);
  const { name: unitName, nameEn: unitNameEn } = allowance.unit;
  return { allowance: leftFen > 0 ? { unitName, unitNameEn, year, leftFen } : null, points };
}
