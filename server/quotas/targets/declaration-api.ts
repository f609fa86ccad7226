import { z } from 'zod';
import type { Actor } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Day, dayOf } from '../../shared/days.ts';
import { type Endpoint, endpoint } from '../../web/api.ts';
import type { ListedUnit } from '../board/progress-queries.ts';
import { listProgrammes } from '../programme-list.ts';
import { findDeclaration, mayDeclare, mayReview, unitForDeclaring } from './declaration-policy.ts';
import { type Declaration, loadDeclarations } from './declaration-queries.ts';
import { declareTarget } from './declare-target.ts';
import { reviewDeclaration } from './review-declaration.ts';
import { unitsOf } from './target-queries.ts';
import {
  declarationBody,
  declarationJson,
  declarationParams,
  declarationsQuery,
  reviewBody,
} from './target-schemas.ts';
import { withdrawDeclaration } from './withdraw-declaration.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const common = { tag: 'programmes', access: 'signed_in', scope: 'programmes' } as const;
const one = { ...common, params: declarationParams, response: declarationJson } as const;

/** The declarations of targets: list, show, submit, withdraw and review. */
export function declarationEndpoints(parts: Parts): Endpoint[] {
  const { db, clock } = parts;
  const told = async (actor: Actor, id: number) => {
    const { declaration, programme, unit } = await findDeclaration(db, actor, dayOf(clock()), id);
    return toDeclarationJson(declaration, programme, unit);
  };
  return [
    endpoint({
      ...common,
      method: 'get',
      path: '/target-declarations',
      summary: 'The declarations of the own units and of those that one reviews, the newest first',
      query: declarationsQuery,
      response: z.object({ items: z.array(declarationJson), total: z.int(), nextCursor: z.null() }),
      handle: async ({ req, query }) => {
        const items = await listDeclarations(db, actorOf(req), dayOf(clock()), query);
        return { items, total: items.length, nextCursor: null };
      },
    }),
    endpoint({
      ...one,
      method: 'get',
      path: '/target-declarations/:id',
      summary: 'A declaration',
      handle: ({ req, params }) => told(actorOf(req), Number(params.id)),
    }),
    endpoint({
      ...common,
      method: 'post',
      path: '/target-declarations',
      summary: "Declares a unit's task: spending on ingredients × the programme's ratio, or employees × its sum",
      body: declarationBody,
      response: declarationJson,
      status: 201,
      idempotent: true,
      handle: async ({ req, body }) => {
        const [actor, at] = [actorOf(req), clock()];
        const { programmeId, unit, unitId, ...declared } = body;
        const found = await unitForDeclaring(db, actor, dayOf(at), {
          programme: (it) => it.id === programmeId || it.code === programmeId,
          unit: (it) => it.id === unitId || it.code === unit,
        });
        return told(actor, await declareTarget(db, actor, { ...found, ...declared, at }));
      },
    }),
    endpoint({
      ...one,
      method: 'post',
      path: '/target-declarations/:id/withdrawal',
      summary: 'Takes a declaration back while it waits',
      handle: async ({ req, params }) => {
        const [actor, at] = [actorOf(req), clock()];
        const { declaration } = await findDeclaration(db, actor, dayOf(at), Number(params.id));
        await withdrawDeclaration(db, actor, declaration, at);
        return told(actor, declaration.id);
      },
    }),
    endpoint({
      ...one,
      method: 'post',
      path: '/target-declarations/:id/review',
      summary: 'Accepts a declaration, which sets the target, or sends it back with a reason',
      body: reviewBody,
      handle: async ({ req, params, body }) => {
        const [actor, at] = [actorOf(req), clock()];
        const found = await findDeclaration(db, actor, dayOf(at), Number(params.id));
        await reviewDeclaration(db, actor, { ...found, ...body, reason: body.reason, at });
        return told(actor, found.declaration.id);
      },
    }),
  ];
}

type Query = z.output<typeof declarationsQuery>;

async function listDeclarations(db: PrismaClient, actor: Actor, today: Day, query: Query) {
  const programmes = (await listProgrammes(db, actor, today)).filter(
    ({ code }) => query.programme === undefined || code === query.programme,
  );
  const declarations = await loadDeclarations(db, { programmeIds: programmes.map(({ id }) => id), state: query.state });
  const items = [];
  for (const programme of programmes) {
    const own = declarations.filter(({ programmeId }) => programmeId === programme.id);
    if (own.length === 0) continue;
    const byId = new Map((await unitsOf(db, programme, today)).map((unit) => [unit.id, unit]));
    for (const declaration of own) {
      const unit = byId.get(declaration.unitId);
      const mayLook = unit && (mayDeclare(actor, unit.id) || mayReview(actor, programme, unit, byId));
      if (unit && mayLook && (query.unit === undefined || query.unit === unit.code))
        items.push(toDeclarationJson(declaration, programme, unit));
    }
  }
  return items.sort((a, b) => b.id - a.id);
}

function toDeclarationJson(declaration: Declaration, programme: { id: number; code: string }, unit: ListedUnit) {
  const { unitId: _, submittedById: __, submittedBy: ___, reviewedBy: ____, ...told } = declaration;
  return { ...told, programme: programme.code, unit: unit.code, unitName: unit.name } satisfies z.infer<
    typeof declarationJson
  >;
}
