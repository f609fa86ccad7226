import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { type Fault, Refusal } from '../shared/errors.ts';
import { placeTree } from '../units/place-tree.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { isWithin, placesCertified } from './certification-policy.ts';
import { presentNotice, presentNotices } from './notice-presenter.ts';
import { findNotice, listNotices } from './notice-queries.ts';
import { objectionAnswerForm, objectionForm } from './notice-schemas.ts';
import { answerObjection, objectToNotice } from './object-to-notice.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PER_PAGE = 20;
/** From one address in an hour; a whole office may sit behind one. */
const MOST_OBJECTIONS = 60;
const HOUR_MS = 3_600_000;
const OBJECTION = ['text', 'name', 'contact'];
const ANSWER = ['answer', 'upheld'];

/** Public notices of certification, for anyone: those that run, and with `?past=1` those that are over; objections and their answers (rule 17). */
export function noticeRoutes(parts: Parts): Router {
  const { db, clock } = parts;
  const router = express.Router();
  const limitObjections = rateLimit({
    ...{
      windowMs: HOUR_MS,
      limit: MOST_OBJECTIONS,
      identifier: 'objections',
      standardHeaders: 'draft-8',
      legacyHeaders: false,
    },
    handler: (_req, _res, next) => next(new Refusal(429, 'tooMany')),
  });

  router.get(patterns.notices, showNotices(parts));
  router.get(patterns.notice, (req, res) => show(req, res, []));

  router.post(patterns.noticeObjections, limitObjections, async (req, res) => {
    const noticeId = idIn(req.params.id);
    try {
      await objectToNotice(db, req.actor, { noticeId, ...read(objectionForm, req.body) }, clock());
    } catch (error) {
      const { status, faults } = refusedForm(error);
      return show(req, res.status(status), faults);
    }
    flash(req, 'success', req.t('suppliers:notices.sent'));
    res.redirect(303, pathTo('notice', { id: noticeId }));
  });

  router.post(patterns.objectionAnswer, async (req, res) => {
    const actor = actorOf(req);
    const [noticeId, objectionId] = [idIn(req.params.id), idIn(req.params.objectionId)];
    try {
      const { answer, upheld } = read(objectionAnswerForm, req.body);
      const places = await placeTree(db);
      await answerObjection(db, actor, { objectionId, text: answer, upheld: upheld === 'yes', at: clock(), places });
    } catch (error) {
      const { status, faults } = refusedForm(error);
      return show(req, res.status(status), faults, objectionId);
    }
    flash(req, 'success', req.t('suppliers:notices.answered'));
    res.redirect(303, `${pathTo('notice', { id: noticeId })}#objection-${objectionId}`);
  });

  return router;

  async function show(req: Request, res: Response, faults: Fault[], answering: number | null = null): Promise<void> {
    const [places, notice] = await Promise.all([placeTree(db), findNotice(db, dayOf(clock()), idIn(req.params.id))]);
    const answers = req.actor !== null && isWithin(places, placesCertified(req.actor), notice.placeId);
    const form = formView(req.t, answering === null ? OBJECTION : ANSWER, req.body ?? {}, faults);
    res.render('suppliers/notice', presentNotice(req, places, { notice, form, answers, answering }));
  }
}

function showNotices({ db, clock }: Parts): RequestHandler {
  return async (req, res) => {
    const past = req.query.past === '1';
    const beforeId = /^[1-9]\d{0,8}$/.test(String(req.query.before)) ? Number(req.query.before) : undefined;
    const [places, notices] = await Promise.all([
      placeTree(db),
      listNotices(db, dayOf(clock()), { past, beforeId, limit: PER_PAGE + 1 }),
    ]);
    const shown = notices.slice(0, PER_PAGE);
    const nextHref =
      notices.length > PER_PAGE
        ? pathTo('notices', { past: past ? 1 : undefined, before: shown.at(-1)?.id })
        : undefined;
    res.render('suppliers/notices', presentNotices(req, places, shown, { past, nextHref }));
  };
}
