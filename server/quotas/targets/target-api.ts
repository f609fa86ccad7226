import { z } from 'zod';
import type { Actor } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Day, dayOf } from '../../shared/days.ts';
import { BadInput, type Fault, NotFound } from '../../shared/errors.ts';
import { type Endpoint, endpoint } from '../../web/api.ts';
import type { ListedUnit } from '../board/progress-queries.ts';
import type { Programme } from '../programme-list.ts';
import { findProgramme } from '../quota-filter.ts';
import { seesUnit } from '../quota-policy.ts';
import { programmeParams } from '../quota-schemas.ts';
import { changeTargets } from './change-targets.ts';
import type { TargetSetting } from './set-target.ts';
import { loadNewest, type NewestTarget, unitsOf } from './target-queries.ts';
import { type TargetsBody, targetJson, targetsBody, targetsQuery } from './target-schemas.ts';
import { type ScopeTrees, scopeTrees } from './target-scope.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const common = {
  path: '/programmes/:id/targets',
  tag: 'programmes',
  access: 'signed_in',
  scope: 'programmes',
  params: programmeParams,
  response: z.object({ items: z.array(targetJson), total: z.int(), nextCursor: z.null() }),
} as const;

/** GET and PUT /programmes/{id}/targets. */
export function targetEndpoints(parts: Parts): Endpoint[] {
  return [listEndpoint(parts), putEndpoint(parts)];
}

function listEndpoint({ db, clock }: Parts): Endpoint {
  return endpoint({
    ...common,
    method: 'get',
    summary: 'The newest version of each target that one may see, or of a past day; 0 where it has been withdrawn',
    query: targetsQuery,
    handle: async ({ req, params, query }) => {
      const [actor, today] = [actorOf(req), dayOf(clock())];
      const programme = await findProgramme(db, actor, params.id, today);
      return answer(db, actor, { programme, today, unit: query.unit, by: query.at ?? null });
    },
  });
}

function putEndpoint({ db, clock }: Parts): Endpoint {
  return endpoint({
    ...common,
    method: 'put',
    summary: 'Writes many targets as new versions, all or none; what is not named, and what is equal, stays as it is',
    body: targetsBody,
    handle: async ({ req, params, body }) => {
      const [actor, at] = [actorOf(req), clock()];
      const today = dayOf(at);
      const programme = await findProgramme(db, actor, params.id, today);
      const [units, trees] = await Promise.all([unitsOf(db, programme, today), scopeTrees(db)]);
      const settings = settingsIn(body, units, trees);
      await changeTargets(db, actor, { programme, settings, reason: body.reason, today, at });
      const { items } = await answer(db, actor, { programme, today, unit: undefined, by: null });
      const named = new Set(body.targets.map(({ unit }) => unit));
      const touched = items.filter(({ unit }) => named.has(unit));
      return { items: touched, total: touched.length, nextCursor: null };
    },
  });
}

interface Wish {
  programme: Programme;
  today: Day;
  unit: string | undefined;
  by: Day | null;
}

async function answer(db: PrismaClient, actor: Actor, { programme, today, unit, by }: Wish) {
  const [units, trees, targets] = await Promise.all([
    unitsOf(db, programme, today),
    scopeTrees(db),
    loadNewest(db, programme.id, { by }),
  ]);
  const byId = new Map(units.map((one) => [one.id, one]));
  const seen = new Map(units.filter((one) => seesUnit(actor, programme, one, byId)).map((one) => [one.id, one]));
  if (unit !== undefined && ![...seen.values()].some(({ code }) => code === unit)) throw new NotFound();
  const items = targets.flatMap((target) => {
    const of = seen.get(target.unitId);
    return of && (unit === undefined || of.code === unit) ? [toTargetJson(target, of, trees)] : [];
  });
  return { items, total: items.length, nextCursor: null };
}

function toTargetJson(target: NewestTarget, unit: ListedUnit, { categories, places }: ScopeTrees) {
  const { unitId: _, categoryId, placeId, value, ...told } = target;
  return {
    ...told,
    unit: unit.code,
    unitName: unit.name,
    category: (categoryId !== null && categories.byId.get(categoryId)?.code) || null,
    originPlace: (placeId !== null && places.byId.get(placeId)?.code) || null,
    targetFen: told.measure === 'fen' ? value : null,
    targetGrams: told.measure === 'grams' ? value : null,
  } satisfies z.infer<typeof targetJson>;
}

/** Codes as ids. Throws BadInput with every code that nothing has, by its path. */
function settingsIn({ targets }: TargetsBody, units: readonly ListedUnit[], trees: ScopeTrees): TargetSetting[] {
  const byCode = new Map(units.map((unit) => [unit.code, unit]));
  const faults: Fault[] = [];
  const idOf = (
    known: ReadonlyMap<string, { id: number }>,
    asked: string | null | undefined,
    path: string,
    code: string,
  ) => {
    if (asked === null || asked === undefined) return null;
    const found = known.get(asked);
    if (!found) faults.push({ path, code, values: { code: asked } });
    return found?.id ?? null;
  };
  const settings = targets.map((row, index): TargetSetting => {
    const path = `targets.${index}`;
    return {
      unitId: idOf(byCode, row.unit, `${path}.unit`, 'unitOutsideProgramme') ?? 0,
      categoryId: idOf(trees.categories.byCode, row.category, `${path}.category`, 'unknownCategory'),
      placeId: idOf(trees.places.byCode, row.originPlace, `${path}.originPlace`, 'unknownPlace'),
      fundingSource: row.fundingSource ?? null,
      measure: row.targetFen === undefined ? 'grams' : 'fen',
      value: row.targetFen ?? row.targetGrams ?? 0,
      reason: row.reason,
      seenVersion: row.seenVersion,
      path,
    };
  });
  if (faults.length > 0) throw new BadInput(faults);
  return settings;
}
