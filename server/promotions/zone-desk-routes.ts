import express, { type Request, type Response, type Router } from 'express';
import { hasRole, requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { inLanguage, nameOf } from '../catalog/catalog-reader.ts';
import { forgetCatalog } from '../catalog/forget-catalog.ts';
import { productsNamed } from '../catalog/products-named.ts';
import { everyZone } from '../catalog/zone-list.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { type Fault, NotFound } from '../shared/errors.ts';
import { placeTree } from '../units/place-tree.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { closeZone, orderZone, reopenZone } from './arrange-zones.ts';
import { addToZone, describeZone, moveInZone, openZone, takeFromZone } from './edit-zone.ts';
import { presentGroups } from './zone-desk-presenter.ts';
import { mayFillZone } from './zone-policy.ts';
import {
  newZoneForm,
  zoneClosingForm,
  zoneMoveForm,
  zoneOrderForm,
  zoneProductForm,
  zoneTextForm,
} from './zone-schemas.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const FIELDS = ['name', 'nameEn', 'intro', 'introEn', 'kind', 'code', 'place', 'unit', 'productId', 'closedReason'];
const KINDS = ['pavilion', 'unit_zone', 'theme', 'cabinet'] as const;

/** Pavilions, zones and cabinets as they are filled: by operators, and a unit's own by the unit. */
export function zoneDeskRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.zoneDesk, (req, res) => showAll(req, res, {}, []));

  router.post(patterns.zoneDesk, async (req, res) => {
    try {
      const id = await openZone(db, actorOf(req), read(newZoneForm, req.body), clock());
      done(req, res, 'opened', id);
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showAll(req, res.status(status), req.body ?? {}, faults);
    }
  });

  router.get(patterns.ownZone, (req, res) => showOne(req, res, {}, []));

  router.post(patterns.ownZone, (req, res) =>
    act(req, res, 'described', (id) => describeZone(db, actorOf(req), id, read(zoneTextForm, req.body), clock())),
  );
  router.post(patterns.zoneAddition, (req, res) =>
    act(req, res, 'added', (id) => addToZone(db, actorOf(req), id, read(zoneProductForm, req.body).productId, clock())),
  );
  router.post(patterns.zoneRemoval, (req, res) =>
    act(req, res, 'takenOut', (id) =>
      takeFromZone(db, actorOf(req), id, read(zoneProductForm, req.body).productId, clock()),
    ),
  );
  router.post(patterns.zoneMove, (req, res) =>
    act(req, res, 'moved', (id) => moveInZone(db, actorOf(req), id, read(zoneMoveForm, req.body))),
  );

  router.post(patterns.zoneClosing, (req, res) =>
    act(req, res, 'closed', (id) =>
      closeZone(db, actorOf(req), id, read(zoneClosingForm, req.body).closedReason, clock()),
    ),
  );
  router.post(patterns.zoneReopening, (req, res) =>
    act(req, res, 'reopened', (id) => reopenZone(db, actorOf(req), id, clock())),
  );
  router.post(patterns.zoneOrder, async (req, res) => {
    await orderZone(db, actorOf(req), idIn(req.params.id), read(zoneOrderForm, req.body).direction, clock());
    forgetCatalog(db);
    flash(req, 'success', req.t('zones:done.ordered'));
    res.redirect(303, pathTo('zoneDesk'));
  });

  return router;

  function done(req: Request, res: Response, what: string, id: number): void {
    forgetCatalog(db);
    flash(req, 'success', req.t(`zones:done.${what}`));
    res.redirect(303, pathTo('ownZone', { id, q: typeof req.body?.q === 'string' ? req.body.q : undefined }));
  }

  async function act(req: Request, res: Response, what: string, work: (id: number) => Promise<void>): Promise<void> {
    try {
      await work(idIn(req.params.id));
      done(req, res, what, idIn(req.params.id));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showOne(req, res.status(status), req.body ?? {}, faults);
    }
  }

  async function showAll(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    requireRole(actor, 'operator', 'buyer', 'approver');
    const isOperator = hasRole(actor, 'operator');
    const [zones, places, counts] = await Promise.all([
      everyZone(db),
      placeTree(db),
      db.zoneProduct.groupBy({ by: ['zoneId'], _count: true }),
    ]);
    const countOf = new Map(counts.map(({ zoneId, _count }) => [zoneId, _count]));
    const units = isOperator
      ? await db.unit.findMany({
          where: { state: 'active' },
          select: { code: true, name: true, nameEn: true },
          orderBy: { id: 'asc' },
          take: 500,
        })
      : [];
    res.render('zones/desk', {
      layout: 'work',
      title: req.t('zones:desk.title'),
      groups: presentGroups(
        req,
        zones.filter((zone) => mayFillZone(actor, zone)),
        countOf,
      ),
      isOperator,
      action: isOperator ? pathTo('zoneDesk') : undefined,
      kinds: KINDS.map((kind) => ({ value: kind, label: req.t(`zones:kinds.${kind}`) })),
      places: [...places.byId.values()]
        .filter(({ level }) => level !== 'village')
        .map((place) => ({ value: place.code, label: nameOf(req.locale, place) })),
      units: units.map((unit) => ({ value: unit.code, label: nameOf(req.locale, unit) })),
      form: formView(req.t, FIELDS, typed, faults),
    });
  }

  async function showOne(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    const id = idIn(req.params.id);
    const zone = await db.zone.findUnique({ where: { id } });
    if (!zone || !mayFillZone(actor, zone)) throw new NotFound();
    const held = await db.zoneProduct.findMany({
      where: { zoneId: id },
      orderBy: [{ sort: 'asc' }, { productId: 'asc' }],
      select: {
        product: {
          select: {
            ...{ id: true, spec: true, specEn: true, priceFen: true, state: true },
            family: { select: { name: true, nameEn: true } },
            supplier: { select: { name: true, nameEn: true } },
          },
        },
      },
    });
    const inZone = new Set(held.map(({ product }) => product.id));
    const q = String(req.query.q ?? req.body?.q ?? '')
      .trim()
      .slice(0, 64);
    const found = q ? await productsNamed(db, q) : [];
    const { name, nameEn, intro, introEn } = zone;
    const isOperator = hasRole(actor, 'operator');
    res.render('zones/own', {
      layout: 'work',
      title: nameOf(req.locale, zone),
      kindLabel: req.t(`zones:kinds.${zone.kind}`),
      currentPage: pathTo('zoneDesk'),
      breadcrumbs: [
        { label: req.t('zones:desk.title'), href: pathTo('zoneDesk') },
        { label: nameOf(req.locale, zone) },
      ],
      shopHref: pathTo('zone', { code: zone.code }),
      closedOn: zone.closedAt ? dayOf(zone.closedAt) : undefined,
      closedReason: zone.closedReason,
      closeAction: isOperator && !zone.closedAt ? pathTo('zoneClosing', { id }) : undefined,
      reopenAction: isOperator && zone.closedAt ? pathTo('zoneReopening', { id }) : undefined,
      isClosing: faults.some(({ path }) => path === 'closedReason'),
      q,
      found: found.map((product) => ({
        id: product.id,
        name: nameOf(req.locale, product),
        spec: inLanguage(req.locale, product.spec, product.specEn),
        supplierName: inLanguage(req.locale, product.supplierName, product.supplierNameEn),
        isIn: inZone.has(product.id),
      })),
      products: held.map(({ product }, index) => ({
        id: product.id,
        href: pathTo('product', { id: product.id }),
        name: nameOf(req.locale, product.family),
        spec: inLanguage(req.locale, product.spec, product.specEn),
        supplierName: nameOf(req.locale, product.supplier),
        priceFen: product.priceFen,
        isOff: product.state !== 'on_sale',
        isFirst: index === 0,
        isLast: index === held.length - 1,
      })),
      selfHref: pathTo('ownZone', { id }),
      addAction: pathTo('zoneAddition', { id }),
      removeAction: pathTo('zoneRemoval', { id }),
      moveAction: pathTo('zoneMove', { id }),
      form: formView(req.t, FIELDS, { name, nameEn, intro, introEn, ...typed }, faults),
    });
  }
}
