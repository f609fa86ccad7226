import type { Request } from 'express';
import { pathTo } from '../paths.ts';
import { formatYuan } from '../shared/money.ts';
import { type PlaceTree, placeName } from '../units/place-tree.ts';
import type { FormView } from '../web/form-view.ts';
import { readProduct, readSupplier } from './applications/application-form.ts';
import type { findNotice, ShownNotice } from './notice-queries.ts';

type Reader = Pick<Request, 't' | 'locale'>;

/** The data of `views/suppliers/notices.hbs`. */
export function presentNotices(
  { t, locale }: Reader,
  places: PlaceTree,
  notices: readonly ShownNotice[],
  { past, nextHref }: { past: boolean; nextHref: string | undefined },
) {
  return {
    title: t('suppliers:notices.title'),
    past,
    nextHref,
    tabs: [
      { label: t('suppliers:notices.current'), href: pathTo('notices'), current: !past },
      { label: t('suppliers:notices.past'), href: pathTo('notices', { past: 1 }), current: past },
    ],
    notices: notices.map((notice) => presentOne({ t, locale }, places, notice)),
  };
}

function presentOne({ t, locale }: Reader, places: PlaceTree, notice: ShownNotice) {
  return {
    ...notice,
    ofLabel: t(notice.of === 'supplier' ? 'suppliers:notices.ofSupplier' : 'suppliers:notices.ofProduct'),
    name: (locale === 'en' && notice.nameEn) || notice.name,
    href: notice.isReachable ? subjectHref(notice) : undefined,
    pageHref: pathTo('notice', { id: notice.id }),
    placeName: placeName(places, notice.placeId, locale),
    objections: notice.objections.map(({ at, upheld, ...objection }) => ({
      ...objection,
      at: at.toISOString(),
      answerHref: pathTo('objectionAnswer', { id: notice.id, objectionId: objection.id }),
      resultLabel: upheld === null ? undefined : t(upheld ? 'suppliers:notices.upheld' : 'suppliers:notices.notUpheld'),
    })),
  };
}

interface NoticePage {
  notice: Awaited<ReturnType<typeof findNotice>>;
  form: FormView;
  /** the reader may answer objections to it */
  answers: boolean;
  /** the objection that is being answered */
  answering: number | null;
}

/** The data of `views/suppliers/notice.hbs`. */
export function presentNotice(reader: Reader, places: PlaceTree, { notice, form, answers, answering }: NoticePage) {
  const { t } = reader;
  const shown = presentOne(reader, places, notice);
  const outcome =
    notice.number && notice.state !== 'in_notice'
      ? t('suppliers:notices.certified', { number: notice.number })
      : notice.state === 'refused' || notice.state === 'withdrawn'
        ? t('suppliers:notices.refused')
        : undefined;
  return {
    title: shown.name,
    breadcrumbs: [{ label: t('suppliers:notices.title'), href: pathTo('notices') }, { label: shown.name }],
    notice: {
      ...shown,
      outcome,
      certificateHref: outcome && notice.number ? pathTo('certificate', { number: notice.number }) : undefined,
      objections: shown.objections.map((objection) => ({
        ...objection,
        isAnswered: objection.answeredAt !== null,
        answerHref: answers && objection.answeredAt === null ? objection.answerHref : undefined,
        form: objection.id === answering ? form : undefined,
      })),
    },
    facts: factsOf(reader, notice),
    objectHref: notice.isOpen ? pathTo('noticeObjections', { id: notice.id }) : undefined,
    outcomes: [
      { value: 'no', label: t('suppliers:notices.notUpheld') },
      { value: 'yes', label: t('suppliers:notices.upheld') },
    ],
    form: answering === null ? form : { values: {} },
    summary: form,
  };
}

/** Neither contact nor account: what the public judges by. */
function factsOf({ t }: Reader, { facts }: NoticePage['notice']): { label: string; text: string; isCode?: boolean }[] {
  const { answers } = facts?.subject === 'supplier' ? readSupplier(facts.typed) : { answers: undefined };
  if (answers)
    return [
      { label: t('suppliers:notices.creditCode'), text: answers.creditCode, isCode: true },
      { label: t('suppliers:notices.kind'), text: t(`suppliers:kinds.${answers.kind}`) },
      { label: t('suppliers:notices.goods'), text: answers.goods },
      ...answers.benefits.map(({ mode, households, yearlyPayoutFen }) => ({
        label: t('suppliers:notices.benefit'),
        text: t('suppliers:notices.benefitText', {
          mode: t(`catalog:benefit.${mode}`),
          households,
          amount: `¥${formatYuan(yearlyPayoutFen)}`,
        }),
      })),
    ];
  const product = facts?.subject === 'product' ? readProduct(facts.typed).answers : undefined;
  return product ? [{ label: t('suppliers:notices.standard'), text: product.standard }] : [];
}

function subjectHref({ productId, supplierId }: ShownNotice): string {
  return productId === null ? pathTo('supplier', { id: supplierId }) : pathTo('product', { id: productId });
}
