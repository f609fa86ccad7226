import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../../accounts/who-acts.ts';
import { pathTo, patterns } from '../../paths.ts';
import { dayOf } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { read } from '../../web/forms.ts';
import { nameOf } from '../board/board-presenter.ts';
import { PLACE_CLASSES } from './bulletin-figures.ts';
import { type BulletinParts, documentReader } from './bulletin-parts.ts';
import { programmesIssuedFor } from './bulletin-queries.ts';
import { termsForm, toTerms } from './bulletin-schemas.ts';
import { changeTerms, type Terms, termsOf } from './bulletin-terms.ts';

const WEIGHTS = ['completion', 'pace', 'helped', 'origin'] as const;
const COLUMNS = ['full', 'excellent', 'good', 'pass'] as const;

/** Who issues a programme's bulletins, how they are numbered and signed, and how assessments mark. */
export function bulletinTermsRoutes({ db, clock, messages }: BulletinParts): Router {
  const router = express.Router();
  router.get(patterns.bulletinTerms, async (req, res) => {
    const programme = await findProgramme(req);
    const terms = await termsOf(db, programme, documentReader(messages).t);
    await show(req, res, typedOf(terms));
  });
  router.post(patterns.bulletinTerms, async (req, res) => {
    const programme = await findProgramme(req);
    try {
      await changeTerms(db, actorOf(req), programme.id, toTerms(read(termsForm, req.body)), clock());
    } catch (error) {
      const { status, faults } = refusedForm(error);
      return show(req, res.status(status), flat(req.body), faults);
    }
    flash(req, 'success', req.t('bulletins:terms.saved'));
    res.redirect(303, pathTo('bulletinTerms', { programmeCode: programme.code }));
  });
  return router;

  async function findProgramme(req: Request) {
    const programmes = await programmesIssuedFor(db, actorOf(req), dayOf(clock()));
    const found = programmes.find(({ code }) => code === req.params.programmeCode);
    if (!found) throw new NotFound();
    return found;
  }

  async function show(
    req: Request,
    res: Response,
    values: Record<string, unknown>,
    faults: Parameters<typeof formView>[3] = [],
  ): Promise<void> {
    const programme = await findProgramme(req);
    const { t } = req;
    const weights = WEIGHTS.map((name) => ({
      name: `weights[${name}]`,
      label: t('bulletins:terms.weight', { part: t(`bulletins:terms.part.${name}`) }),
    }));
    const classes = PLACE_CLASSES.map((placeClass) => ({
      label: t(`bulletins:placeClass.${placeClass}`),
      cells: COLUMNS.map((column) => {
        const name = `classes[${placeClass}][${column}]`;
        const label = t('bulletins:terms.cell', {
          placeClass: t(`bulletins:placeClass.${placeClass}`),
          column: t(`bulletins:terms.${column}`),
        });
        return { name, label, column: t(`bulletins:terms.${column}`), value: values[name] };
      }),
    }));
    const fields = ['issuer', 'numberWord', 'recipients', 'needsSigner', 'helpedFull'];
    const bracketed = faults.map((fault) => ({ ...fault, path: bracket(fault.path) }));
    const names = [
      ...fields,
      ...weights.map(({ name }) => name),
      ...classes.flatMap((one) => one.cells.map(({ name }) => name)),
    ];
    const form = formView(t, names, values, bracketed);
    const labels = Object.fromEntries([
      ...weights.map(({ name, label }) => [name, label]),
      ...classes.flatMap(({ cells }) => cells.map(({ name, label }) => [name, label])),
    ]);
    res.set('Cache-Control', 'no-store');
    res.render('quotas/bulletins/terms', {
      title: t('bulletins:terms.title'),
      layout: 'work',
      currentPage: patterns.bulletinDesk,
      breadcrumbs: [
        { label: t('bulletins:desk.title'), href: pathTo('bulletinDesk') },
        { label: t('bulletins:terms.title') },
      ],
      programmeName: nameOf(req, programme),
      action: pathTo('bulletinTerms', { programmeCode: programme.code }),
      form: { ...form, labels },
      weights,
      classes: classes.map(({ label, cells }) => ({
        label,
        cells: cells.map((cell) => ({ ...cell, error: form.errors?.[cell.name] })),
      })),
      columns: COLUMNS.map((column) => t(`bulletins:terms.${column}`)),
      signers: ['one', 'two'].map((value) => ({ value, label: t(`bulletins:terms.${value}`) })),
    });
  }
}

/** `weights.pace` as the form names it: `weights[pace]`. */
function bracket(path: string): string {
  const [first = '', ...rest] = path.split('.');
  return first + rest.map((part) => `[${part}]`).join('');
}

function typedOf({ scheme, needsSigner, ...told }: Terms): Record<string, unknown> {
  const classes = PLACE_CLASSES.map((name) => {
    const { fullBp, ...grades } = scheme.classes[name];
    return [name, { full: fullBp / 100, ...grades }];
  });
  return {
    ...told,
    needsSigner: needsSigner ? 'two' : 'one',
    helpedFull: scheme.helpedFullBp / 100,
    ...flat({ weights: scheme.weights, classes: Object.fromEntries(classes) }),
  };
}

/** What was typed by the names of its fields. */
function flat(values: unknown, prefix = ''): Record<string, unknown> {
  if (typeof values !== 'object' || values === null) return {};
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => {
      const name = prefix ? `${prefix}[${key}]` : key;
      return typeof value === 'object' && value !== null ? Object.entries(flat(value, name)) : [[name, value]];
    }),
  );
}
