import type { DemoFacts } from './facts.ts';

export type KnownCodes = ReturnType<typeof knownCodes>;

/** The codes that a reference of each kind may name. */
export function knownCodes(facts: DemoFacts) {
  const codes = (rows: { code: string }[]) => new Set(rows.map((row) => row.code));
  return {
    place: codes(facts.places),
    unit: codes(facts.units),
    group: codes(facts.groups),
    category: codes(facts.categories),
    brand: codes(facts.brands),
    supplier: codes(facts.suppliers),
    product: codes(facts.products.flatMap((family) => family.specs)),
    programme: codes(facts.programmes),
    zone: codes(facts.zones),
    campaign: codes(facts.campaigns),
  };
}

/** One line when `code` is given and no `kind` has it. */
export function missing(known: KnownCodes, kind: keyof KnownCodes, code: string | null, where: string): string[] {
  return code === null || known[kind].has(code) ? [] : [`${where}: there is no ${kind} ${code}`];
}

/** One line for each value that occurs twice. */
export function repeated(values: string[], where: string): string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.size === seen.add(value).size).map((value) => `${where}: ${value} occurs twice`);
}
