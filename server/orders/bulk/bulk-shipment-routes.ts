import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { requireRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import { textOfFile } from '../../cart/quick-order-file.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { BadInput } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { read } from '../../web/forms.ts';
import { readSheet } from '../../web/read-sheet.ts';
import { type Upload, uploadsIn } from '../../web/uploads.ts';
import { listFulfilments } from '../order-queries.ts';
import { presentChecked } from './bulk-shipment-presenter.ts';
import { checkShipments } from './check-shipments.ts';
import { shipSeveral } from './ship-several.ts';
import {
  MOST_ROWS,
  markRounded,
  type ShipmentRow,
  shipmentRowsOfTable,
  shipmentRowsOfText,
  textOfShipmentRows,
} from './shipment-rows.ts';
import { shipmentTemplate } from './shipment-template.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

/** `rest`: rows that were found wrong before, to be corrected after the others have gone. */
const listForm = z.object({ text: z.string().max(100_000).default(''), rest: z.string().max(100_000).default('') });

/** Tracking numbers of many parcels at once: pasted or uploaded, checked row by row, and only then shipped. */
export function bulkShipmentRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.bulkShipment, (req, res) => showForm(req, res, {}, []));

  router.get(patterns.bulkShipmentTemplate, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'supplier', 'work_team');
    const parcels = await listFulfilments(db, actor, ['to_confirm', 'confirmed'], null, MOST_ROWS, {
      oldestFirst: true,
    });
    const ready = parcels.filter(
      ({ order, lines }) =>
        (!order.harvest || order.harvest.state === 'harvested') && lines.every((line) => line.pricePerKgFen === null),
    );
    res.set('Cache-Control', 'no-store');
    res.attachment(`${req.t('bulkShipment:sheet.file')}.xlsx`).send(await shipmentTemplate(req, ready));
  });

  router.post(patterns.bulkShipmentCheck, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'supplier', 'work_team');
    try {
      const { text } = read(listForm, req.body);
      const [file] = uploadsIn(req, 'list');
      const { rows, left } = taken(file ? await rowsOfFile(file) : shipmentRowsOfText(text));
      const checked = await checkShipments(db, actor, rows);
      res.set('Cache-Control', 'no-store').render('supplier/bulk-shipment-check', {
        ...pageOf(req, 'check'),
        ...presentChecked(req, checked),
        left,
        action: pathTo('bulkShipment'),
        text: textOfShipmentRows(rows),
        good: textOfShipmentRows(checked.filter(({ shipment }) => shipment).map(({ row }) => row)),
        bad: textOfShipmentRows(checked.filter(({ shipment }) => !shipment).map(({ row }) => row)),
      });
    } catch (error) {
      const { status, faults } = refusedForm(error);
      showForm(req, res.status(status), req.body ?? {}, faults);
    }
  });

  router.post(patterns.bulkShipment, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'supplier', 'work_team');
    try {
      const { text, rest } = read(listForm, req.body);
      const { rows } = taken(shipmentRowsOfText(text));
      const results = await shipSeveral(db, actor, await checkShipments(db, actor, rows), clock());
      const missed = results.filter(({ isShipped }) => !isShipped).map(({ row }) => row);
      if (missed.length === 0 && rest === '') {
        flash(req, 'success', req.t('bulkShipment:flash.shipped', { count: results.length }));
        return res.redirect(303, pathTo('supplierFulfilments', { state: 'shipped' }));
      }
      res.status(missed.length === results.length ? 422 : 200);
      res.set('Cache-Control', 'no-store').render('supplier/bulk-shipment-check', {
        ...pageOf(req, 'result'),
        ...presentChecked(req, results),
        isDone: true,
        shippedCount: results.length - missed.length,
        text: [textOfShipmentRows(missed), rest].filter(Boolean).join('\n'),
      });
    } catch (error) {
      const { status, faults } = refusedForm(error);
      showForm(req, res.status(status), req.body ?? {}, faults);
    }
  });

  return router;
}

/** The rows that say something; a parcel of the template without carrier and number stays for later. */
function taken(rows: readonly ShipmentRow[]): { rows: ShipmentRow[]; left: number } {
  const said = rows.filter(({ carrier, trackingNumber }) => carrier !== '' || trackingNumber !== '');
  if (said.length === 0) throw new BadInput([{ path: 'text', code: 'nothingToShip' }]);
  if (said.length > MOST_ROWS)
    throw new BadInput([{ path: 'text', code: 'tooManyRows', values: { maximum: MOST_ROWS } }]);
  return { rows: said, left: rows.length - said.length };
}

async function rowsOfFile(file: Upload): Promise<ShipmentRow[]> {
  const text = await textOfFile(file, 'list');
  return text === null ? shipmentRowsOfTable(await readSheet(file, 'list', markRounded)) : shipmentRowsOfText(text);
}

function showForm(
  req: Request,
  res: Response,
  values: Record<string, unknown>,
  faults: ReturnType<typeof refusedForm>['faults'],
): void {
  requireRole(actorOf(req), 'supplier', 'work_team');
  res.render('supplier/bulk-shipment', {
    ...pageOf(req, 'form'),
    action: pathTo('bulkShipmentCheck'),
    templateHref: pathTo('bulkShipmentTemplate'),
    mostRows: MOST_ROWS,
    form: formView(req.t, ['text', 'list'], values, faults),
  });
}

function pageOf(req: Request, page: 'form' | 'check' | 'result') {
  const title = req.t(page === 'form' ? 'bulkShipment:title' : `bulkShipment:${page}.title`);
  const desk = { label: req.t('supplier:list.title'), href: pathTo('supplierFulfilments', { state: 'confirmed' }) };
  const form = { label: req.t('bulkShipment:title'), href: pathTo('bulkShipment') };
  return {
    layout: 'work',
    title,
    currentPath: pathTo('supplierFulfilments'),
    breadcrumbs: page === 'form' ? [desk, { label: title }] : [desk, form, { label: title }],
  };
}
