import type { Request } from 'express';
import { type Actor, hasRole, suppliersServedBy } from '../../accounts/actor.ts';
import { pathTo } from '../../paths.ts';
import { type Day, dayFromColumn } from '../../shared/days.ts';
import { idsBelow } from '../../shared/tree.ts';
import { type PlaceTree, placeName } from '../../units/place-tree.ts';
import type { FormView } from '../../web/form-view.ts';
import { BENEFIT_MODES, DOCUMENTS, documentsNeeded, FIELDS, SUPPLIER_KINDS, type Typed } from './application-form.ts';
import type { ApplicationList, ListedApplication, WholeApplication } from './application-queries.ts';
import type { CertifiableProduct, Renewable } from './own-certifications.ts';

export type Reader = Pick<Request, 't' | 'locale'>;

export function nameIn(locale: string, { name, nameEn }: { name: string | null; nameEn: string | null }): string {
  return (locale === 'en' && nameEn) || name || '';
}

const TONES: Record<string, string> = {
  draft: 'off',
  applied: 'wait',
  recommended: 'active',
  reviewed: 'active',
  in_notice: 'active',
  certified: 'good',
  refused: 'bad',
  withdrawn: 'off',
};

/** Where a case stands, as a mark. */
export function stateMark({ t }: Reader, state: string | null) {
  const told = state ?? 'draft';
  return {
    stateTone: TONES[told] ?? 'bad',
    stateLabel: state === null ? t('applications:draft') : t(`certifications:state.${told}`),
  };
}

interface ListPage {
  list: ApplicationList;
  lists: readonly ApplicationList[];
  counts: Record<ApplicationList, number>;
  rows: readonly ListedApplication[];
  nextHref: string | undefined;
  today: Day;
}

/** The data of `views/applications/list.hbs`. */
export function presentApplicationList(reader: Reader, places: PlaceTree, page: ListPage) {
  const { t } = reader;
  return {
    title: t('applications:list.title'),
    layout: 'work',
    tabs:
      page.lists.length > 1
        ? page.lists.map((list) => ({
            label: t(`applications:list.${list}`),
            href: pathTo('applications', { list }),
            current: list === page.list,
            count: page.counts[list],
          }))
        : [],
    isOwn: page.list === 'own',
    rows: presentRows(reader, places, page.rows, page.today),
    exportHref: page.rows.length > 0 ? pathTo('applicationsExport', { list: page.list }) : undefined,
    nextHref: page.nextHref,
  };
}

/** Applications as lists and sheets tell them. */
export function presentRows(reader: Reader, places: PlaceTree, rows: readonly ListedApplication[], today: Day) {
  const { t, locale } = reader;
  return rows.map((row) => ({
    id: row.id,
    name: nameIn(locale, row) || t('applications:list.unnamed'),
    href: pathTo(row.state === null ? 'applicationForm' : 'application', { id: row.id }),
    subjectLabel: t(`applications:subject.${row.subject}`),
    isRenewal: row.isRenewal,
    placeName: row.placeId === null ? '' : placeName(places, row.placeId, locale),
    ...stateMark(reader, row.state),
    at: (row.submittedAt ?? row.updatedAt).toISOString(),
    waits: waitsFor(reader, row, today),
  }));
}

export type PresentedRow = ReturnType<typeof presentRows>[number];

/** What the case waits for, where that is not told by its state. */
function waitsFor({ t }: Reader, row: ListedApplication, today: Day): string | undefined {
  if (row.state === 'applied') return t(row.isRenewal ? 'applications:waits.review' : 'applications:waits.place');
  if (row.state === 'recommended' || row.state === 'reviewed')
    return row.openQuestions > 0
      ? t('applications:waits.answer', { count: row.openQuestions })
      : t('applications:waits.review');
  if (row.state !== 'in_notice') return undefined;
  if (row.openObjections > 0) return t('applications:waits.objections', { count: row.openObjections });
  return row.noticeEndsOn !== null && row.noticeEndsOn >= today
    ? t('applications:waits.notice', { day: row.noticeEndsOn })
    : t('applications:waits.certificate');
}

interface StartPage {
  actor: Actor;
  renewable: readonly Renewable[];
  products: readonly CertifiableProduct[];
  form: FormView;
}

/** The data of `views/applications/new.hbs`. */
export function presentStart({ t, locale }: Reader, { actor, renewable, products, form }: StartPage) {
  return {
    title: t('applications:start.title'),
    layout: 'work',
    currentPage: pathTo('applications'),
    breadcrumbs: [
      { label: t('applications:list.title'), href: pathTo('applications') },
      { label: t('applications:start.title') },
    ],
    form,
    sells: suppliersServedBy(actor).length > 0,
    mayApplyForVillage: hasRole(actor, 'work_team'),
    products: products.length,
    renewable: renewable.map((one) => ({
      ...one,
      name: nameIn(locale, one),
      ofLabel: t(`applications:subject.${one.of}`),
    })),
  };
}

interface FormPage {
  application: WholeApplication;
  products: readonly CertifiableProduct[];
  form: FormView;
  /** a work team applies for places of its own alone */
  places: readonly number[] | null;
}

/** The data of `views/applications/form.hbs`. */
export function presentApplicationForm(reader: Reader, tree: PlaceTree, page: FormPage) {
  const { t, locale } = reader;
  const { application, products, form } = page;
  const { id, subject, documents } = application;
  const title = t(`applications:form.${application.renewsId === null ? subject : 'renewal'}`);
  const needed = documentsNeeded(subject, form.values as Typed);
  const own = application.product;
  return {
    title,
    layout: 'work',
    currentPage: pathTo('applications'),
    breadcrumbs: [{ label: t('applications:list.title'), href: pathTo('applications') }, { label: title }],
    action: pathTo('applicationForm', { id }),
    discardHref: pathTo('applicationDiscarding', { id }),
    isSupplier: subject === 'supplier',
    renews: application.renews && {
      number: application.renews.number,
      until: application.renews.validUntil && dayFromColumn(application.renews.validUntil),
    },
    onBehalf: application.onBehalf,
    kinds: SUPPLIER_KINDS.map((value) => ({ value, label: t(`suppliers:kinds.${value}`) })),
    places: placeChoices(reader, tree, page.places),
    products: own
      ? [{ value: own.code, label: productName(locale, own) }]
      : products.map((product) => ({ value: product.code, label: nameIn(locale, product) })),
    benefits: BENEFIT_MODES.map((mode) => ({
      label: t(`catalog:benefit.${mode}`),
      households: `benefit.${mode}.households`,
      payout: `benefit.${mode}.payout`,
    })),
    documents: DOCUMENTS[subject].map((kind) => ({
      field: `document.${kind}`,
      label: t(`applications:document.${kind}`),
      hint: t(`applications:documentHint.${kind}`),
      isNeeded: needed.some((one) => one === kind),
      files: documents
        .filter((document) => document.kind === kind && document.removedAt === null)
        .map((document) => presentDocument(id, document)),
    })),
    form: {
      ...form,
      labels: Object.fromEntries([
        ...FIELDS[subject].map((field) => [field, fieldLabel(reader, field)]),
        ...DOCUMENTS[subject].map((kind) => [`document.${kind}`, t(`applications:document.${kind}`)]),
      ]),
    },
  };
}

/** What a field is called: those of a benefit by mode and number. */
function fieldLabel({ t }: Reader, field: string): string {
  const [, mode, part] = /^benefit\.(\w+)\.(\w+)$/.exec(field) ?? [];
  if (!mode || !part) return t(`applications:field.${field}`);
  return t('applications:form.benefitLabel', {
    mode: t(`catalog:benefit.${mode}`),
    part: t(`applications:field.${part}`),
  });
}

export function productName(
  locale: string,
  product: { spec: string; specEn: string; family: { name: string; nameEn: string } },
): string {
  return nameIn(locale, {
    name: `${product.family.name} ${product.spec}`,
    nameEn: product.family.nameEn && `${product.family.nameEn} ${product.specEn}`,
  });
}

function placeChoices({ locale }: Reader, tree: PlaceTree, within: readonly number[] | null) {
  const ids = within === null ? [...tree.byId.keys()] : within.flatMap((id) => idsBelow(tree, id));
  return [...new Set(ids)]
    .map((id) => ({ value: tree.byId.get(id)?.code ?? '', label: placeName(tree, id, locale) }))
    .sort((a, b) => a.label.localeCompare(b.label, locale));
}

export function presentDocument(applicationId: number, document: WholeApplication['documents'][number]) {
  return {
    id: document.id,
    name: document.file.name,
    isPicture: document.file.mime.startsWith('image/'),
    href: pathTo('applicationDocument', { id: applicationId, documentId: document.id }),
  };
}
