import express, { type Request, type Response, type Router } from 'express';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { NotFound } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { type FormView, formView, refusedForm } from '../web/form-view.ts';
import { read } from '../web/forms.ts';
import { presentAddress, presentAddresses } from './account-presenter.ts';
import { addressForm, idParam } from './account-schemas.ts';
import { unitsBoughtFor } from './actor.ts';
import { type AddressRow, addressesFor, findAddressFor } from './address-queries.ts';
import { provinceChoices, regionParts } from './address-region.ts';
import { removeAddress } from './remove-address.ts';
import { localReturnTo } from './return-to.ts';
import { addAddress, changeAddress, makeDefaultAddress } from './save-address.ts';
import { actorOf } from './who-acts.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const FIELDS = ['recipient', 'phone', 'province', 'city', 'county', 'detail', 'unitId', 'isDefault'];

/** The address book: own addresses and those of the units bought for. */
export function addressRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.addresses, async (req, res) => {
    const addresses = await addressesFor(db, actorOf(req));
    res.render('accounts/addresses', {
      title: req.t('accounts:addresses.title'),
      groups: presentAddresses(req.t, req.locale, addresses),
    });
  });

  router.get(patterns.newAddress, (req, res) => {
    actorOf(req);
    const values = { returnTo: returnTo(req.query.returnTo), unitId: req.query.unitId };
    showForm(req, res, null, { values });
  });

  router.post(patterns.addresses, async (req, res) => {
    const actor = actorOf(req);
    try {
      await addAddress(db, actor, read(addressForm, req.body));
      flash(req, 'success', req.t('accounts:addresses.added'));
      res.redirect(303, returnTo(req.body.returnTo));
    } catch (error) {
      showRefused(req, res, null, error);
    }
  });

  router.get(patterns.address, async (req, res) => {
    const address = await addressOf(req);
    const values = { ...presentAddress(req.locale, address), ...regionParts(address.region) };
    showForm(req, res, address, { values });
  });

  router.post(patterns.address, async (req, res) => {
    const address = await addressOf(req);
    try {
      const { unitId: _owner, ...changed } = read(addressForm, req.body);
      await changeAddress(db, actorOf(req), address.id, changed);
      flash(req, 'success', req.t('accounts:addresses.saved'));
      res.redirect(303, returnTo(req.body.returnTo));
    } catch (error) {
      showRefused(req, res, address, error);
    }
  });

  router.post(patterns.addressDefault, async (req, res) => {
    await makeDefaultAddress(db, actorOf(req), (await addressOf(req)).id);
    flash(req, 'success', req.t('accounts:addresses.madeDefault'));
    res.redirect(303, pathTo('addresses'));
  });

  router.post(patterns.addressRemoval, async (req, res) => {
    await removeAddress(db, actorOf(req), (await addressOf(req)).id, clock());
    flash(req, 'success', req.t('accounts:addresses.removed'));
    res.redirect(303, pathTo('addresses'));
  });

  return router;

  async function addressOf(req: Request): Promise<AddressRow> {
    const actor = actorOf(req);
    const { success, data } = idParam.safeParse(req.params);
    const address = success ? await findAddressFor(db, actor, data.id) : null;
    if (!address) throw new NotFound();
    return address;
  }
}

function returnTo(text: unknown): string {
  return localReturnTo(text, pathTo('addresses'));
}

function showRefused(req: Request, res: Response, address: AddressRow | null, error: unknown): void {
  const { status, faults } = refusedForm(error);
  const { _csrf, ...typed } = req.body ?? {};
  const values = { ...typed, returnTo: returnTo(typed.returnTo) };
  showForm(req, res.status(status), address, formView(req.t, FIELDS, values, faults));
}

/** The form of a new address (`address` null), which may be a unit's, or of one that keeps its owner. */
function showForm(req: Request, res: Response, address: AddressRow | null, form: FormView): void {
  const actor = actorOf(req);
  const buyable = new Set(unitsBoughtFor(actor));
  const units = actor.grants.filter((grant) => grant.role === 'buyer' && grant.unitId && buyable.delete(grant.unitId));
  res.render('accounts/address-form', {
    title: req.t(address ? 'accounts:addresses.editTitle' : 'accounts:addresses.newTitle'),
    action: address ? pathTo('address', { id: address.id }) : pathTo('addresses'),
    address: address && presentAddress(req.locale, address),
    provinces: provinceChoices(),
    owners: address
      ? []
      : units.map((grant) => ({
          value: grant.unitId,
          label: (req.locale === 'en' && grant.unitNameEn) || grant.unitName,
        })),
    form,
  });
}
