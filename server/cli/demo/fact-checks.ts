import { goodsFaults } from './fact-goods-checks.ts';
import { storyFaults } from './fact-story-checks.ts';
import { accountFaults, taskFaults } from './fact-task-checks.ts';
import type { DemoFacts } from './facts.ts';
import { type KnownCodes, knownCodes, missing, repeated } from './known-codes.ts';

/** Every broken reference, doubled code and impossible value of the facts, one line each; empty when all is well. */
export function faultsOf(facts: DemoFacts): string[] {
  const known = knownCodes(facts);
  return [
    ...doubles(facts),
    ...placeFaults(facts, known),
    ...unitFaults(facts, known),
    ...goodsFaults(facts, known),
    ...taskFaults(facts, known),
    ...accountFaults(facts, known),
    ...storyFaults(facts, known),
  ];
}

function doubles(facts: DemoFacts): string[] {
  const lists = {
    places: facts.places,
    units: facts.units,
    groups: facts.groups,
    categories: facts.categories,
    brands: facts.brands,
    suppliers: facts.suppliers,
    products: facts.products,
    specifications: facts.products.flatMap((family) => family.specs),
    programmes: facts.programmes,
    zones: facts.zones,
    campaigns: facts.campaigns,
  };
  return Object.entries(lists).flatMap(([name, rows]) =>
    repeated(
      rows.map((row) => row.code),
      name,
    ),
  );
}

function placeFaults({ places }: DemoFacts, known: KnownCodes): string[] {
  const above = { county: undefined, township: 'county', village: 'township' } as const;
  const levels = new Map(places.map((place) => [place.code, place.level]));
  return places.flatMap((place, at) => [
    ...missing(known, 'place', place.parent, place.code),
    ...(levels.get(place.parent ?? '') === above[place.level]
      ? []
      : [`${place.code}: its parent is of the wrong level`]),
    ...(place.parent && !places.slice(0, at).some((row) => row.code === place.parent)
      ? [`${place.code}: stands before its parent`]
      : []),
  ]);
}

function unitFaults({ units, groups, pairings }: DemoFacts, known: KnownCodes): string[] {
  const members = (code: string) =>
    groups.find((group) => group.code === code)?.members.map((member) => member.unit) ?? [];
  return [
    ...repeated(
      units.map((unit) => unit.name),
      'unit names',
    ),
    ...units.flatMap((unit) => [
      ...missing(known, 'place', unit.place, unit.code),
      ...missing(known, 'unit', unit.parent, unit.code),
      ...missing(known, 'unit', unit.canteenUnit, unit.code),
      ...((unit.canteen === 'shared') === (unit.canteenUnit !== null)
        ? []
        : [`${unit.code}: whose canteen does it share?`]),
      ...((unit.canteen === 'outsourced') === (unit.contractor !== null)
        ? []
        : [`${unit.code}: who runs its canteen?`]),
    ]),
    ...groups.flatMap((group) => [
      ...missing(known, 'place', group.place, group.code),
      ...repeated(members(group.code), group.code),
      ...members(group.code).flatMap((code) => missing(known, 'unit', code, group.code)),
      ...(members(group.code).includes(group.lead) ? [] : [`${group.code}: is led by a unit that is no member`]),
    ]),
    ...pairings.flatMap((pairing) => [
      ...missing(known, 'unit', pairing.unit, 'pairings'),
      ...missing(known, 'place', pairing.place, 'pairings'),
    ]),
  ];
}
