import { addDays, type Day, dayFromColumn } from '../../shared/days.ts';
import type { People } from './add-people.ts';
import { atMinute, type World } from './world.ts';

interface Told {
  unit: string;
  to: string;
  daysAgo: number;
  reason: string;
  /** null: it still waits for the organizer */
  refusal: string | null;
}

const MOVES: readonly Told[] = [
  {
    ...{ unit: 'sisu', to: 'mechanical-university', daysAgo: 9, reason: '两校联合采购，误记在本校名下（演示）' },
    refusal: '联合采购协议未附，请补充后重新提出（演示）',
  },
  {
    ...{ unit: 'abc-chongqing', to: 'ict-institute', daysAgo: 2, reason: '代信通院食堂采购，下单时选错了单位（演示）' },
    refusal: null,
  },
  {
    ...{ unit: 'sisu', to: 'womens-federation', daysAgo: 1, reason: '为妇联活动采购，应计在妇联名下（演示）' },
    refusal: null,
  },
];

/** Requests to count an order for another unit: two that wait for the organizer and one that was refused; none moved any entry. */
export function addMoves(world: World, people: People): void {
  for (const told of MOVES) {
    const asked = addDays(world.today, -told.daysAgo);
    const orderId = latestOrder(world, told.unit, asked);
    if (orderId === undefined) continue;
    const [fromUnitId, toUnitId] = [world.id('unit', told.unit), world.id('unit', told.to)];
    const [requestedById, requestedAt] = [people.approver(fromUnitId), atMinute(asked, 605)];
    const decided = told.refusal === null ? null : atMinute(addDays(asked, 1), 910);
    const id = world.rows.add('reAttribution', {
      ...{ orderId, fromUnitId, toUnitId, reason: told.reason, requestedById, requestedAt },
      state: decided ? 'refused' : 'requested',
      ...{ decidedById: decided && people.organizer, decidedAt: decided, decision: told.refusal },
    });
    const subject = { subjectType: 're_attribution', subjectId: id, unitId: fromUnitId };
    const request = { at: requestedAt, actorId: requestedById, action: 're_attribution.request', reason: told.reason };
    world.rows.add('auditLine', { ...request, ...subject, after: { order: orderId, fromUnitId, toUnitId } });
    if (decided)
      world.rows.add('auditLine', {
        ...{ at: decided, actorId: people.organizer, action: 're_attribution.refuse', reason: told.refusal },
        ...subject,
      });
  }
}

/** The unit's last purchase that had been placed before a day, is not moved yet and stands. */
function latestOrder({ rows, id }: World, unit: string, day: Day): number | undefined {
  const taken = new Set(rows.of('reAttribution').map(({ orderId }) => orderId));
  return rows
    .of('order')
    .filter(
      (order) =>
        order.unitId === id('unit', unit) &&
        order.fundingSource !== 'individual' &&
        (order.state === 'placed' || order.state === 'completed') &&
        order.placedOn instanceof Date &&
        dayFromColumn(order.placedOn) < day &&
        !taken.has(order.id ?? 0),
    )
    .at(-1)?.id;
}
