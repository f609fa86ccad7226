import express, { type Request, type Response, type Router } from 'express';
import { requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { nameOf } from '../catalog/catalog-reader.ts';
import { forgetCatalog } from '../catalog/forget-catalog.ts';
import { editPlace } from '../catalog/places/edit-place.ts';
import { PLACE_CLASSES, placeForm } from '../catalog/places/place-schemas.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { type Fault, NotFound } from '../shared/errors.ts';
import { textsOf } from '../shared/json-texts.ts';
import { type PlaceNode, type PlaceTree, placeName, placeTree } from '../units/place-tree.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const FIELDS = ['nameEn', 'aliases', 'intro', 'introEn', 'placeClass'];

/** Places as operators keep them: their words and their class. Names, codes and the tree itself stay. */
export function placeDeskRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.placeDesk, async (req, res) => {
    requireRole(actorOf(req), 'operator');
    const places = await placeTree(db);
    const county = places.roots.find(({ code }) => code === req.query.county) ?? places.roots[0];
    res.set('Cache-Control', 'no-store').render('admin/places', {
      layout: 'work',
      title: req.t('places:desk.title'),
      tabs: places.roots.map((root) => ({
        label: nameOf(req.locale, root),
        href: pathTo('placeDesk', { county: root.code }),
        current: root.id === county?.id,
      })),
      rows: county ? flat(places, [county]).map(({ node, depth }) => presentRow(req, node, depth)) : [],
    });
  });

  router.get(patterns.editedPlace, (req, res) => showOne(req, res, {}, []));

  router.post(patterns.editedPlace, async (req, res) => {
    const id = idIn(req.params.id);
    try {
      await editPlace(db, actorOf(req), id, read(placeForm, req.body), clock());
      forgetCatalog(db);
      flash(req, 'success', req.t('places:desk.saved'));
      res.redirect(303, pathTo('editedPlace', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showOne(req, res.status(status), req.body ?? {}, faults);
    }
  });

  return router;

  async function showOne(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]): Promise<void> {
    requireRole(actorOf(req), 'operator');
    const id = idIn(req.params.id);
    const [place, places] = await Promise.all([db.place.findUnique({ where: { id } }), placeTree(db)]);
    const county = places.pathOf(id)[0];
    if (!place) throw new NotFound();
    const { nameEn, aliases, intro, introEn, placeClass } = place;
    const own = { nameEn, aliases: textsOf(aliases).join('、'), intro, introEn, placeClass: placeClass ?? '' };
    res.set('Cache-Control', 'no-store').render('admin/place', {
      layout: 'work',
      title: nameOf(req.locale, place),
      currentPage: pathTo('placeDesk'),
      breadcrumbs: [
        { label: req.t('places:desk.title'), href: pathTo('placeDesk', { county: county?.code }) },
        { label: nameOf(req.locale, place) },
      ],
      fixed: {
        ...{ name: place.name, code: place.code, level: req.t(`places:level.${place.level}`) },
        within: place.parentId === null ? undefined : placeName(places, place.parentId, req.locale),
      },
      shopHref: pathTo('place', { code: place.code }),
      classes: PLACE_CLASSES.map((value) => ({ value, label: req.t(`bulletins:placeClass.${value}`) })),
      action: pathTo('editedPlace', { id }),
      form: formView(req.t, FIELDS, { ...own, ...typed }, faults),
    });
  }
}

function presentRow({ t }: Pick<Request, 't'>, node: PlaceNode, depth: number) {
  return {
    ...{ code: node.code, name: node.name, nameEn: node.nameEn, level: depth + 1 },
    aliases: node.aliases.join('、') || undefined,
    classLabel: node.placeClass ? t(`bulletins:placeClass.${node.placeClass}`) : undefined,
    href: pathTo('editedPlace', { id: node.id }),
  };
}

function flat(places: PlaceTree, nodes: readonly PlaceNode[], depth = 0): { node: PlaceNode; depth: number }[] {
  return nodes.flatMap((node) => [{ node, depth }, ...flat(places, places.childrenOf(node.id), depth + 1)]);
}
