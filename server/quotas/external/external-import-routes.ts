import { buffer } from 'node:stream/consumers';
import express, { type Request, type Response, type Router } from 'express';
import { type Actor, hasRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import { audit } from '../../db/audit.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { pathTo, patterns } from '../../paths.ts';
import { dayOf } from '../../shared/days.ts';
import { BadInput, type Fault, NotFound } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn } from '../../web/forms.ts';
import { byCell, readSheet } from '../../web/read-sheet.ts';
import { checkedUpload, uploadsIn } from '../../web/uploads.ts';
import type { OfflineParts } from '../offline/offline-routes.ts';
import { FUNDING_SOURCES } from '../offline/offline-schemas.ts';
import { purchaseChoices } from '../offline/purchase-choices.ts';
import { readLookups } from './external-lookups.ts';
import { externalMapping, openParts, WORDED, type Worded } from './external-mapping.ts';
import { findPlatform, knownLines, type Platform } from './external-queries.ts';
import { importReach } from './external-routes.ts';
import { importExternalPurchases, orderNumbersIn } from './import-external-purchases.ts';
import { planExternalImport } from './plan-external-import.ts';

const SHOWN = 50;

/** A platform's list from upload over preview to import: all of it or nothing (rule 15). */
export function externalImportRoutes(parts: OfflineParts): Router {
  const { db, files, clock } = parts;
  const router = express.Router();

  router.get(patterns.externalImport, async (req, res) => {
    await importReach(parts, actorOf(req));
    const platform = await findPlatform(db, String(req.params.code));
    if (openParts(platform.mapping).length > 0) {
      flash(req, 'info', req.t('external:import.mapFirst'));
      return res.redirect(303, pathTo('externalPlatform', { code: platform.code }));
    }
    showUpload(req, res, platform, []);
  });

  router.post(patterns.externalImport, async (req, res) => {
    const actor = actorOf(req);
    await importReach(parts, actor);
    const platform = await findPlatform(db, String(req.params.code));
    try {
      const [list] = uploadsIn(req, 'list');
      if (!list) throw new BadInput([{ path: 'list', code: 'chooseAFile' }]);
      await readSheet(list, 'list');
      const fileId = await files.keep(db, await checkedUpload(list, 'sheet', 'list'), actor.id);
      res.redirect(303, pathTo('externalPreview', { code: platform.code, fileId }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      showUpload(req, res.status(status), platform, faults);
    }
  });

  router.get(patterns.externalPreview, async (req, res) => showPreview(req, res, await uploaded(req)));

  router.post(patterns.externalAnswers, async (req, res) => {
    const list = await uploaded(req);
    const told = await remember(actorOf(req), list, req.body ?? {});
    flash(req, told > 0 ? 'success' : 'info', req.t('external:done.answers', { count: told }));
    res.redirect(303, pathTo('externalPreview', { code: list.platform.code, fileId: list.fileId }));
  });

  router.post(patterns.externalPreview, async (req, res) => {
    const list = await uploaded(req);
    try {
      const { platform, fileId, rows, lookups } = list;
      const source = { platformId: platform.id, fileId, rows, lookups, mapping: platform.mapping };
      const done = await importExternalPurchases(db, actorOf(req), source, clock());
      flash(req, 'success', req.t('external:done.imported', { ...done }));
      res.redirect(303, pathTo('externalPurchases'));
    } catch (error) {
      refusedForm(error);
      await showPreview(req, res.status(422), list);
    }
  });

  return router;

  /** The list in the path, for whoever uploaded it. */
  async function uploaded(req: Request) {
    const actor = actorOf(req);
    const reach = await importReach(parts, actor);
    const platform = await findPlatform(db, String(req.params.code));
    const file = await db.file.findUnique({ where: { id: idIn(req.params.fileId) } });
    const bytes = file && file.byId === actor.id ? await files.open(file.sha256) : null;
    if (!file || !bytes) throw new NotFound();
    const rows = await readSheet({ name: file.name, bytes: await buffer(bytes) }, 'list');
    const mayImportFor = (unitId: number) => reach.seesAll || hasRole(actor, 'operator') || reach.organized.has(unitId);
    const lookups = await readLookups(db, platform.mapping, mayImportFor, fundingNames(req));
    return { reach, platform, fileId: file.id, name: file.name, rows, lookups, mayImportFor };
  }

  type Uploaded = Awaited<ReturnType<typeof uploaded>>;

  /** Keeps what a person told of unknown words: a unit's as its alias, others with the platform's mapping. Returns how many. */
  async function remember(actor: Actor, list: Uploaded, body: Record<string, unknown>): Promise<number> {
    const { platform, mayImportFor } = list;
    const told = (part: string) =>
      Object.entries(body).flatMap(([name, code]) =>
        name.startsWith(`${part}:`) && typeof code === 'string' && code !== ''
          ? [[name.slice(part.length + 1), code] as const]
          : [],
      );
    const units = await db.unit.findMany({
      where: { code: { in: told('unit').map(([, code]) => code) } },
      select: { id: true, code: true },
    });
    const aliases = told('unit').flatMap(([alias, code]) => {
      const unit = units.find((one) => one.code === code);
      return unit && mayImportFor(unit.id) && alias.length <= 128 ? [{ unitId: unit.id, alias }] : [];
    });
    const words = Object.fromEntries(
      WORDED.map((part: Worded) => [part, { ...platform.mapping.words[part], ...Object.fromEntries(told(part)) }]),
    );
    const mapping = externalMapping.parse({ ...platform.mapping, words });
    await inTransaction(db, async (tx) => {
      await tx.unitAlias.createMany({ data: aliases, skipDuplicates: true });
      await tx.externalPlatform.update({ where: { id: platform.id }, data: { mapping }, select: { id: true } });
      await audit(tx, {
        ...{
          at: clock(),
          actorId: actor.id,
          action: 'external.words',
          subjectType: 'external_platform',
          subjectId: platform.id,
        },
        after: { aliases, ...words },
      });
    });
    return aliases.length + WORDED.reduce((sum, part) => sum + told(part).length, 0);
  }

  function showUpload(req: Request, res: Response, platform: Platform, faults: Fault[]): void {
    const title = req.t('external:import.title', { name: platform.name });
    res.render('quotas/purchases/external-import', {
      ...page(req, title),
      action: pathTo('externalImport', { code: platform.code }),
      mappingHref: pathTo('externalPlatform', { code: platform.code }),
      form: formView(req.t, ['list'], {}, faults),
    });
  }

  async function showPreview(req: Request, res: Response, list: Uploaded): Promise<void> {
    const { platform, rows, lookups, fileId, reach } = list;
    const { mapping } = platform;
    const known = await knownLines(db, platform.id, orderNumbersIn({ rows, mapping }));
    const plan = planExternalImport(rows, mapping, lookups, known, dayOf(clock()));
    const unitIds = [...new Set(plan.added.map(({ unitId }) => unitId))];
    const names = await db.unit.findMany({
      where: { id: { in: unitIds } },
      select: { id: true, name: true, nameEn: true },
    });
    const asked = plan.asked.filter(({ word }) => word !== '');
    const title = req.t('external:preview.title', { name: platform.name });
    res.set('Cache-Control', 'no-store');
    res.render('quotas/purchases/external-preview', {
      ...page(req, title),
      fileName: list.name,
      counts: {
        added: plan.added.length,
        lowered: plan.lowered.length,
        same: plan.same,
        empty: plan.empty,
        faults: plan.faults.length,
      },
      addedFen: plan.added.reduce((sum, { fen }) => sum + fen, 0),
      faults: byCell(plan.faults)
        .slice(0, SHOWN)
        .map(({ path, code, values }) => ({
          cell: /^[A-Z]+\d+$/.test(path) ? path : req.t(`external:part.${path}`),
          text: req.t(`faults:${code}`, values),
        })),
      moreFaults: Math.max(0, plan.faults.length - SHOWN),
      asked: await askedFor(req, asked, reach.seesAll, reach.organized),
      rows: plan.added.slice(0, SHOWN).map((line) => {
        const unit = names.find(({ id }) => id === line.unitId);
        return {
          ...line,
          unitName: (req.locale === 'en' && unit?.nameEn) || unit?.name,
          fundingLabel: req.t(`quotas:funding.${line.fundingSource}`),
        };
      }),
      lowered: plan.lowered.slice(0, SHOWN).map(({ before, after }) => ({
        orderNumber: before.orderNumber,
        goods: before.goods,
        beforeFen: before.fen,
        afterFen: after.fen,
      })),
      mayImport: plan.faults.length === 0 && asked.length === 0 && plan.added.length + plan.lowered.length > 0,
      hrefs: {
        import: pathTo('externalPreview', { code: platform.code, fileId }),
        answers: pathTo('externalAnswers', { code: platform.code, fileId }),
        mapping: pathTo('externalPlatform', { code: platform.code }),
        again: pathTo('externalImport', { code: platform.code }),
      },
    });
  }

  async function askedFor(
    req: Request,
    asked: { part: string; word: string }[],
    all: boolean,
    organized: ReadonlySet<number>,
  ) {
    if (asked.length === 0) return [];
    const { categories, places } = await purchaseChoices(db, req.locale, dayOf(clock()));
    const units = await db.unit.findMany({
      where: all ? { state: 'active' } : { id: { in: [...organized] } },
      select: { code: true, name: true, nameEn: true },
      orderBy: { id: 'asc' },
    });
    const choices: Record<string, { value: string; label: string }[]> = {
      unit: units.map(({ code, name, nameEn }) => ({ value: code, label: (req.locale === 'en' && nameEn) || name })),
      ...{ category: categories, origin: places },
      fundingSource: FUNDING_SOURCES.map((value) => ({ value, label: req.t(`quotas:funding.${value}`) })),
    };
    return asked.map(({ part, word }, index) => ({
      name: `${part}:${word}`,
      fieldId: `asked-${index}`,
      label: req.t('external:preview.ask', { part: req.t(`external:part.${part}`), word }),
      choices: choices[part],
    }));
  }
}

function page(req: Request, title: string) {
  return {
    layout: 'work',
    title,
    currentPage: pathTo('externalPurchases'),
    breadcrumbs: [{ label: req.t('external:list.title'), href: pathTo('externalPurchases') }, { label: title }],
  };
}

/** What lists call the funding sources: as the market does; other words are asked for. */
function fundingNames(req: Request) {
  const name = (source: (typeof FUNDING_SOURCES)[number]) => [req.t(`quotas:funding.${source}`)];
  return { canteen_budget: name('canteen_budget'), union_funds: name('union_funds'), individual: name('individual') };
}
