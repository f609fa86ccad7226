import type { Day } from '../../shared/days.ts';
import type { Good } from './goods.ts';
import type { World } from './world.ts';

/** Who buys, and for which unit; null: for none. */
export interface Holder {
  userId: number;
  unitId: number | null;
}

/** The caps per person and per unit on a product (rule 10) as take-caps.ts takes them; the made-up orders keep within them too. */
export interface Caps {
  left(good: Good, holder: Holder, day: Day): number;
  take(good: Good, holder: Holder, day: Day, quantity: number, fact: { orderId: number; at: Date }): void;
  /** what did not arrive of a line is given back */
  miss(good: Good, line: { orderId: number; lineId: number; quantity: number; at: Date }): void;
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
  /** who holds what an order took of a cap, by both ids */
  const taken = new Map<string, number>();
  type HeldCap = (typeof caps)[number];
  const held = (good: Good, { userId, unitId }: Holder, day: Day) =>
    caps
      .filter((cap) => cap.productId === good.id && cap.startsOn <= day && day <= cap.endsOn)
      .flatMap((cap) => {
        const holderId = cap.kind === 'person_product' ? userId : unitId;
        return holderId === null ? [] : [{ cap, holderId, used: cap.used.get(holderId) ?? 0 }];
      });
  const limitOf = (cap: HeldCap, holderId: number) =>
    cap.kind === 'unit_product'
      ? (cap.allocations.find((row) => id('unit', row.unit) === holderId)?.limitValue ?? cap.limitValue)
      : cap.limitValue;
  return {
    isCapped: (good) => caps.some((cap) => cap.productId === good.id),
    left(good, holder, day) {
      const rooms = held(good, holder, day).map(({ cap, holderId, used }) => limitOf(cap, holderId) - used);
      return Math.min(Number.POSITIVE_INFINITY, ...rooms);
    },
    take(good, holder, day, quantity, { orderId, at }) {
      for (const { cap, holderId, used } of held(good, holder, day)) {
        cap.used.set(holderId, used + quantity);
        taken.set(`${cap.capId} ${orderId}`, holderId);
        rows.add('capMovement', {
          capId: cap.capId,
          holderId,
          source: 'order',
          sourceId: orderId,
          value: quantity,
          at,
        });
      }
    },
    miss(good, { orderId, lineId, quantity, at }) {
      for (const { capId, used } of caps.filter((cap) => cap.productId === good.id)) {
        const holderId = taken.get(`${capId} ${orderId}`);
        if (holderId === undefined) continue;
        used.set(holderId, (used.get(holderId) ?? 0) - quantity);
        rows.add('capMovement', { capId, holderId, source: 'receipt', sourceId: lineId, value: -quantity, at });
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
