import type { TextRange } from './engine.ts';
import { foldWithOffsets } from './normalize-text.ts';
import { readings, soundOf } from './pinyin.ts';
import { piecesOf, wordsOfRun } from './tokenize-chinese.ts';
import { weightPhrases } from './weight-phrases.ts';

/** What to mark: words as they stand, Latin letters that sound like it, weights however written. */
export type Wanted = { words: string[]; sounds: string[]; grams: number[] };

/** Where a name shows what was searched, as ranges in the name as it is written. */
export function highlight(name: string, wanted: Wanted): TextRange[] {
  const { text, starts, ends } = foldWithOffsets(name);
  const found: TextRange[] = [
    ...wanted.words.flatMap((word) => allOf(text, word)),
    ...wanted.sounds.flatMap((letters) => sounding(text, letters)),
    ...weightPhrases(text).filter(({ grams }) => wanted.grams.includes(grams)),
  ];
  return merged(found.map(({ start, end }) => ({ start: starts[start] ?? 0, end: ends[end - 1] ?? name.length })));
}

function allOf(text: string, word: string): TextRange[] {
  const found: TextRange[] = [];
  for (let at = text.indexOf(word); at >= 0 && word !== ''; at = text.indexOf(word, at + word.length)) {
    found.push({ start: at, end: at + word.length });
  }
  return found;
}

/** Spells the text out while remembering which character each letter came from. */
function sounding(text: string, letters: string): TextRange[] {
  const full = { line: '', from: [] as number[] };
  const initials = { line: '', from: [] as number[] };
  let cursor = 0;
  for (const piece of piecesOf(text)) {
    for (const word of piece.kind === 'han' ? wordsOfRun(piece.text) : []) {
      cursor = Math.max(0, text.indexOf(word, cursor));
      readings(word)[0]?.forEach((syllable, at) => {
        const separator = cursor + at === 0 ? '' : at === 0 ? '-' : ' ';
        append(full, separator + syllable, cursor + at);
        append(initials, separator + syllable.charAt(0), cursor + at);
      });
      cursor += word.length;
    }
  }
  const { pinyinPattern, initialsPattern } = soundOf(letters);
  const range = rangeOf(pinyinPattern, full) ?? rangeOf(initialsPattern, initials);
  return range === undefined ? [] : [range];
}

function append(spelled: { line: string; from: number[] }, letters: string, character: number): void {
  spelled.line += letters;
  for (let at = 0; at < letters.length; at++) spelled.from.push(character);
}

function rangeOf(pattern: RegExp, { line, from }: { line: string; from: number[] }): TextRange | undefined {
  const match = pattern.exec(line);
  if (match === null) return undefined;
  const separator = /^[ -]/.test(match[0]) ? 1 : 0;
  const start = from[match.index + separator];
  const last = from[match.index + match[0].length - 1];
  return start === undefined || last === undefined ? undefined : { start, end: last + 1 };
}

function merged(ranges: TextRange[]): TextRange[] {
  const result: TextRange[] = [];
  for (const range of ranges.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last !== undefined && range.start <= last.end) last.end = Math.max(last.end, range.end);
    else result.push({ ...range });
  }
  return result;
}

export type MarkedText = { text: string; isMarked: boolean };

/** A name cut into marked and plain stretches, for a template that escapes each. */
export function markedText(name: string, ranges: TextRange[]): MarkedText[] {
  const parts: MarkedText[] = [];
  let from = 0;
  for (const { start, end } of ranges) {
    parts.push({ text: name.slice(from, start), isMarked: false }, { text: name.slice(start, end), isMarked: true });
    from = end;
  }
  parts.push({ text: name.slice(from), isMarked: false });
  return parts.filter(({ text }) => text !== '');
}
