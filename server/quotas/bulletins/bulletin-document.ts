import { type Day, dayOf } from '../../shared/days.ts';
import type { Reader } from '../board/board-presenter.ts';
import type { Bulletin } from './bulletin-queries.ts';
import { type DocumentTable, tablesOf } from './bulletin-tables.ts';
import { periodName } from './bulletin-words.ts';

export interface Paragraph {
  text: string;
  isHeading: boolean;
}

/** A bulletin as a document that page, paper and Word all show: the words as they were signed, the tables of the frozen figures. */
export interface BulletinDocument {
  issuer: string;
  number: string | null;
  title: string;
  recipients: string;
  paragraphs: Paragraph[];
  cases: Paragraph[];
  tables: DocumentTable[];
  /** what it puts right, and why */
  correction: string | null;
  period: string;
  day: Day;
  publishedOn: Day | null;
  rules: string[];
}

const LONGEST_HEADING = 40;

export function documentOf(reader: Reader, bulletin: Bulletin): BulletinDocument {
  const { t } = reader;
  const { figures, corrects, correctionReason } = bulletin;
  const { countIndividualBy, countPrepaidBy, countOnAccountBy, countUntil } = figures.programme;
  return {
    issuer: bulletin.issuer,
    number: bulletin.number,
    title: bulletin.title,
    recipients: bulletin.recipients,
    paragraphs: paragraphsOf(bulletin.text),
    cases: paragraphsOf(bulletin.cases ?? ''),
    tables: tablesOf(reader, bulletin),
    correction:
      corrects &&
      t('bulletins:text.corrects', {
        number: corrects.number ?? '',
        title: corrects.title,
        reason: correctionReason ?? '',
      }),
    period: periodName(reader, bulletin),
    day: figures.day,
    publishedOn: bulletin.publishedAt && dayOf(bulletin.publishedAt),
    rules: [
      t('quotas:rule.placed'),
      t('quotas:rule.counted', {
        individual: t(`quotas:rule.by.${countIndividualBy}`),
        prepaid: t(`quotas:rule.by.${countPrepaidBy}`),
        onAccount: t(`quotas:rule.by.${countOnAccountBy === 'payment' ? 'settlement' : countOnAccountBy}`),
      }),
      t('quotas:rule.until', { day: countUntil }),
    ],
  };
}

/** A line is a paragraph; a short one that no punctuation ends is a heading. */
export function paragraphsOf(text: string): Paragraph[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => ({ text: line, isHeading: line.length <= LONGEST_HEADING && /[\p{L}\p{N}]$/u.test(line) }));
}
