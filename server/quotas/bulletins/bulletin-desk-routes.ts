import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../../accounts/who-acts.ts';
import { pathTo, patterns } from '../../paths.ts';
import { dayOf } from '../../shared/days.ts';
import { NotAllowed, RuleRefusal } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { read } from '../../web/forms.ts';
import { nameOf } from '../board/board-presenter.ts';
import { type BulletinParts, documentReader } from './bulletin-parts.ts';
import { KINDS, periodsOf, usualPeriod } from './bulletin-periods.ts';
import { presentHead } from './bulletin-presenter.ts';
import { listBulletins, programmesIssuedFor } from './bulletin-queries.ts';
import { draftForm, newQuery } from './bulletin-schemas.ts';
import { periodName } from './bulletin-words.ts';
import { draftBulletin } from './draft-bulletin.ts';

const SHOWN = 50;

/** The desk of whoever issues bulletins: drafts, what was published, and a new one. */
export function bulletinDeskRoutes({ db, clock, messages }: BulletinParts): Router {
  const router = express.Router();

  router.get(patterns.bulletinDesk, async (req, res) => {
    const programmes = await issuedFor(req);
    const programmeIds = programmes.map(({ id }) => id);
    const [drafts, published] = await Promise.all([
      listBulletins(db, { state: 'draft', programmeIds, limit: SHOWN }),
      listBulletins(db, { state: 'published', programmeIds, limit: SHOWN }),
    ]);
    res.set('Cache-Control', 'no-store');
    res.render('quotas/bulletins/desk', {
      title: req.t('bulletins:desk.title'),
      layout: 'work',
      currentPage: patterns.bulletinDesk,
      drafts: drafts.map((head) => presentHead(req, head)),
      published: published.map((head) => presentHead(req, head)),
      newHref: programmes.length > 0 ? pathTo('newBulletin') : undefined,
      terms: programmes.map((one) => ({
        label: nameOf(req, one),
        href: pathTo('bulletinTerms', { programmeCode: one.code }),
      })),
    });
  });

  router.get(patterns.newBulletin, (req, res) => showNew(req, res, req.query));

  router.post(patterns.bulletins, async (req, res) => {
    try {
      const { programme, kind, period } = read(draftForm, req.body);
      const programmes = await issuedFor(req);
      const chosen = programmes.find(({ code }) => code === programme);
      if (!chosen) throw new RuleRefusal('badInput', [{ path: 'programme', code: 'notAChoice' }]);
      const id = await draftBulletin(db, actorOf(req), {
        ...{ programmeId: chosen.id, kind, periodKey: period, reader: documentReader(messages), now: clock() },
      });
      flash(req, 'success', req.t('bulletins:draft.drafted'));
      res.redirect(303, pathTo('bulletin', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showNew(req, res.status(status), req.body, faults);
    }
  });
  return router;

  /** Refuses who issues for no programme and is no organizer either with 403. */
  async function issuedFor(req: Request) {
    const actor = actorOf(req);
    const programmes = await programmesIssuedFor(db, actor, dayOf(clock()));
    if (programmes.length === 0 && !actor.grants.some(({ role }) => role === 'organizer' || role === 'operator'))
      throw new NotAllowed();
    return programmes;
  }

  /** Two steps without scripts: programme and kind, then the periods that these have. */
  async function showNew(
    req: Request,
    res: Response,
    values: Record<string, unknown>,
    faults: Parameters<typeof formView>[3] = [],
  ): Promise<void> {
    const today = dayOf(clock());
    const programmes = await issuedFor(req);
    const asked = newQuery.parse(values ?? {});
    const programme = programmes.find(({ code }) => code === asked.programme) ?? programmes[0];
    const kind = asked.kind ?? 'quarter';
    const periods = programme ? periodsOf(programme, kind, today) : [];
    res.render('quotas/bulletins/new', {
      title: req.t('bulletins:new.title'),
      layout: 'work',
      currentPage: patterns.bulletinDesk,
      breadcrumbs: [
        { label: req.t('bulletins:desk.title'), href: pathTo('bulletinDesk') },
        { label: req.t('bulletins:new.title') },
      ],
      form: formView(req.t, ['programme', 'kind', 'period'], values, faults),
      programmes: programmes.map((one) => ({ value: one.code, label: nameOf(req, one) })),
      kinds: KINDS.map((one) => ({ value: one, label: req.t(`bulletins:kind.${one}`) })),
      chosen: { programme: programme?.code, kind, period: usualPeriod(periods, today)?.key },
      periods: periods.map((period) => {
        const label = periodName(req, period);
        return {
          value: period.key,
          label: period.endsOn < today ? label : req.t('bulletins:period.running', { period: label }),
        };
      }),
    });
  }
}
