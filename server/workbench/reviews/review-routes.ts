import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { type Actor, suppliersServedBy } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import { inLanguage } from '../../catalog/catalog-reader.ts';
import type { Db, PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import type { Fault } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { requireSeller } from '../own-goods.ts';
import { answerReview } from './answer-review.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PAGE = 20;
const answerForm = z.object({ answer: z.string().trim().min(1).max(1000) });

/** What buyers say of a supplier's deliveries, and its answers. */
export function reviewRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.supplierReviews, (req, res) => show(req, res, null, {}, []));

  router.post(patterns.reviewAnswer, async (req, res) => {
    const id = idIn(req.params.id);
    try {
      await answerReview(db, actorOf(req), id, read(answerForm, req.body).answer, clock());
      flash(req, 'success', req.t('reviews:answered'));
      res.redirect(303, pathTo('supplierReviews', req.body?.part === 'all' ? { part: 'all' } : {}));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), id, req.body ?? {}, faults);
    }
  });

  return router;

  async function show(
    req: Request,
    res: Response,
    formId: number | null,
    typed: Record<string, unknown>,
    faults: Fault[],
  ): Promise<void> {
    const actor = actorOf(req);
    requireSeller(actor);
    const part = (typed.part ?? req.query.part) === 'all' ? 'all' : 'open';
    const beforeId = typeof req.query.before === 'string' ? idIn(req.query.before) : null;
    const found = await listReviews(db, actor, part, beforeId, PAGE + 1);
    const reviews = found.slice(0, PAGE);
    const last = found.length > PAGE ? reviews.at(-1) : undefined;
    const kept = part === 'all' ? { part } : {};
    res.render('workbench/reviews', {
      layout: 'work',
      title: req.t('reviews:title'),
      currentPath: pathTo('supplierReviews'),
      part,
      tabs: (['open', 'all'] as const).map((one) => ({
        label: req.t(`reviews:part.${one}`),
        href: pathTo('supplierReviews', one === 'all' ? { part: one } : {}),
        current: one === part,
      })),
      reviews: reviews.flatMap(({ id, review, lines }) =>
        review
          ? [
              {
                id: review.id,
                goods: [...new Set(lines.map((line) => inLanguage(req.locale, line.name, line.nameEn)))].join(' · '),
                parcelHref: pathTo('supplierFulfilment', { id }),
                stars: '★'.repeat(review.rating) + '☆'.repeat(5 - review.rating),
                ratingLabel: req.t(`aftersales:rating.${review.rating}`),
                on: dayOf(review.at),
                ...{ text: review.text, answer: review.answer, isFixed: review.answerEditedAt !== null },
                answerAction: review.answerEditedAt ? undefined : pathTo('reviewAnswer', { id: review.id }),
                form: formView(
                  req.t,
                  [],
                  review.id === formId ? typed : { answer: review.answer ?? '' },
                  review.id === formId ? faults : [],
                ),
                isOpened: review.id === formId,
              },
            ]
          : [],
      ),
      firstHref: beforeId ? pathTo('supplierReviews', kept) : undefined,
      nextHref: last && pathTo('supplierReviews', { ...kept, before: last.id }),
    });
  }
}

/** Own parcels that were reviewed, the newest parcel first; `open`: those without an answer. */
function listReviews(db: Db, actor: Actor, part: 'open' | 'all', beforeId: number | null, take: number) {
  return db.fulfilment.findMany({
    where: {
      ...{ supplierId: { in: suppliersServedBy(actor) }, state: 'received' },
      ...(beforeId ? { id: { lt: beforeId } } : {}),
      review: part === 'open' ? { answer: null } : { isNot: null },
    },
    orderBy: { id: 'desc' },
    take,
    select: { id: true, review: true, lines: { select: { name: true, nameEn: true }, take: 4 } },
  });
}
