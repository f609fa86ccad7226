import { describe, expect, it } from 'vitest';
import { highlight, markedText } from '../../server/search/highlight.ts';
import { chineseNumber, foldWithOffsets } from '../../server/search/normalize-text.ts';
import { readings, soundOf, spell } from '../../server/search/pinyin.ts';
import { shortPlaceName } from '../../server/search/place-names.ts';
import { tokensOf, wordsOfRun } from '../../server/search/tokenize-chinese.ts';
import { weightPhrases } from '../../server/search/weight-phrases.ts';

describe('weights in text', () => {
  it.each([
    ['5公斤', 5_000],
    ['10斤', 5_000],
    ['5kg', 5_000],
    ['2.5kg', 2_500],
    ['1.25公斤', 1_250],
    ['500g', 500],
    ['半斤', 250],
    ['二两', 100],
    ['两斤', 1_000],
    ['十五斤', 7_500],
    ['1万斤', 5_000_000],
    ['一万斤', 5_000_000],
    ['2吨', 2_000_000],
  ])('%s is %d g', (text, grams) => {
    expect(weightPhrases(text)).toEqual([{ start: 0, end: text.length, grams }]);
  });

  it.each(['千斤拔', '5gb', '30枚', '公斤', '0斤'])('%s is none', (text) => {
    expect(weightPhrases(text)).toEqual([]);
  });
});

describe('Chinese numbers', () => {
  it.each([
    ['三十', 30],
    ['十二', 12],
    ['一百二十', 120],
    ['一百零五', 105],
    ['一万', 10_000],
    ['两千', 2_000],
  ])('%s is %d', (text, number) => {
    expect(chineseNumber(text)).toBe(number);
  });

  it('leaves alone what is no number', () => {
    expect(chineseNumber('三七')).toBeUndefined();
    expect(chineseNumber('百合')).toBeUndefined();
    expect(chineseNumber('')).toBeUndefined();
  });
});

describe('words', () => {
  it('cuts names of the trade whole and keeps unknown names together', () => {
    expect(wordsOfRun('秀山贡米')).toEqual(['秀山', '贡米']);
    expect(wordsOfRun('土鸡蛋')).toEqual(['土鸡蛋']);
    expect(wordsOfRun('贡咪')).toEqual(['贡咪']);
  });

  it('also knows the words inside longer words', () => {
    expect(tokensOf('高山土鸡蛋')).toEqual({ words: ['高山', '土鸡蛋'], parts: ['土鸡', '鸡蛋'] });
  });

  it('writes weights and counts in one way', () => {
    expect(tokensOf('１０斤 三十枚').words).toEqual(tokensOf('5kg 30枚').words);
  });
});

describe('sounds', () => {
  it('spells a word by its usual reading first, then by the other', () => {
    expect(readings('重庆')).toEqual([
      ['chong', 'qing'],
      ['zhong', 'qing'],
    ]);
    expect(readings('绿茶')[0]).toEqual(['lv', 'cha']);
  });

  it('starts pinyin at a syllable and initials at a word', () => {
    const name = spell(['城口山地鸡']);
    expect(soundOf('shandiji').asPinyin(name)).toBe('word');
    expect(soundOf('shandi').asPinyin(name)).toBe('whole');
    expect(soundOf('shand').asPinyin(name)).toBe('begun');
    expect(soundOf('andiji').asPinyin(name)).toBe('none');
    expect(soundOf('cksdj').asInitials(name)).toBe(true);
    expect(soundOf('sdj').asInitials(name)).toBe(true);
    expect(soundOf('dj').asInitials(name)).toBe(false);
  });
});

describe('places', () => {
  it.each([
    ['秀山土家族苗族自治县', '秀山'],
    ['城口县', '城口'],
    ['涌洞乡', '涌洞'],
    ['凉河村', '凉河'],
    ['平凯街道', '平凯'],
  ])('%s is called %s', (name, short) => {
    expect(shortPlaceName(name)).toBe(short);
  });
});

describe('marks', () => {
  it('stand at the right characters when folding changes the length', () => {
    const name = '㎏装Ｇ贡米';
    expect(foldWithOffsets(name).text).toBe('kg装g贡米');
    const [range] = highlight(name, { words: ['贡米'], sounds: [], grams: [] });
    expect(name.slice(range?.start, range?.end)).toBe('贡米');
  });

  it('cut a name into stretches that together are the name', () => {
    const parts = markedText('秀山贡米', [{ start: 2, end: 4 }]);
    expect(parts).toEqual([
      { text: '秀山', isMarked: false },
      { text: '贡米', isMarked: true },
    ]);
  });
});
