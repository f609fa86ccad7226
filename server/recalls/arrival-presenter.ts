import { inReaderLanguage, type Reader } from '../orders/order-labels.ts';
import { orderNumber } from '../orders/order-queries.ts';
import { pathTo } from '../paths.ts';
import { type Day, dayOf } from '../shared/days.ts';
import { unitWord } from '../shared/unit-words.ts';
import type { FormView } from '../web/form-view.ts';
import type { ReturnLine } from './arrival-queries.ts';
import { CONDITIONS } from './recall-schemas.ts';

export const FIELDS = ['quantity', 'arrivedOn', 'condition', 'note'] as const;

interface Page {
  part: 'open' | 'done';
  recallId: number | null;
  afterId: number;
  lastId: number | undefined;
  today: Day;
  refused: { id: number; form: FormView } | null;
  /** operators see orders, sellers their parcels */
  link: 'order' | 'parcel';
}

/** The data of `views/recalls/returns.hbs`. */
export function presentReturns(reader: Reader, lines: readonly ReturnLine[], page: Page) {
  const { t } = reader;
  const { part, recallId, afterId, lastId } = page;
  const here = (more: Record<string, string | number | undefined> = {}) =>
    pathTo('recallArrivals', { recall: recallId ?? undefined, part: part === 'done' ? part : undefined, ...more });
  return {
    title: t('recallReturns:title'),
    tabs: (['open', 'done'] as const).map((one) => ({
      label: t(`recallReturns:part.${one}`),
      href: here({ part: one === 'done' ? one : undefined }),
      current: one === part,
    })),
    part,
    recallId: recallId ?? undefined,
    allHref: recallId === null ? undefined : pathTo('recallArrivals'),
    lines: lines.map((line) => presentReturn(reader, line, page)),
    summary: page.refused?.form,
    firstHref: afterId ? here() : undefined,
    nextHref: lastId ? here({ after: lastId }) : undefined,
  };
}

function presentReturn(reader: Reader, line: ReturnLine, { today, refused, link }: Page) {
  const { t } = reader;
  const { id, sentQuantity: sent, returnedQuantity: returned, arrivedQuantity: arrived } = line;
  const saleUnit = inReaderLanguage(reader, line.saleUnit, line.saleUnitEn);
  const of = (quantity: number) => `${quantity} ${unitWord(quantity, saleUnit)}`;
  const waiting = Math.max(0, returned - arrived);
  return {
    id,
    goods: inReaderLanguage(reader, line.name, line.nameEn),
    spec: inReaderLanguage(reader, line.spec, line.specEn),
    code: line.traceCode,
    recallHref: pathTo('recall', { id: line.recallId }),
    number: orderNumber({ id: line.orderId, submittedAt: line.submittedAt }),
    href:
      link === 'order' ? pathTo('order', { id: line.orderId }) : pathTo('supplierFulfilment', { id: line.parcelId }),
    buyer: line.unitName ? inReaderLanguage(reader, line.unitName, line.unitNameEn) : t('recalls:individual'),
    facts: [
      { label: t('recallReturns:sent'), value: of(sent) },
      { label: t('recallReturns:returned'), value: of(returned) },
      { label: t('recallReturns:arrived'), value: of(arrived) },
      ...(waiting > 0 ? [{ label: t('recallReturns:waiting'), value: of(waiting), isStrong: true }] : []),
    ],
    arrivals: line.arrivals.map(({ quantity, arrivedOn, condition, note, refunded }) =>
      [
        t('recallReturns:arrival', {
          ...{ day: arrivedOn, quantity, unit: unitWord(quantity, saleUnit) },
          condition: t(`recallReturns:conditions.${condition}`),
        }),
        refunded > 0 ? t('recallReturns:refunded', { quantity: refunded, unit: unitWord(refunded, saleUnit) }) : '',
        note ? t('recallReturns:arrivalNote', { note }) : '',
      ].join(''),
    ),
    noteHref: sent > arrived ? pathTo('recallArrival', { id }) : undefined,
    ...{ arrived, left: sent - arrived, today, quantity: waiting || sent - arrived },
    since: dayOf(line.recalledOn),
    quantityLabel: t('recallReturns:quantity', { unit: saleUnit }),
    conditions: CONDITIONS.map((value) => ({ value, label: t(`recallReturns:conditions.${value}`) })),
    form: refused?.id === id ? refused.form : { values: {} },
    isOpen: refused?.id === id,
    // The summary of what was refused leads to its fields by their plain names.
    ids: refused?.id === id ? {} : Object.fromEntries(FIELDS.map((field) => [field, `f-${field}-${id}`])),
  };
}
