import { addDays, type Day, dayToColumn } from '../../shared/days.ts';
import { madeUpCreditCode } from './credit-code.ts';
import type { DemoUnit } from './fact-places-and-units.ts';
import { LONG_AGO, type World } from './world.ts';

/** The unit whose transfers came late and which therefore prepays its canteen's orders (rule 27). */
export const PREPAYING_UNIT = 'international-logistics';

/** Places, units with their tree, groups, pairings, payers and budgets. */
export function addPlacesAndUnits(world: World): void {
  addPlaces(world);
  for (const unit of world.facts.units) addUnit(world, unit);
  for (const unit of world.facts.units) addStanding(world, unit);
  addGroups(world);
  for (const pairing of world.facts.pairings) {
    world.rows.add('pairing', {
      unitId: world.id('unit', pairing.unit),
      placeId: world.id('place', pairing.place),
      since: dayToColumn(pairing.since),
    });
  }
}

function addPlaces({ facts, rows, name, idOrNull }: World): void {
  for (const place of facts.places) {
    const parentId = idOrNull('place', place.parent);
    const above = parentId === null ? '/' : rows.of('place')[parentId - 1]?.path;
    const { code, nameEn, level, placeClass } = place;
    const row = { code, name: place.name, nameEn, level, placeClass, parentId, path: '' };
    const id = rows.add('place', row);
    row.path = `${above}${id}/`;
    name('place', code, id);
  }
}

function addUnit({ rows, name, idOrNull }: World, unit: DemoUnit): void {
  const { code, nameEn, kind, canteen, contractor, employees, madeUp } = unit;
  const id = rows.add('unit', {
    code,
    name: unit.name,
    nameEn,
    kind,
    placeId: idOrNull('place', unit.place),
    canteen,
    contractor,
    employees,
    isMadeUp: madeUp,
    createdAt: dayToColumn(LONG_AGO),
  });
  name('unit', code, id);
}

function addStanding(world: World, unit: DemoUnit): void {
  const { rows, id, idOrNull } = world;
  const unitId = id('unit', unit.code);
  const row = rows.of('unit')[unitId - 1];
  if (row) row.canteenUnitId = idOrNull('unit', unit.canteenUnit);
  for (const alias of unit.aliases) rows.add('unitAlias', { unitId, alias });
  rows.add('unitPosition', {
    unitId,
    parentId: idOrNull('unit', unit.parent),
    since: dayToColumn(unit.parent ? unit.parentSince : LONG_AGO),
  });
  addPayer(world, unit, 'union_funds');
  if (unit.canteen === 'own' || unit.canteen === 'outsourced') addPayer(world, unit, 'canteen_budget');
}

function addPayer({ facts, rows, id, today }: World, unit: DemoUnit, fundingSource: 'canteen_budget' | 'union_funds') {
  const unitId = id('unit', unit.code);
  const { titleSuffix, approvalThresholdFen, creditLimitFen, termDays } = facts.accounts.payerDefaults[fundingSource];
  const number = rows.of('unitPayer').length + 1;
  rows.add('unitPayer', {
    unitId,
    fundingSource,
    title: `${unit.name}${titleSuffix}`,
    taxNumber: madeUpCreditCode(fundingSource === 'union_funds' ? '81' : '12', number),
    bankName: '演示银行重庆分行',
    bankAccount: `5000${String(number).padStart(12, '0')}`,
    approvalThresholdFen,
    creditLimitFen,
    termDays,
    mustPrepay: unit.code === PREPAYING_UNIT && fundingSource === 'canteen_budget',
  });
  const year = Number(today.slice(0, 4));
  const amountFen = fundingSource === 'canteen_budget' ? unit.ingredientsFen : unit.employees * 80_000;
  rows.add('unitBudget', { unitId, fundingSource, year: year - 1, amountFen: roundedTo(amountFen * 0.94, 100_000) });
  rows.add('unitBudget', { unitId, fundingSource, year, amountFen });
}

function roundedTo(fen: number, step: number): number {
  return Math.round(fen / step) * step;
}

function addGroups({ facts, rows, name, id }: World): void {
  for (const group of facts.groups) {
    const { code, nameEn } = group;
    const groupId = rows.add('unitGroup', {
      code,
      name: group.name,
      nameEn,
      leadUnitId: id('unit', group.lead),
      placeId: id('place', group.place),
    });
    name('group', code, groupId);
    for (const member of group.members)
      rows.add('groupMember', { groupId, unitId: id('unit', member.unit), since: dayToColumn(LONG_AGO) });
  }
}

interface Standing {
  lineageId: number;
  /** ",2,5," */
  groupIds: string;
}

/** Finds where a unit stood on a day as findLineage does, adding each lineage once. */
export function lineageFinder({ facts, rows, id }: World): (unitId: number, day: Day) => Standing {
  const units = new Map(facts.units.map((unit) => [id('unit', unit.code), unit]));
  const groupsOf = new Map<number, number[]>();
  for (const { unitId, groupId } of rows.of('groupMember'))
    groupsOf.set(unitId, [...(groupsOf.get(unitId) ?? []), groupId]);
  const known = new Map<string, Standing>();
  return (unitId, day) => {
    const chain = [unitId];
    for (let unit = units.get(unitId); unit?.parent && unit.parentSince <= day; unit = units.get(chain[0] ?? 0))
      chain.unshift(id('unit', unit.parent));
    const groups = [...new Set(chain.flatMap((member) => groupsOf.get(member) ?? []))].sort((a, b) => a - b);
    const path = `/${chain.join('/')}/`;
    const groupIds = `,${groups.map((group) => `${group},`).join('')}`;
    const key = `${path} ${groupIds}`;
    const standing = known.get(key) ?? { lineageId: rows.add('unitLineage', { unitId, path, groupIds }), groupIds };
    known.set(key, standing);
    return standing;
  };
}

/** Days of a span, both ends included. */
export function daysFrom(first: Day, last: Day): Day[] {
  const days: Day[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}
