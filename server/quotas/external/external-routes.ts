import express, { type Request, type Response, type Router } from 'express';
import { type Actor, hasRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import { audit } from '../../db/audit.ts';
import { isDuplicate } from '../../db/faults.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { pathTo, patterns } from '../../paths.ts';
import { dayOf } from '../../shared/days.ts';
import { BadInput, type Fault, NotAllowed, RuleRefusal } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { read } from '../../web/forms.ts';
import { readSheet } from '../../web/read-sheet.ts';
import { uploadsIn } from '../../web/uploads.ts';
import { type Reach, reachOf } from '../offline/offline-policy.ts';
import type { OfflineParts } from '../offline/offline-routes.ts';
import { FUNDING_SOURCES } from '../offline/offline-schemas.ts';
import { purchaseChoices } from '../offline/purchase-choices.ts';
import { WEIGHT_UNITS } from '../sheets/sheet-cells.ts';
import {
  EXTERNAL_PARTS,
  type ExternalMapping,
  externalMapping,
  FIXABLE,
  mappingForm,
  platformForm,
} from './external-mapping.ts';
import { findPlatform, listPlatforms, type Platform } from './external-queries.ts';

/** Importing is the organizers' for the units of their groups, and the operator's for all. Throws NotAllowed for anyone else. */
export async function importReach({ db, clock }: Pick<OfflineParts, 'db' | 'clock'>, actor: Actor): Promise<Reach> {
  const reach = await reachOf(db, actor, dayOf(clock()));
  if (reach.organized.size === 0 && !hasRole(actor, 'operator')) throw new NotAllowed();
  return reach;
}

/** External platforms and how their lists are read (rule 15). */
export function externalRoutes(parts: OfflineParts): Router {
  const { db, clock } = parts;
  const router = express.Router();

  router.get(patterns.externalPurchases, (req, res) => showAll(req, res, {}, []));

  router.post(patterns.externalPurchases, async (req, res) => {
    const actor = actorOf(req);
    await importReach(parts, actor);
    try {
      const { code, name } = read(platformForm, req.body);
      await addPlatform(actor, code, name);
      flash(req, 'success', req.t('external:done.added'));
      res.redirect(303, pathTo('externalPlatform', { code }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showAll(req, res.status(status), req.body ?? {}, faults);
    }
  });

  router.get(patterns.externalPlatform, async (req, res) => {
    await importReach(parts, actorOf(req));
    const platform = await findPlatform(db, String(req.params.code));
    await showMapping(req, res, platform, typedOf(platform), []);
  });

  router.post(patterns.externalPlatform, async (req, res) => {
    const actor = actorOf(req);
    await importReach(parts, actor);
    const platform = await findPlatform(db, String(req.params.code));
    try {
      const heads = await sampleHeads(req);
      const name = await saveMapping(actor, platform, req.body, heads);
      flash(req, 'success', req.t(heads ? 'external:done.heads' : 'external:done.mapping', { name }));
      res.redirect(
        303,
        heads ? pathTo('externalPlatform', { code: platform.code }) : pathTo('externalImport', { code: platform.code }),
      );
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showMapping(req, res.status(status), platform, req.body ?? {}, faults);
    }
  });

  return router;

  async function addPlatform(actor: Actor, code: string, name: string): Promise<void> {
    try {
      await inTransaction(db, async (tx) => {
        const { id } = await tx.externalPlatform.create({ data: { code, name, mapping: {} }, select: { id: true } });
        await audit(tx, {
          ...{
            at: clock(),
            actorId: actor.id,
            action: 'external.platform',
            subjectType: 'external_platform',
            subjectId: id,
          },
          after: { code, name },
        });
      });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      throw new RuleRefusal('badInput', [{ path: 'code', code: 'platformThere' }]);
    }
  }

  async function saveMapping(actor: Actor, platform: Platform, body: unknown, heads: string[] | null): Promise<string> {
    const { name, weightUnit, ...rest } = read(mappingForm, body) as Record<string, string>;
    const chosen = (kind: string, names: readonly string[]) =>
      Object.fromEntries(names.flatMap((part) => (rest[`${kind}-${part}`] ? [[part, rest[`${kind}-${part}`]]] : [])));
    const { mapping } = platform;
    const next = externalMapping.parse({
      ...mapping,
      ...{
        heads: heads ?? mapping.heads,
        weightUnit,
        columns: chosen('column', EXTERNAL_PARTS),
        fixed: chosen('fixed', FIXABLE),
      },
    });
    await inTransaction(db, async (tx) => {
      await tx.externalPlatform.update({
        where: { id: platform.id },
        data: { name, mapping: next },
        select: { id: true },
      });
      await audit(tx, {
        ...{
          at: clock(),
          actorId: actor.id,
          action: 'external.mapping',
          subjectType: 'external_platform',
          subjectId: platform.id,
        },
        ...{ before: { ...mapping, heads: [] }, after: { ...next, heads: [] } },
      });
    });
    return name ?? '';
  }

  async function showAll(req: Request, res: Response, values: Record<string, unknown>, faults: Fault[]): Promise<void> {
    const reach = await importReach(parts, actorOf(req));
    const platforms = await listPlatforms(db, reach.seesAll ? null : [...reach.organized]);
    res.set('Cache-Control', 'no-store');
    res.render('quotas/purchases/external-list', {
      layout: 'work',
      title: req.t('external:list.title'),
      platforms: platforms.map((platform) => ({
        ...platform,
        lastAt: platform.lastAt?.toISOString(),
        importHref: pathTo('externalImport', { code: platform.code }),
        mappingHref: pathTo('externalPlatform', { code: platform.code }),
      })),
      form: formView(req.t, ['code', 'name'], values, faults),
    });
  }

  async function showMapping(
    req: Request,
    res: Response,
    platform: Platform,
    values: Record<string, unknown>,
    faults: Fault[],
  ): Promise<void> {
    const reach = await importReach(parts, actorOf(req));
    const choices = await purchaseChoices(db, req.locale, dayOf(clock()));
    const units = await db.unit.findMany({
      where: reach.seesAll ? { state: 'active' } : { id: { in: [...reach.organized] } },
      select: { code: true, name: true, nameEn: true },
      orderBy: { id: 'asc' },
    });
    const fixedChoices = {
      unit: units.map(({ code, name, nameEn }) => ({ value: code, label: (req.locale === 'en' && nameEn) || name })),
      fundingSource: FUNDING_SOURCES.map((value) => ({ value, label: req.t(`quotas:funding.${value}`) })),
      ...{ category: choices.categories, origin: choices.places },
    };
    const heads = platform.mapping.heads.filter(Boolean).map((value) => ({ value, label: value }));
    const fields = [...EXTERNAL_PARTS.map((part) => `column-${part}`), ...FIXABLE.map((part) => `fixed-${part}`)];
    const title = req.t('external:mapping.title', { name: platform.name });
    res.set('Cache-Control', 'no-store');
    res.render('quotas/purchases/external-mapping', {
      layout: 'work',
      title,
      currentPage: pathTo('externalPurchases'),
      breadcrumbs: [{ label: req.t('external:list.title'), href: pathTo('externalPurchases') }, { label: title }],
      action: pathTo('externalPlatform', { code: platform.code }),
      hasHeads: heads.length > 0,
      parts: EXTERNAL_PARTS.map((part) => ({
        label: req.t(`external:part.${part}`),
        hint: req.t(`external:partHint.${part}`),
        column: `column-${part}`,
        heads,
        fixed: FIXABLE.includes(part as 'unit')
          ? { name: `fixed-${part}`, choices: fixedChoices[part as 'unit'] }
          : undefined,
      })),
      weightUnits: WEIGHT_UNITS.map((value) => ({ value, label: req.t(`external:weightUnit.${value}`) })),
      words: wordsTold(platform.mapping),
      form: formView(req.t, ['name', 'weightUnit', 'sample', ...fields], values, faults),
    });
  }
}

function wordsTold({ words }: ExternalMapping): { word: string; code: string }[] {
  return Object.values(words).flatMap((told) => Object.entries(told).map(([word, code]) => ({ word, code })));
}

function typedOf({ name, mapping }: Platform): Record<string, string> {
  const prefixed = (kind: string, values: Record<string, string | undefined>) =>
    Object.entries(values).map(([part, value]) => [`${kind}-${part}`, value ?? ''] as const);
  return {
    ...{ name, weightUnit: mapping.weightUnit },
    ...Object.fromEntries([...prefixed('column', mapping.columns), ...prefixed('fixed', mapping.fixed)]),
  };
}

/** The heads of an uploaded sample: its first row that names at least three columns; null without one. */
async function sampleHeads(req: Request): Promise<string[] | null> {
  const [sample] = uploadsIn(req, 'sample');
  if (!sample) return null;
  const rows = await readSheet(sample, 'sample');
  const heads = rows.find((row) => row.filter(Boolean).length >= 3);
  if (!heads) throw new BadInput([{ path: 'sample', code: 'emptySheet' }]);
  return heads.map((head) => head.slice(0, 128));
}
