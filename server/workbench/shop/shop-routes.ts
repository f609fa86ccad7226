import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../../accounts/who-acts.ts';
import { inLanguage } from '../../catalog/catalog-reader.ts';
import type { FileStore } from '../../clients/file-store.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { BadInput, type Fault, NotFound } from '../../shared/errors.ts';
import { formatYuan } from '../../shared/money.ts';
import { BENEFIT_MODES, readBenefits, type Typed } from '../../suppliers/applications/application-form.ts';
import { placeTree } from '../../units/place-tree.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { sendFile } from '../../web/send-file.ts';
import { checkedUpload, uploadsIn } from '../../web/uploads.ts';
import { requireSeller } from '../own-goods.ts';
import { saveShop } from './save-shop.ts';
import { SHOP_FIELDS, shopForm } from './shop-form.ts';
import { benefitsOfYear, findEvidence, ownShops, type Shop } from './shop-queries.ts';
import { tellBenefit, yearsToTell } from './tell-benefit.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
  clock: Clock;
}

interface Refused {
  of: 'shop' | 'benefit';
  faults: Fault[];
}

const BENEFIT_FIELDS = BENEFIT_MODES.flatMap((mode) => [`benefit.${mode}.households`, `benefit.${mode}.payout`]);

/** A supplier's own shop: what it says of itself, freight and least order, bank account, and each year what farmers got (rule 19). */
export function shopRoutes({ db, files, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.supplierShop, (req, res) => show(req, res));

  router.post(patterns.supplierShop, async (req, res) => {
    const actor = actorOf(req);
    requireSeller(actor);
    const supplier = idIn(req.body?.supplier);
    try {
      await saveShop(db, actor, supplier, read(shopForm, req.body), clock());
      flash(req, 'success', req.t('shop:flash.saved'));
      res.redirect(303, pathTo('supplierShop', { supplier }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), { of: 'shop', faults });
    }
  });

  router.post(patterns.supplierBenefit, async (req, res) => {
    const actor = actorOf(req);
    requireSeller(actor);
    const supplier = idIn(req.body?.supplier);
    const year = Number(req.body?.year);
    try {
      const told = { year, benefits: benefitsIn(req.body), evidence: await evidenceIn(req) };
      await tellBenefit({ db, files }, actor, supplier, told, clock());
      flash(req, 'success', req.t('shop:flash.told', { year }));
      res.redirect(303, pathTo('supplierShop', { supplier, year }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), { of: 'benefit', faults });
    }
  });

  router.get(patterns.benefitEvidence, async (req, res) => {
    const [supplierId, year] = [idIn(req.params.id), idIn(req.params.year)];
    const file = await findEvidence(db, actorOf(req), await placeTree(db), supplierId, year);
    await sendFile(res, files, file, 'private, no-store');
  });

  return router;

  async function show(req: Request, res: Response, refused?: Refused): Promise<void> {
    const actor = actorOf(req);
    requireSeller(actor);
    const shops = await ownShops(db, actor);
    const asked = String((refused ? req.body?.supplier : req.query.supplier) ?? '');
    const shop = shops.find(({ id }) => String(id) === asked) ?? shops[0];
    if (!shop) throw new NotFound();
    const years = yearsToTell(dayOf(clock()));
    const wanted = Number((refused ? req.body?.year : req.query.year) ?? 0);
    const year = years.find((one) => one === wanted) ?? years[0] ?? 0;
    const told = await benefitsOfYear(db, shop.id, year);
    const title = req.t('shop:title');
    res.set('Cache-Control', 'no-store').render('workbench/shop', {
      layout: 'work',
      title,
      currentPath: pathTo('supplierShop'),
      action: pathTo('supplierShop'),
      benefitAction: pathTo('supplierBenefit'),
      supplier: { id: shop.id, name: inLanguage(req.locale, shop.name, shop.nameEn) },
      publicHref: pathTo('supplier', { id: shop.id }),
      tabs: shops.map((one) => ({
        label: inLanguage(req.locale, one.name, one.nameEn),
        href: pathTo('supplierShop', { supplier: one.id }),
        current: one === shop,
      })),
      isOneOfMany: shops.length > 1,
      ...{ year, isTold: told.length > 0 },
      years: years.map((one) => ({
        label: String(one),
        href: `${pathTo('supplierShop', { supplier: shop.id, year: one })}#benefit`,
        current: one === year,
      })),
      benefits: BENEFIT_MODES.map((mode) => ({
        label: req.t(`catalog:benefit.${mode}`),
        ...{ households: `benefit.${mode}.households`, payout: `benefit.${mode}.payout` },
      })),
      evidenceName: told.find(({ evidence }) => evidence)?.evidence?.name,
      evidenceHref: pathTo('benefitEvidence', { id: shop.id, year }),
      form: refused?.of === 'shop' ? formView(req.t, SHOP_FIELDS, req.body, refused.faults) : { values: typedOf(shop) },
      benefitForm:
        refused?.of === 'benefit'
          ? formView(req.t, [...BENEFIT_FIELDS, 'evidence'], req.body, refused.faults)
          : { values: benefitsTyped(told) },
    });
  }

  async function evidenceIn(req: Request) {
    const [upload] = uploadsIn(req, 'evidence');
    return upload ? { ...(await checkedUpload(upload, 'evidence', 'evidence')) } : null;
  }
}

function benefitsIn(body: unknown) {
  const entries = Object.entries(body ?? {}).flatMap(([field, value]) =>
    BENEFIT_FIELDS.includes(field) && typeof value === 'string' && value.trim() !== '' ? [[field, value.trim()]] : [],
  );
  const { benefits, faults } = readBenefits(Object.fromEntries(entries) as Typed);
  if (faults.length > 0) throw new BadInput(faults);
  return benefits;
}

const plainYuan = (fen: number | bigint) => formatYuan(fen).replaceAll(',', '');

function typedOf(shop: Shop): Record<string, unknown> {
  const { minOrderFen, freightFen, freeFreightFromFen } = shop;
  return {
    ...shop,
    minOrderFen: minOrderFen === 0 ? '' : plainYuan(minOrderFen),
    freightFen: plainYuan(freightFen),
    freeFreightFromFen: freeFreightFromFen === null ? '' : plainYuan(freeFreightFromFen),
  };
}

function benefitsTyped(told: readonly { mode: string; households: number; yearlyPayoutFen: bigint }[]): Typed {
  return Object.fromEntries(
    told.flatMap(({ mode, households, yearlyPayoutFen }) => [
      [`benefit.${mode}.households`, String(households)],
      [`benefit.${mode}.payout`, plainYuan(yearlyPayoutFen)],
    ]),
  );
}
