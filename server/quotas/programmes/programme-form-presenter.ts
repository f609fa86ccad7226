import { pathTo } from '../../paths.ts';
import type { Fault } from '../../shared/errors.ts';
import type { Tree, TreeRow } from '../../shared/tree.ts';
import { formView } from '../../web/form-view.ts';
import { nameOf, presentProgramme, type Reader } from '../board/board-presenter.ts';
import type { LoadedChoices } from './programme-choices.ts';
import { FORM_FIELDS, type FormValues } from './programme-form.ts';
import type { ProgrammeFile } from './programme-queries.ts';
import { INDIVIDUAL_BY, ON_ACCOUNT_BY, PREPAID_BY } from './programme-schemas.ts';

const MOST_ROWS = 12;
const SPARE_ROWS = 2;
/** an em space for each level, the only indent that an option of a select can have */
const INDENT = '\u2003';

export interface FormPage {
  /** null: a new one */
  file: ProgrammeFile | null;
  /** what the new one is copied from */
  from?: { code: string; name: string; nameEn: string };
  choices: LoadedChoices;
  values: FormValues;
  faults: readonly Fault[];
}

/** What views/quotas/programmes/form.hbs shows. */
export function presentForm(reader: Reader, page: FormPage) {
  const { t } = reader;
  const { file, from, choices, values, faults } = page;
  const state = file?.state ?? 'draft';
  const title = t(file ? 'programmes:form.editTitle' : 'programmes:form.newTitle');
  const rows = milestoneRows(values.milestones);
  const rowFields = rows.flatMap((_, index) => [`milestones.${index}.dueOn`, `milestones.${index}.share`]);
  const fields = [...FORM_FIELDS, ...rowFields];
  const form = formView(t, fields, values, inOrder(faults, fields));
  const labels = Object.fromEntries([
    ...FORM_FIELDS.map((name) => [name, t(`programmes:field.${name}`)]),
    ...rows.flatMap((_, index) => [
      [`milestones.${index}.dueOn`, t('programmes:form.rowDue', { row: index + 1 })],
      [`milestones.${index}.share`, t('programmes:form.rowShare', { row: index + 1 })],
    ]),
  ]);
  const parents = [
    { label: t('programmes:list.title'), href: pathTo('programmes') },
    ...(file ? [{ label: nameOf(reader, file), href: pathTo('programme', { code: file.code }) }] : []),
  ];
  return {
    ...{ title, layout: 'work', currentPage: '/programmes', state, form: { ...form, labels } },
    isDraft: state === 'draft',
    isOpen: state === 'open',
    isClosed: state === 'closed',
    lead: from ? t('programmes:form.from', { name: nameOf(reader, from) }) : t(`programmes:form.lead.${state}`),
    breadcrumbs: [...parents, { label: title }],
    action: file ? pathTo('programme', { code: file.code }) : pathTo('programmes'),
    backHref: file ? pathTo('programme', { code: file.code }) : pathTo('programmes'),
    submitLabel: t(file ? 'programmes:form.save' : 'programmes:form.create'),
    fixedRule:
      file && state !== 'draft' ? presentProgramme(reader, { ...file, participants: file.participants }).rule : null,
    groups: [...choices.groups.values()].map((group) => ({ value: group.code, label: nameOf(reader, group) })),
    groupNeeded: choices.groupNeeded,
    places: optionsOf(reader, choices.places, []).map((place) => ({ ...place, indent: INDENT.repeat(place.depth) })),
    origins: optionsOf(reader, choices.places, values.origins),
    categories: optionsOf(reader, choices.categories, values.categories),
    participants: [...choices.groups.values()].map((group) => ({
      value: group.code,
      label: nameOf(reader, group),
      hint: t('programmes:form.groupUnits', { units: group.units }),
      checked: isIn(values.participants, group.code),
    })),
    ways: [
      way(reader, 'countIndividualBy', INDIVIDUAL_BY),
      way(reader, 'countPrepaidBy', PREPAID_BY),
      way(reader, 'countOnAccountBy', ON_ACCOUNT_BY),
    ],
    milestoneRows: rows.map((row, index) => ({
      ...row,
      ...{ index, rowNumber: index + 1 },
      dueOnError: form.errors?.[`milestones.${index}.dueOn`],
      shareError: form.errors?.[`milestones.${index}.share`],
    })),
  };
}

/** The summary tells faults in the order of the form. */
function inOrder(faults: readonly Fault[], fields: readonly string[]): Fault[] {
  return [...faults].sort((a, b) => fields.indexOf(a.path) - fields.indexOf(b.path));
}

function way({ t }: Reader, name: string, choices: readonly string[]) {
  return {
    name,
    legend: t(`programmes:field.${name}`),
    value: choices[0],
    options: choices.map((value, index) => ({
      value,
      label: t(`programmes:way.${name}.${value}`) + (index === 0 ? t('programmes:way.default') : ''),
      hint: t(`programmes:way.${name}.${value}Hint`),
    })),
  };
}

/** The nodes of a tree in its order, with how deep they stand. */
function optionsOf(
  reader: Reader,
  tree: Tree<TreeRow & { name: string; nameEn: string }>,
  chosen: unknown,
  nodes = tree.roots,
  depth = 0,
): { value: string; label: string; depth: number; checked: boolean }[] {
  return nodes.flatMap((node) => [
    { value: node.code, label: nameOf(reader, node), depth, checked: isIn(chosen, node.code) },
    ...optionsOf(reader, tree, chosen, tree.childrenOf(node.id), depth + 1),
  ]);
}

function isIn(chosen: unknown, code: string): boolean {
  return Array.isArray(chosen) ? chosen.includes(code) : chosen === code;
}

/** As many rows as were filled in, and some more. */
function milestoneRows(typed: unknown): { dueOn: string; share: string }[] {
  const list = Array.isArray(typed) ? typed : [];
  const rows = list.slice(0, MOST_ROWS).map((row) => ({ dueOn: textOf(row?.dueOn), share: textOf(row?.share) }));
  const wanted = Math.min(MOST_ROWS, Math.max(rows.length, 4, rows.filter(({ dueOn }) => dueOn).length + SPARE_ROWS));
  while (rows.length < wanted) rows.push({ dueOn: '', share: '' });
  return rows;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
