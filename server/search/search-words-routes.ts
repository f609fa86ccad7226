import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { pathTo, patterns } from '../paths.ts';
import { dayOf } from '../shared/days.ts';
import { type Fault, RuleRefusal } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { read } from '../web/forms.ts';
import { saveWordList } from './save-word-list.ts';
import { findMisses } from './search-misses.ts';
import { type SearchParts, searchProducts } from './search-products.ts';
import { synonymsOf } from './synonyms.ts';
import { findWordList } from './word-list.ts';
import { readWordList, textsOfWordList } from './word-list-form.ts';

const LONGEST_TEXT = 60_000;
const TRIED = 10;

const lines = z.string().max(LONGEST_TEXT).default('');
const form = z.object({
  same: lines,
  kinds: lines,
  words: lines,
  version: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number),
});

/** The operators' list of words that mean the same, and what was looked for in vain. */
export function searchWordRoutes(parts: SearchParts): Router {
  const { db, clock } = parts;
  const router = express.Router();

  router.get(patterns.searchWords, (req, res) => show(req, res, []));

  router.post(patterns.searchWords, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'operator');
    try {
      const { version, ...texts } = read(form, req.body);
      const { list, faults } = readWordList(texts);
      if (faults.length > 0) throw new RuleRefusal('badInput', faults);
      await saveWordList(db, actor, { version, list }, clock());
      flash(req, 'success', req.t('searchWords:saved'));
      res.redirect(303, pathTo('searchWords'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), faults);
    }
  });

  return router;

  async function show(req: Request, res: Response, faults: Fault[]): Promise<void> {
    requireRole(actorOf(req), 'operator');
    const typed = req.body as Record<string, unknown> | undefined;
    const tried = typeof req.query.try === 'string' ? req.query.try.trim().slice(0, 64) : '';
    const [{ version, list }, misses, found] = await Promise.all([
      findWordList(db),
      findMisses(db, dayOf(clock())),
      tried === '' ? null : searchProducts(parts, { q: tried, perPage: TRIED }),
    ]);
    res.render('search/words', {
      layout: 'work',
      title: req.t('searchWords:title'),
      currentPath: pathTo('searchWords'),
      action: pathTo('searchWords'),
      version: typed?.version ?? version,
      form: formView(req.t, ['same', 'kinds', 'words'], { ...textsOfWordList(list), ...typed }, faults),
      misses: misses.map((miss) => ({ ...miss, href: pathTo('searchWords', { try: miss.word }) })),
      tried: found && {
        q: tried,
        alsoMeans: synonymsOf(tried).join(' '),
        didYouMean: found.didYouMean,
        total: found.total,
        products: [...found.cards, ...found.related].map(({ id, name, spec }) => ({
          name,
          spec,
          href: pathTo('product', { id }),
        })),
      },
    });
  }
}
