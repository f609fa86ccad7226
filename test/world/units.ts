import type { PrismaClient } from '../../server/db/client.ts';
import type { Place, Unit, UnitGroup, UnitPayer } from '../../server/db/generated/client.ts';
import type { CanteenKind, FundingSource, UnitKind } from '../../server/db/generated/enums.ts';
import { type Day, dayToColumn } from '../../server/shared/days.ts';
import { LONG_AGO, nextNumber } from './numbering.ts';

export interface UnitWish {
  code?: string;
  name?: string;
  kind?: UnitKind;
  canteen?: CanteenKind;
  employees?: number;
  place?: Place;
  /** the unit that it belongs to, since long ago */
  parent?: Unit;
  /** the groups that it is a member of, since long ago */
  groups?: UnitGroup[];
  /** how it pays from the canteen budget and from union funds; false: it has no payers */
  payers?: PayerWish | false;
}

export interface PayerWish {
  /** above this a purchase needs approval, fen */
  thresholdFen?: number;
  creditFen?: number;
  mustPrepay?: boolean;
}

/** A unit with its place in the tree, its memberships and both payers: approval above 5,000 yuan, credit of 500,000. */
export async function aUnit(db: PrismaClient, wish: UnitWish = {}): Promise<Unit> {
  const code = wish.code ?? `unit-${nextNumber()}`;
  const name = wish.name ?? code;
  const since = dayToColumn(LONG_AGO);
  return db.unit.create({
    data: {
      code,
      name,
      nameEn: code,
      kind: wish.kind ?? 'agency',
      canteen: wish.canteen ?? 'own',
      employees: wish.employees ?? 100,
      placeId: wish.place?.id,
      positions: { create: { parentId: wish.parent?.id, since } },
      memberships: { create: (wish.groups ?? []).map((group) => ({ groupId: group.id, since })) },
      payers: { create: wish.payers === false ? [] : payersOf(name, wish.payers ?? {}) },
    },
  });
}

function payersOf(name: string, wish: PayerWish) {
  const terms = {
    approvalThresholdFen: wish.thresholdFen ?? 500_000,
    creditLimitFen: wish.creditFen ?? 50_000_000,
    mustPrepay: wish.mustPrepay ?? false,
    termDays: 30,
  };
  return [
    { ...terms, fundingSource: 'canteen_budget' as const, title: `${name}食堂`, taxNumber: 'TEST-CANTEEN' },
    { ...terms, fundingSource: 'union_funds' as const, title: `${name}工会委员会`, taxNumber: 'TEST-UNION' },
  ];
}

export function payerOf(db: PrismaClient, unit: { id: number }, fundingSource: FundingSource): Promise<UnitPayer> {
  return db.unitPayer.findUniqueOrThrow({ where: { unitId_fundingSource: { unitId: unit.id, fundingSource } } });
}

export interface GroupWish {
  code?: string;
  name?: string;
  /** becomes its first member; made when missing */
  lead?: Unit;
  place?: Place;
}

/** A group with its leading unit as a member. */
export async function aGroup(db: PrismaClient, wish: GroupWish = {}): Promise<UnitGroup> {
  const code = wish.code ?? `group-${nextNumber()}`;
  const lead = wish.lead ?? (await aUnit(db, { name: `${code} lead` }));
  const group = await db.unitGroup.create({
    data: { code, name: wish.name ?? code, nameEn: code, leadUnitId: lead.id, placeId: wish.place?.id },
  });
  await joinGroup(db, group, lead, LONG_AGO);
  return group;
}

/** From this day on the unit is a member. */
export async function joinGroup(db: PrismaClient, group: UnitGroup, unit: Unit, since: Day): Promise<void> {
  await db.groupMember.create({ data: { groupId: group.id, unitId: unit.id, since: dayToColumn(since) } });
}

/** From this day on the unit belongs to another one, or to none; what was before keeps its dates. */
export async function moveUnit(db: PrismaClient, unit: Unit, parent: Unit | null, since: Day): Promise<void> {
  const day = dayToColumn(since);
  await db.unitPosition.updateMany({ where: { unitId: unit.id, until: null }, data: { until: day } });
  await db.unitPosition.create({ data: { unitId: unit.id, parentId: parent?.id, since: day } });
}
