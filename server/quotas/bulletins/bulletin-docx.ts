import { Packer, Document as Word } from 'docx';
import type { Reader } from '../board/board-presenter.ts';
import type { BulletinDocument } from './bulletin-document.ts';
import { dayWords } from './bulletin-words.ts';
import { annexSections } from './docx-annexes.ts';
import {
  blank,
  body,
  FONTS,
  footers,
  heading,
  LANDSCAPE,
  PORTRAIT,
  rule,
  said,
  signature,
  subject,
} from './docx-parts.ts';

/**
 * A bulletin as an editable Word file in the layout of an official document (GB/T 9704): the issuer's red head, number, title, body
 * in FangSong of the third size, signature, and every table as an annex whose head rows repeat, wide ones on landscape sheets.
 */
export function bulletinDocx(reader: Reader, doc: BulletinDocument, isMadeUp: boolean): Promise<Buffer> {
  const { t } = reader;
  const annexes = doc.tables.map(({ title }, at) => t('bulletins:text.annexItem', { n: at + 1, title }));
  const children = [
    said(doc.issuer, {
      font: FONTS.title,
      size: 52,
      color: 'C00000',
      bold: true,
      centre: true,
      before: 400,
      after: 300,
    }),
    said(doc.number ?? t('bulletins:text.draftMark'), { font: FONTS.body, size: 32, centre: true, after: 60 }),
    rule(),
    blank(),
    subject(doc.title),
    blank(),
    body(t('bulletins:text.greeting', { recipients: doc.recipients }), { indent: false }),
    ...(doc.correction ? [body(doc.correction)] : []),
    ...doc.paragraphs.map(({ text, isHeading }) => (isHeading ? heading(text) : body(text))),
    ...(doc.cases.length > 0
      ? [
          heading(t('bulletins:text.cases')),
          ...doc.cases.map(({ text, isHeading }) => (isHeading ? heading(text) : body(text))),
        ]
      : []),
    heading(t('bulletins:text.rules')),
    ...doc.rules.map((text) => body(text)),
    ...(isMadeUp ? [body(t('bulletins:text.madeUp'))] : []),
    ...(annexes.length > 0 ? [blank(), body(t('bulletins:text.annex')), ...annexes.map((text) => body(text))] : []),
    blank(),
    blank(),
    signature(doc.issuer),
    signature(dateWords(reader, doc)),
  ];
  const word = new Word({
    creator: doc.issuer,
    title: doc.title,
    evenAndOddHeaderAndFooters: true,
    styles: { default: { document: { run: { font: FONTS.body, size: 32 } } } },
    sections: [
      { properties: { page: PORTRAIT }, footers: footers(), children },
      ...annexSections(reader, doc.tables, { portrait: PORTRAIT, landscape: LANDSCAPE }),
    ],
  });
  return Packer.toBuffer(word);
}

/** The day of publication in words; of a draft, that it is one. */
export function dateWords(reader: Reader, { publishedOn }: Pick<BulletinDocument, 'publishedOn'>): string {
  return publishedOn === null ? reader.t('bulletins:text.draftMark') : dayWords(reader, publishedOn);
}
