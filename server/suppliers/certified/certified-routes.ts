import express, { type Request, type Router } from 'express';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import { idsBelow } from '../../shared/tree.ts';
import { placeTree } from '../../units/place-tree.ts';
import { countStandings } from '../certification-register.ts';
import { publicRegisterQuery } from '../certification-schemas.ts';
import { exportCertified } from './certified-excel.ts';
import {
  type CertifiedFilters,
  presentCertified,
  presentRow,
  presentRows,
  toldFilters,
} from './certified-presenter.ts';
import { findByNumber, listPublicRegister, wholePublicRegister } from './public-register.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
  config: { baseUrl: string };
}

const PER_PAGE = 30;
const MOST_IN_EXCEL = 20_000;
const MOST_ON_PAPER = 1000;

/** The register of certified suppliers and products, for anyone: listed, printed, downloaded, and a number verified (rule 17). */
export function certifiedRoutes({ db, clock, config }: Parts): Router {
  const router = express.Router();

  router.get(patterns.certified, async (req, res) => {
    const { filters, cursor, query, scope, place } = await asked(req);
    const isUnknownPlace = filters.place !== undefined && place === undefined;
    const [list, counts] = await Promise.all([
      listPublicRegister(db, scope, { ...query, cursor, limit: PER_PAGE }),
      countStandings(db, scope, query),
    ]);
    res.status(isUnknownPlace ? 404 : 200);
    res.render(
      'suppliers/certified',
      presentCertified(req, scope.tree, scope.today, { filters, place, counts, ...list }),
    );
  });

  router.get(patterns.certifiedExcel, async (req, res) => {
    const { rows, isCut } = await whole(req, MOST_IN_EXCEL);
    const file = await exportCertified(req, rows, isCut ? req.t('certified:cut', { count: MOST_IN_EXCEL }) : undefined);
    res.attachment(`${req.t('certified:title')}.xlsx`).send(file);
  });

  router.get(patterns.certifiedSheet, async (req, res) => {
    const { rows, isCut, told, filters, today } = await whole(req, MOST_ON_PAPER);
    res.render('suppliers/certified-sheet', {
      layout: 'print',
      title: req.t('certified:title'),
      backHref: pathTo('certified', { ...filters }),
      ...{ rows, told, today, address: `${config.baseUrl}${pathTo('certified')}` },
      cutText: isCut ? req.t('certified:cut', { count: MOST_ON_PAPER }) : undefined,
    });
  });

  router.get(patterns.certifiedNumber, async (req, res) => {
    const typed = typeof req.query.number === 'string' ? req.query.number.trim().slice(0, 200) : '';
    const [tree, found] = await Promise.all([placeTree(db), typed === '' ? null : findByNumber(db, typed)]);
    const row = found ? presentRow(req, tree, dayOf(clock()), found) : undefined;
    res.set('Cache-Control', 'no-cache');
    res.render('suppliers/certified-number', {
      title: req.t('certified:verify.title'),
      breadcrumbs: [
        { label: req.t('certified:title'), href: pathTo('certified') },
        { label: req.t('certified:verify.title') },
      ],
      ...{ typed, today: dayOf(clock()) },
      ...{ row, holds: row?.standing === 'valid' || row?.standing === 'expiring' },
    });
  });

  return router;

  async function asked(req: Request) {
    const read = publicRegisterQuery.safeParse(req.query);
    if (!read.success) throw new NotFound();
    const { standing, of, place: code, q, cursor } = read.data;
    const filters: CertifiedFilters = {
      ...{ standing: standing || undefined, of: of || undefined },
      ...{ place: code || undefined, q: q || undefined },
    };
    const tree = await placeTree(db);
    const place = filters.place === undefined ? undefined : tree.byCode.get(filters.place);
    // An unknown place has nothing certified: never everything.
    const placeIds = filters.place === undefined ? undefined : place ? idsBelow(tree, place.id) : [];
    const query = { standing: filters.standing, of: filters.of, q: filters.q, placeIds };
    return { filters, cursor, query, place, scope: { today: dayOf(clock()), tree, places: null, isPublic: true } };
  }

  async function whole(req: Request, most: number) {
    const { filters, query, place, scope } = await asked(req);
    if (filters.place !== undefined && place === undefined) throw new NotFound();
    const { rows, isCut } = await wholePublicRegister(db, scope, query, most);
    const { tree, today } = scope;
    const told = toldFilters(req, tree, filters);
    return { rows: presentRows(req, tree, today, rows), isCut, filters, today, told };
  }
}
