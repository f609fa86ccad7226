import type { z } from 'zod';
import { actorOf } from '../../accounts/who-acts.ts';
import { dayOf } from '../../shared/days.ts';
import { NotAllowed } from '../../shared/errors.ts';
import { placeTree } from '../../units/place-tree.ts';
import { type Endpoint, endpoint } from '../../web/api.ts';
import type { QuotaParts } from '../quota-api.ts';
import { findProgramme } from '../quota-filter.ts';
import { programmeJson, toProgrammeJson } from '../quota-json.ts';
import { programmeParams } from '../quota-schemas.ts';
import { checkProgramme } from './programme-check.ts';
import { loadChoices } from './programme-choices.ts';
import { closeProgramme } from './programme-close.ts';
import { openProgramme } from './programme-open.ts';
import { runsProgrammes } from './programme-policy.ts';
import { createProgramme } from './programme-save.ts';
import { programmeBody } from './programme-schemas.ts';

const common = {
  method: 'post',
  tag: 'programmes',
  access: 'signed_in',
  scope: 'programmes',
  idempotent: true,
} as const;

/** POST /programmes, /programmes/{id}/opening and /programmes/{id}/closing. */
export function programmeEndpoints(parts: QuotaParts): Endpoint[] {
  const { db, clock } = parts;
  return [
    endpoint({
      ...common,
      path: '/programmes',
      summary: 'Makes a draft of a programme; without countUntil it counts until the 31 January after it ends',
      body: programmeBody,
      status: 201,
      response: programmeJson,
      handle: async ({ req, body }) => {
        const actor = actorOf(req);
        if (!runsProgrammes(actor)) throw new NotAllowed();
        const choices = await loadChoices(db, actor, dayOf(clock()));
        const { id } = await createProgramme(db, actor, checkProgramme(body, choices), clock());
        return programmeNow(parts, req, String(id));
      },
    }),
    actEndpoint(parts, 'opening', 'Opens a draft; purchases placed before, in its period, are taken in', openProgramme),
    actEndpoint(
      parts,
      'closing',
      'Closes a programme that is over; what changes later is marked as an adjustment',
      closeProgramme,
    ),
  ];
}

function actEndpoint(parts: QuotaParts, noun: string, summary: string, perform: typeof openProgramme): Endpoint {
  const { db, clock } = parts;
  return endpoint({
    ...common,
    path: `/programmes/:id/${noun}`,
    summary,
    params: programmeParams,
    response: programmeJson,
    handle: async ({ req, params }) => {
      const actor = actorOf(req);
      const { id } = await findProgramme(db, actor, params.id, dayOf(clock()));
      await perform(db, actor, id, clock());
      return programmeNow(parts, req, String(id));
    },
  });
}

async function programmeNow(
  { db, clock }: QuotaParts,
  req: Parameters<typeof actorOf>[0],
  id: string,
): Promise<z.output<typeof programmeJson>> {
  const [programme, places] = await Promise.all([findProgramme(db, actorOf(req), id, dayOf(clock())), placeTree(db)]);
  return toProgrammeJson(programme, places);
}
