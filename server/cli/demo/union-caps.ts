import type { Day } from '../../shared/days.ts';
import type { World } from './world.ts';

interface Held {
  capId: number;
  unitId: number;
  orderId: number;
  fen: number;
}

/** What units may spend of union funds a year (rule 10), as quotas/union-cap.ts takes and gives it back; fen of goods. */
export interface UnionCaps {
  take(order: { orderId: number; unitId: number; groupIds: string; day: Day; fen: number; at: Date }): void;
  /** a parcel's goods that did not arrive */
  miss(orderId: number, receiptId: number, fen: number, at: Date): void;
  /** the order ended before anything was shipped */
  release(orderId: number, at: Date): void;
  /** writes the counters that their movements sum to */
  finish(): void;
}

export function newUnionCaps({ facts, rows, id }: World): UnionCaps {
  const caps = facts.caps.flatMap((cap, at) => {
    if (cap.kind !== 'employee_union_year') return [];
    const programme = facts.programmes.find(({ code }) => code === cap.programme);
    const groups = (programme?.participants ?? []).map((code) => id('group', code));
    return [{ ...cap, capId: at + 1, groups }];
  });
  const held: Held[] = [];
  const move = (one: Held, source: string, sourceId: number, fen: number, at: Date) => {
    one.fen += fen;
    rows.add('capMovement', { capId: one.capId, holderId: one.unitId, source, sourceId, value: fen, at });
  };
  const heldBy = (orderId: number) => held.filter((one) => one.orderId === orderId && one.fen > 0);
  return {
    take({ orderId, unitId, groupIds, day, fen, at }) {
      for (const { capId, groups, startsOn, endsOn } of caps) {
        if (day < startsOn || day > endsOn || !groups.some((group) => groupIds.includes(`,${group},`))) continue;
        const one = { capId, unitId, orderId, fen: 0 };
        held.push(one);
        move(one, 'order', orderId, fen, at);
      }
    },
    miss(orderId, receiptId, fen, at) {
      if (fen > 0) for (const one of heldBy(orderId)) move(one, 'receipt', receiptId, -fen, at);
    },
    release(orderId, at) {
      for (const one of heldBy(orderId)) move(one, 'release', orderId, -one.fen, at);
    },
    finish() {
      for (const { capId, limitValue } of caps)
        for (const unitId of new Set(held.filter((one) => one.capId === capId).map((one) => one.unitId))) {
          const mine = held.filter((one) => one.capId === capId && one.unitId === unitId);
          const used = mine.reduce((sum, { fen }) => sum + fen, 0);
          const most = limitValue * (facts.units[unitId - 1]?.employees ?? 0);
          if (used > most) throw new Error(`unit ${unitId} spends ${used} of ${most} fen of union funds`);
          rows.add('capCounter', { capId, holderId: unitId, used });
        }
    },
  };
}
