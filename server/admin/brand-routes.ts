import express, { type Request, type Response, type Router } from 'express';
import { requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { brandEndForm, brandForm } from '../catalog/brands/brand-schemas.ts';
import { editBrand, endBrand, resumeBrand } from '../catalog/brands/save-brand.ts';
import { nameOf } from '../catalog/catalog-reader.ts';
import { forgetCatalog } from '../catalog/forget-catalog.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { type Fault, NotFound } from '../shared/errors.ts';
import { type PlaceTree, placeName, placeTree } from '../units/place-tree.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const FIELDS = ['name', 'nameEn', 'placeId', 'story', 'storyEn', 'reason'];

/** Brands as operators keep them: their words, their place, their end. */
export function brandRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.brandDesk, async (req, res) => {
    requireRole(actorOf(req), 'operator');
    const [brands, places] = await Promise.all([
      db.brand.findMany({ orderBy: { id: 'asc' }, include: { _count: { select: { families: true } } } }),
      placeTree(db),
    ]);
    res.set('Cache-Control', 'no-store').render('admin/brands', {
      layout: 'work',
      title: req.t('brands:title'),
      brands: brands.map((brand) => ({
        ...{ code: brand.code, name: brand.name, nameEn: brand.nameEn, goods: brand._count.families },
        place: brand.placeId === null ? undefined : placeName(places, brand.placeId, req.locale),
        isEnded: brand.endedAt !== null,
        href: pathTo('editedBrand', { id: brand.id }),
        shopHref: pathTo('brand', { code: brand.code }),
      })),
    });
  });

  router.get(patterns.editedBrand, (req, res) => showOne(req, res, {}, []));

  router.post(patterns.editedBrand, (req, res) =>
    act(req, res, 'saved', (id) => editBrand(db, actorOf(req), id, read(brandForm, req.body), clock())),
  );
  router.post(patterns.brandEnding, (req, res) =>
    act(req, res, 'ended', (id) => endBrand(db, actorOf(req), id, read(brandEndForm, req.body).reason, clock())),
  );
  router.post(patterns.brandResumption, (req, res) =>
    act(req, res, 'resumed', (id) => resumeBrand(db, actorOf(req), id, clock())),
  );

  return router;

  async function act(req: Request, res: Response, what: string, work: (id: number) => Promise<void>): Promise<void> {
    const id = idIn(req.params.id);
    try {
      await work(id);
      forgetCatalog(db);
      flash(req, 'success', req.t(`brands:done.${what}`));
      res.redirect(303, pathTo('editedBrand', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showOne(req, res.status(status), req.body ?? {}, faults);
    }
  }

  async function showOne(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]): Promise<void> {
    requireRole(actorOf(req), 'operator');
    const id = idIn(req.params.id);
    const [brand, places] = await Promise.all([db.brand.findUnique({ where: { id } }), placeTree(db)]);
    if (!brand) throw new NotFound();
    const { name, nameEn, placeId, story, storyEn } = brand;
    res.set('Cache-Control', 'no-store').render('admin/brand', {
      layout: 'work',
      title: nameOf(req.locale, brand),
      currentPage: pathTo('brandDesk'),
      breadcrumbs: [{ label: req.t('brands:title'), href: pathTo('brandDesk') }, { label: nameOf(req.locale, brand) }],
      ...{ code: brand.code, shopHref: pathTo('brand', { code: brand.code }), endedAt: brand.endedAt },
      places: placeChoices(places, req),
      action: pathTo('editedBrand', { id }),
      endAction: brand.endedAt ? undefined : pathTo('brandEnding', { id }),
      resumeAction: brand.endedAt ? pathTo('brandResumption', { id }) : undefined,
      form: formView(req.t, FIELDS, { name, nameEn, placeId: placeId ?? '', story, storyEn, ...typed }, faults),
    });
  }
}

/** Counties with what lies below them, in the order of the tree. */
function placeChoices(
  places: PlaceTree,
  { locale }: Pick<Request, 'locale'>,
  ids = places.roots.map(({ id }) => id),
  depth = 0,
) {
  return ids.flatMap((id): { value: string; label: string }[] => {
    const node = places.byId.get(id);
    const below = places.childrenOf(id).map((child) => child.id);
    const own = node ? [{ value: String(id), label: `${'\u3000'.repeat(depth)}${nameOf(locale, node)}` }] : [];
    return [...own, ...placeChoices(places, { locale }, below, depth + 1)];
  });
}
