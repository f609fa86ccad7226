import type { Db } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';
import { groupBy } from '../../shared/group-by.ts';

/** One of the approvals that an order needs. */
export interface OrderLevel {
  level: number;
  unitId: number;
  unitCode: string;
  unitName: string;
  unitNameEn: string;
  /** who alone decides, of those that approve for the unit today; none: all of them */
  namedIds: number[];
  /** who approved it; null: nobody yet */
  approvedById: number | null;
  approvedAt: Date | null;
}

/** What decides who may approve an order. */
export interface OrderApprovals {
  /** whoever bought it or one that it was amended from, however often */
  buyerIds: ReadonlySet<number>;
  levels: OrderLevel[];
  /** the level that is to be decided next; undefined: none is left */
  waitsAt: OrderLevel | undefined;
}

interface LevelRow extends Pick<OrderLevel, 'level' | 'unitId' | 'unitCode' | 'unitName' | 'unitNameEn'> {
  orderId: number;
  decision: 'approved' | 'rejected' | 'returned' | null;
  byId: number | null;
  at: Date | null;
}

/** The approvals of orders with their buyers, as they stand on a day. Three statements for all of them. */
export async function approvalsOf(
  db: Db,
  orderIds: readonly number[],
  today: Day,
): Promise<ReadonlyMap<number, OrderApprovals>> {
  if (orderIds.length === 0) return new Map();
  const ids = Prisma.join([...orderIds]);
  const [levels, named, buyers] = await Promise.all([
    db.$queryRaw<LevelRow[]>`
      SELECT a.orderId, a.level, a.unitId, u.code AS unitCode, u.name AS unitName, u.nameEn AS unitNameEn, d.decision, d.byId, d.at
      FROM order_approval a JOIN unit u ON u.id = a.unitId LEFT JOIN order_decision d ON d.id = a.decisionId
      WHERE a.orderId IN (${ids}) ORDER BY a.orderId, a.level`,
    namedOf(db, ids, today),
    buyersOf(db, ids),
  ]);
  const levelsByOrder = groupBy(levels, ({ orderId }) => orderId);
  const buyersByOrder = groupBy(buyers, ({ orderId }) => orderId);
  return new Map(
    orderIds.map((orderId) => {
      const own = (levelsByOrder.get(orderId) ?? []).map(
        ({ level, unitId, unitCode, unitName, unitNameEn, decision, byId, at }) => ({
          ...{ level, unitId, unitCode, unitName, unitNameEn },
          namedIds: named.filter((one) => one.orderId === orderId && one.level === level).map((one) => one.userId),
          ...(decision === 'approved'
            ? { approvedById: byId, approvedAt: at }
            : { approvedById: null, approvedAt: null }),
        }),
      );
      const buyerIds = new Set((buyersByOrder.get(orderId) ?? []).map(({ buyerId }) => buyerId));
      return [orderId, { buyerIds, levels: own, waitsAt: own.find((level) => level.approvedById === null) }];
    }),
  );
}

/** Those that the levels' rules name and that still approve for the unit. */
function namedOf(db: Db, ids: Prisma.Sql, today: Day) {
  const on = dayToColumn(today);
  return db.$queryRaw<{ orderId: number; level: number; userId: number }[]>`
    SELECT DISTINCT a.orderId, a.level, x.userId
    FROM order_approval a JOIN approval_rule_approver x ON x.ruleId = a.ruleId
    JOIN user u ON u.id = x.userId AND u.disabledAt IS NULL
    JOIN role_grant g ON g.userId = x.userId AND g.unitId = a.unitId AND g.role = 'approver' AND g.since <= ${on} AND (g.until IS NULL OR g.until > ${on})
    WHERE a.orderId IN (${ids})`;
}

function buyersOf(db: Db, ids: Prisma.Sql) {
  return db.$queryRaw<{ orderId: number; buyerId: number }[]>`
    WITH RECURSIVE chain (orderId, id) AS (
      SELECT id, id FROM \`order\` WHERE id IN (${ids})
      UNION SELECT chain.orderId, o.amendsId FROM chain JOIN \`order\` o ON o.id = chain.id WHERE o.amendsId IS NOT NULL
    )
    SELECT DISTINCT chain.orderId, o.buyerId FROM chain JOIN \`order\` o ON o.id = chain.id`;
}

/** Who may decide each order at the level where it waits, on a day: see whyNotDecide in approval-policy.ts. */
export async function decidersOf(
  db: Db,
  orderIds: readonly number[],
  today: Day,
): Promise<ReadonlyMap<number, { level: number; userIds: number[] }>> {
  const approvals = await approvalsOf(db, orderIds, today);
  const unitIds = [...approvals.values()].flatMap(({ waitsAt }) => (waitsAt ? [waitsAt.unitId] : []));
  const approvers = await approversOf(db, unitIds, today);
  return new Map(
    [...approvals].flatMap(([orderId, { buyerIds, levels, waitsAt }]) => {
      if (!waitsAt) return [];
      const { namedIds, unitId, level } = waitsAt;
      const before = levels.map(({ approvedById }) => approvedById);
      const userIds = approvers
        .filter((one) => one.unitId === unitId)
        .map(({ userId }) => userId)
        .filter((id) => !buyerIds.has(id) && !before.includes(id) && (namedIds.length === 0 || namedIds.includes(id)));
      return [[orderId, { level, userIds }]];
    }),
  );
}

export interface UnitApprover {
  unitId: number;
  userId: number;
  name: string;
}

/** Who approves for units on a day, by name. */
export async function approversOf(db: Db, unitIds: readonly number[], today: Day): Promise<UnitApprover[]> {
  if (unitIds.length === 0) return [];
  const on = dayToColumn(today);
  return db.$queryRaw<UnitApprover[]>`
    SELECT DISTINCT g.unitId, u.id AS userId, u.name
    FROM role_grant g JOIN user u ON u.id = g.userId AND u.disabledAt IS NULL
    WHERE g.unitId IN (${Prisma.join([...unitIds])}) AND g.role = 'approver' AND g.since <= ${on} AND (g.until IS NULL OR g.until > ${on})
    ORDER BY u.name, u.id`;
}
