import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { Day } from '../../shared/days.ts';
import { faultsOf } from './fact-checks.ts';
import { brand, category, productFamily, supplier } from './fact-goods.ts';
import { group, pairing, place, unit } from './fact-places-and-units.ts';
import { stories } from './fact-stories.ts';
import { accounts, campaign, cap, programme, zone } from './fact-tasks.ts';

/**
 * Reads the demonstration's facts from prisma/demo/*.json as they stand on `today`: relative days and years become real ones, so the
 * same day always gives the same facts. Throws one error that lists every fault of form and every broken reference.
 */
export function loadDemoFacts(today: Day, directory = demoDirectory()): DemoFacts {
  const shape = factsShape(today);
  const raw = Object.fromEntries(Object.keys(shape.shape).map((name) => [name, readFacts(directory, name, today)]));
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw new Error(`The demonstration's facts are malformed:\n${z.prettifyError(parsed.error)}`);
  const faults = faultsOf(parsed.data);
  if (faults.length > 0) throw new Error(`The demonstration's facts contradict each other:\n${faults.join('\n')}`);
  return parsed.data;
}

export type DemoFacts = z.infer<ReturnType<typeof factsShape>>;

function factsShape(today: Day) {
  return z.strictObject({
    places: z.array(place),
    units: z.array(unit),
    groups: z.array(group),
    pairings: z.array(pairing),
    categories: z.array(category),
    brands: z.array(brand),
    suppliers: z.array(supplier(today)),
    products: z.array(productFamily(today)),
    programmes: z.array(programme),
    caps: z.array(cap),
    zones: z.array(zone),
    campaigns: z.array(campaign(today)),
    accounts,
    stories: stories(today),
  });
}

function readFacts(directory: string, name: string, today: Day): unknown {
  return JSON.parse(fillYears(readFileSync(join(directory, `${name}.json`), 'utf8'), today));
}

function fillYears(json: string, today: Day): string {
  const year = Number(today.slice(0, 4));
  const years = { last: year - 1, this: year, next: year + 1, after: year + 2 };
  return json.replace(/\{(last|this|next|after)\}/g, (_, which: keyof typeof years) => String(years[which]));
}

/** Found by walking up, because the bundled command does not lie where its source does. */
function demoDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'prisma/demo/places.json'))) {
    if (dirname(directory) === directory)
      throw new Error('prisma/demo/places.json was not found above the running program');
    directory = dirname(directory);
  }
  return join(directory, 'prisma/demo');
}
