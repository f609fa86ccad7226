import type { Day } from '../../shared/days.ts';
import type { Good } from './goods.ts';
import type { World } from './world.ts';

/** Who buys: a person, or for a unit. */
export interface Holder {
  userId: number;
  /** null: bought for oneself */
  unitId: number | null;
}

/** The caps per person and per unit on a product (rule 10), kept by the made-up orders too. */
export interface Caps {
  left(good: Good, holder: Holder, day: Day): number;
  use(good: Good, holder: Holder, day: Day, quantity: number, lineId: number, at: Date): void;
  isCapped(good: Good): boolean;
  /** writes the counters that their movements sum to */
  finish(): void;
}

export function newCaps({ facts, rows, id }: World): Caps {
  const caps = facts.caps.flatMap((cap, at) =>
    cap.product === null || cap.kind === 'employee_union_year'
      ? []
      : [{ ...cap, capId: at + 1, productId: id('product', cap.product), used: new Map<number, number>() }],
  );
  const holderOf = (cap: (typeof caps)[number], { userId, unitId }: Holder) =>
    cap.kind === 'person_product' ? (unitId === null ? userId : null) : unitId;
  const inForce = (good: Good, day: Day) =>
    caps.filter((cap) => cap.productId === good.id && cap.startsOn <= day && day <= cap.endsOn);
  const limitOf = (cap: (typeof caps)[number], holderId: number) =>
    cap.allocations.find((row) => id('unit', row.unit) === holderId)?.limitValue ?? cap.limitValue;
  return {
    isCapped: (good) => caps.some((cap) => cap.productId === good.id),
    left(good, holder, day) {
      const rooms = inForce(good, day).flatMap((cap) => {
        const holderId = holderOf(cap, holder);
        return holderId === null ? [] : [limitOf(cap, holderId) - (cap.used.get(holderId) ?? 0)];
      });
      return Math.min(Number.POSITIVE_INFINITY, ...rooms);
    },
    use(good, holder, day, quantity, lineId, at) {
      for (const cap of inForce(good, day)) {
        const holderId = holderOf(cap, holder);
        if (holderId === null) continue;
        cap.used.set(holderId, (cap.used.get(holderId) ?? 0) + quantity);
        rows.add('capMovement', { capId: cap.capId, holderId, source: 'line', sourceId: lineId, value: quantity, at });
      }
    },
    finish() {
      for (const { capId, used } of caps)
        for (const [holderId, value] of used) {
          const known = rows.of('capCounter').find((row) => row.capId === capId && row.holderId === holderId);
          if (known) known.used = value;
          else rows.add('capCounter', { capId, holderId, used: value });
        }
    },
  };
}
