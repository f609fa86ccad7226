import { describe, expect, it } from 'vitest';
import { unitWord } from '../../server/shared/unit-words.ts';
import { faultMessages } from '../../server/web/fault-messages.ts';
import { createMessages, translator } from '../../server/web/i18n.ts';

const messages = createMessages(new URL('../../views', import.meta.url).pathname);
const say = { zh: translator(messages, 'zh'), en: translator(messages, 'en') };

describe('what an English page says', () => {
  it.each([
    [1, 'bag', 'bag'],
    [2, 'bag', 'bags'],
    ['1,000', 'box', 'boxes'],
    [0, 'bunch', 'bunches'],
    [3, 'half', 'halves'],
    [20, 'kg', 'kg'],
    [2, 'fish', 'fish'],
    [2, '袋', '袋'],
    [2, '', ''],
  ])('counts %s “%s” as “%s”', (quantity, unit, word) => {
    expect(unitWord(quantity, unit)).toBe(word);
  });

  it('names goods and units of sale of a fault in English where they have an English name, else as they are called', () => {
    const fault = (values: Record<string, string | number>) => [{ path: 'quantity', code: 'belowMinimum', values }];
    const bags = fault({ minimum: 10, unit: '袋', unitEn: 'bags' });
    expect(faultMessages(say.en, bags)[0]?.message).toBe('The least quantity is 10 bags');
    expect(faultMessages(say.zh, bags)[0]?.message).toContain('10 袋');
    expect(faultMessages(say.en, fault({ minimum: 10, unit: '袋', unitEn: '' }))[0]?.message).toContain('10 袋');
  });
});
