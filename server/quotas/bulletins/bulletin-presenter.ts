import { pathTo } from '../../paths.ts';
import { dayOf } from '../../shared/days.ts';
import { nameOf, type Reader } from '../board/board-presenter.ts';
import { documentOf } from './bulletin-document.ts';
import { dateWords } from './bulletin-docx.ts';
import type { Figures, Judged } from './bulletin-figures.ts';
import type { Bulletin, BulletinHead } from './bulletin-queries.ts';
import type { Difference } from './bulletin-since.ts';
import { measureOf, periodName } from './bulletin-words.ts';

/** One of a list. */
export function presentHead(reader: Reader, head: BulletinHead) {
  const { id, correction, corrects } = head;
  return {
    id,
    title: head.title,
    number: head.number,
    issuer: head.issuer,
    kindLabel: reader.t(`bulletins:kind.${head.kind}`),
    period: periodName(reader, head),
    programme: nameOf(reader, head.programme),
    asOf: head.asOf.toISOString(),
    publishedOn: head.publishedAt ? dayOf(head.publishedAt) : undefined,
    href: pathTo('bulletin', { id }),
    isCorrected: correction?.state === 'published',
    isCorrection: corrects !== null,
  };
}

/** The document as views/partials/bulletin-document.hbs shows it, on the screen and on paper. */
export function presentDocument(reader: Reader, bulletin: Bulletin) {
  const { t } = reader;
  const document = documentOf(reader, bulletin);
  return {
    ...document,
    greeting: t('bulletins:text.greeting', { recipients: document.recipients }),
    words: {
      draft: t('bulletins:text.draftMark'),
      cases: t('bulletins:text.cases'),
      rules: t('bulletins:text.rules'),
      madeUp: t('bulletins:text.madeUp'),
      annexes: t('bulletins:text.annex'),
    },
    date: dateWords(reader, document),
    tables: document.tables.map((table, at) => ({
      ...table,
      mark: t('bulletins:text.annexMark', { n: at + 1 }),
      rows: table.rows.map((texts) => cellsOf(table, texts)),
      total: table.total && cellsOf(table, table.total),
    })),
  };
}

function cellsOf({ columns }: { columns: { isNumber: boolean; label: string }[] }, texts: readonly string[]) {
  return texts.map((text, at) => ({ text, isNumber: columns[at]?.isNumber ?? false, label: columns[at]?.label }));
}

/** The few figures on top of a bulletin's page. */
export function presentTotal({ total, helped, units }: Figures) {
  const { headline } = total;
  return {
    isWeight: measureOf(headline) === 'grams',
    target: headline?.target,
    placed: headline?.placed ?? total.placedFen,
    counted: headline?.counted ?? total.countedFen,
    countedShare: total.share,
    placedShare: headline && headline.target > 0 ? headline.placed / headline.target : null,
    expectedShare: total.expectedShare,
    state: total.state,
    helpedFen: helped.fen > 0 ? helped.fen : undefined,
    behind: units.filter(({ state }: Judged) => state === 'behind' || state === 'far_behind').length,
    judged: units.filter(({ state }: Judged) => state !== 'no_target' && state !== 'exempt').length,
  };
}

/** Where units differ, with the sum of the changes. */
export function presentDifferences(reader: Reader, differences: readonly Difference[]) {
  const sum = (of: (one: Difference) => number) => differences.reduce((total, one) => total + of(one), 0);
  return {
    count: differences.length,
    rows: differences.map((one) => ({ ...one, name: nameOf(reader, one) })),
    total: {
      placedFen: sum(({ placedFen }) => placedFen),
      countedFen: sum(({ countedFen }) => countedFen),
      laterFen: sum(({ laterFen }) => laterFen),
    },
    showsLater: differences.some(({ laterFen }) => laterFen !== 0),
    showsTarget: differences.some(({ target }) => target !== 0),
  };
}
