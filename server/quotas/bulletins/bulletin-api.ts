import { z } from 'zod';
import { actorOf } from '../../accounts/who-acts.ts';
import { dayOf } from '../../shared/days.ts';
import { NotFound, RuleRefusal } from '../../shared/errors.ts';
import { type Endpoint, endpoint } from '../../web/api.ts';
import { isId } from '../quota-schemas.ts';
import { documentOf } from './bulletin-document.ts';
import { bulletinDocx } from './bulletin-docx.ts';
import { bulletinHeadJson, bulletinJson, toBulletinJson, toHeadJson } from './bulletin-json.ts';
import { type BulletinParts, DOCX, documentReader, XLSX } from './bulletin-parts.ts';
import { periodsOf, usualPeriod } from './bulletin-periods.ts';
import { bulletinOf, findBulletin, listBulletins, programmesIssuedFor } from './bulletin-queries.ts';
import { bulletinParams, bulletinQuery, bulletinsQuery, draftBody, publicationBody } from './bulletin-schemas.ts';
import { bulletinXlsx } from './bulletin-xlsx.ts';
import { draftBulletin } from './draft-bulletin.ts';
import { publishBulletin } from './publish-bulletin.ts';

const common = { tag: 'bulletins', scope: 'programmes' } as const;

/** POST /bulletins and /bulletins/{id}/publication for whoever issues them; GET for anyone, what is published. */
export function bulletinEndpoints(parts: BulletinParts): Endpoint[] {
  return [listEndpoint(parts), showEndpoint(parts), draftEndpoint(parts), publicationEndpoint(parts)];
}

function listEndpoint({ db, clock }: BulletinParts): Endpoint {
  return endpoint({
    ...common,
    method: 'get',
    path: '/bulletins',
    access: 'any',
    summary: 'Published bulletins, the newest first; `state=draft` those of the programmes that one issues for',
    query: bulletinsQuery,
    response: z.object({ items: z.array(bulletinHeadJson), nextCursor: z.string().nullable() }),
    handle: async ({ req, query: { state, programme, kind, cursor, limit } }) => {
      const issued = state === 'draft' ? await programmesIssuedFor(db, actorOf(req), dayOf(clock())) : null;
      const heads = await listBulletins(db, {
        ...{ state, kind, limit: limit + 1, beforeId: cursor ? Number(cursor) : undefined },
        programmeCode: programme,
        programmeIds: issued?.map(({ id }) => id),
      });
      const items = heads.slice(0, limit);
      return { items: items.map(toHeadJson), nextCursor: heads.length > limit ? String(items.at(-1)?.id) : null };
    },
  });
}

function showEndpoint({ db, messages }: BulletinParts): Endpoint {
  return endpoint({
    ...common,
    method: 'get',
    path: '/bulletins/:id',
    access: 'any',
    summary: 'A bulletin with its frozen figures, or as a Word or Excel file',
    params: bulletinParams,
    query: bulletinQuery,
    response: bulletinJson,
    handle: async ({ req, params, query: { format } }) => {
      const { bulletin } = await findBulletin(db, req.actor, Number(params.id));
      if (format === 'json') return toBulletinJson(bulletin);
      const { res } = req;
      if (!res) throw new Error('a request without its response');
      const reader = documentReader(messages);
      const file =
        format === 'docx'
          ? await bulletinDocx(reader, documentOf(reader, bulletin), false)
          : await bulletinXlsx(reader, bulletin);
      res.type(format === 'docx' ? DOCX : XLSX);
      res.attachment(`${bulletin.title}.${format}`).send(file);
    },
  });
}

function draftEndpoint({ db, clock, messages }: BulletinParts): Endpoint {
  return endpoint({
    ...common,
    method: 'post',
    path: '/bulletins',
    access: 'signed_in',
    summary: 'A draft with the figures of this moment, frozen',
    body: draftBody,
    status: 201,
    idempotent: true,
    response: bulletinJson,
    handle: async ({ req, body: { programmeId, kind, period } }) => {
      const [actor, now] = [actorOf(req), clock()];
      const programmes = await programmesIssuedFor(db, actor, dayOf(now));
      const programme = programmes.find(({ id, code }) =>
        typeof programmeId === 'number' || isId(programmeId) ? id === Number(programmeId) : code === programmeId,
      );
      if (!programme) throw new NotFound();
      const periodKey = period ?? usualPeriod(periodsOf(programme, kind, dayOf(now)), dayOf(now))?.key;
      if (!periodKey) throw new RuleRefusal('noSuchPeriod', [{ path: 'period', code: 'noSuchPeriod' }]);
      const id = await draftBulletin(db, actor, {
        ...{ programmeId: programme.id, kind, periodKey, reader: documentReader(messages), now },
      });
      return toBulletinJson(await bulletinOf(db, id));
    },
  });
}

function publicationEndpoint({ db, clock, messages }: BulletinParts): Endpoint {
  return endpoint({
    ...common,
    method: 'post',
    path: '/bulletins/:id/publication',
    access: 'signed_in',
    summary: 'Signs and publishes a draft; its figures never change again',
    params: bulletinParams,
    body: publicationBody,
    status: 201,
    idempotent: true,
    response: bulletinJson,
    handle: async ({ req, params, body: { number, revision } }) => {
      const id = Number(params.id);
      await publishBulletin(db, actorOf(req), id, {
        ...{ number: number ?? null, revision: revision ?? null, reader: documentReader(messages), now: clock() },
      });
      return toBulletinJson(await bulletinOf(db, id));
    },
  });
}
