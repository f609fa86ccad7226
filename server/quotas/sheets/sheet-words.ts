import type { FundingSource } from '../../db/generated/enums.ts';
import { LOCALES, type Translate } from '../../web/i18n.ts';

/** The sentences of each language, so that a sheet is read in whichever it was written. */
export type Translators = readonly Translate[];

export function translatorsOf(of: (locale: (typeof LOCALES)[number]) => Translate): Translators {
  return LOCALES.map(of);
}

/** "任务数（元）" and "Target (yuan)" alike, whatever the width of the brackets and the spaces. */
export function plainWord(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s:*]/g, '');
}

/** All spellings of a word in all languages; the message of the key parts them by "|". */
export function wordsFor(translators: Translators, key: string): Set<string> {
  return new Set(translators.flatMap((t) => t(key).split('|').map(plainWord)));
}

export function isNamed(node: { name: string; nameEn: string }, text: string): boolean {
  return [node.name, node.nameEn].some((name) => plainWord(name) === plainWord(text));
}

/** What a cell means among things that have a code and a name: the one of that code, else all of that name. */
export function meantBy<T extends { code: string; name: string; nameEn: string }>(
  nodes: Iterable<T>,
  text: string,
): T[] {
  const all = [...nodes];
  const byCode = all.find(({ code }) => code === text);
  return byCode ? [byCode] : all.filter((node) => isNamed(node, text));
}

/** The funding source that a cell names, by its code or as the board calls it; undefined when it names none. */
export function fundingMeantBy(translators: Translators, text: string): FundingSource | undefined {
  return (['canteen_budget', 'union_funds', 'individual'] as const).find(
    (source) =>
      source === text || translators.some((t) => plainWord(t(`quotas:funding.${source}`)) === plainWord(text)),
  );
}
