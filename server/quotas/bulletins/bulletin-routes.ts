import express, { type RequestHandler, type Router } from 'express';
import { pathTo, patterns } from '../../paths.ts';
import { idIn } from '../../web/forms.ts';
import { bulletinDeskRoutes } from './bulletin-desk-routes.ts';
import { documentOf } from './bulletin-document.ts';
import { bulletinDocx } from './bulletin-docx.ts';
import { bulletinDraftRoutes, showDraft } from './bulletin-draft-routes.ts';
import { showPublished } from './bulletin-page.ts';
import { type BulletinParts, DOCX, documentReader, XLSX } from './bulletin-parts.ts';
import { KINDS } from './bulletin-periods.ts';
import { presentDocument, presentHead } from './bulletin-presenter.ts';
import { findBulletin, listBulletins } from './bulletin-queries.ts';
import { listQuery } from './bulletin-schemas.ts';
import { bulletinSignRoutes } from './bulletin-sign-routes.ts';
import { bulletinTermsRoutes } from './bulletin-terms-routes.ts';
import { bulletinXlsx } from './bulletin-xlsx.ts';

const PER_PAGE = 20;

/** Bulletins: published ones for anyone, as page, paper, Word and Excel; drafts, signing and terms for whoever issues them (rule 13). */
export function bulletinRoutes(parts: BulletinParts): Router {
  const router = express.Router();
  router.get(patterns.bulletins, showList(parts));
  router.use(bulletinDeskRoutes(parts));
  router.use(bulletinTermsRoutes(parts));
  router.get(patterns.bulletin, showBulletin(parts));
  router.get(patterns.bulletinSheet, showSheet(parts));
  router.get(patterns.bulletinWord, sendWord(parts));
  router.get(patterns.bulletinExcel, sendExcel(parts));
  router.use(bulletinDraftRoutes(parts));
  router.use(bulletinSignRoutes(parts));
  return router;
}

function showList({ db }: BulletinParts): RequestHandler {
  return async (req, res) => {
    const { kind, before } = listQuery.parse(req.query);
    const heads = await listBulletins(db, { state: 'published', kind, beforeId: before, limit: PER_PAGE + 1 });
    const shown = heads.slice(0, PER_PAGE);
    res.render('quotas/bulletins/list', {
      title: req.t('bulletins:index.title'),
      kinds: [undefined, ...KINDS].map((one) => ({
        label: req.t(one ? `bulletins:kind.${one}` : 'bulletins:index.all'),
        href: pathTo('bulletins', { kind: one }),
        current: one === kind,
      })),
      bulletins: shown.map((head) => presentHead(req, head)),
      nextHref: heads.length > PER_PAGE ? pathTo('bulletins', { kind, before: shown.at(-1)?.id }) : undefined,
    });
  };
}

function showBulletin(parts: BulletinParts): RequestHandler {
  return async (req, res) => {
    const found = await findBulletin(parts.db, req.actor, idIn(req.params.id));
    if (found.bulletin.state === 'draft') return showDraft(req, res, found);
    await showPublished(parts, req, res, found);
  };
}

function showSheet({ db, messages }: BulletinParts): RequestHandler {
  return async (req, res) => {
    const { bulletin } = await findBulletin(db, req.actor, idIn(req.params.id));
    res.render('quotas/bulletins/sheet', {
      layout: 'print',
      title: bulletin.title,
      backHref: pathTo('bulletin', { id: bulletin.id }),
      document: presentDocument(documentReader(messages), bulletin),
    });
  };
}

function sendWord({ db, messages }: BulletinParts): RequestHandler {
  return async (req, res) => {
    const { bulletin } = await findBulletin(db, req.actor, idIn(req.params.id));
    const reader = documentReader(messages);
    const file = await bulletinDocx(reader, documentOf(reader, bulletin), res.locals.isDemo === true);
    res.type(DOCX).attachment(`${bulletin.title}.docx`).send(file);
  };
}

function sendExcel({ db }: BulletinParts): RequestHandler {
  return async (req, res) => {
    const { bulletin } = await findBulletin(db, req.actor, idIn(req.params.id));
    const file = await bulletinXlsx(req, bulletin);
    res.type(XLSX).attachment(`${bulletin.title}.xlsx`).send(file);
  };
}
