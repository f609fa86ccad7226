import type { History, Rules, Step } from './steps.ts';

const rules: Rules = { individualsBy: 'payment', onAccountBy: 'acceptance', lasts: 20, grace: 0, hasDiscount: false };
const CANTEEN = 2;
/** picks of a unit for re-attributing */
const [BANK, SECOND_PRISON, OUTSIDE] = [0, 2, 4];

const buy = (good: number, quantity: number, funding = 0): Step => {
  return { kind: 'buy', who: 0, funding, lines: [{ good, quantity }] };
};
const buyWith = (allowance: number, points = 0): Step => {
  const lines = [
    { good: 0, quantity: 3 },
    { good: 1, quantity: 1 },
  ];
  return { kind: 'buy', who: 0, funding: 0, lines, allowance, points };
};
const receive = (percent: number): Step => ({ kind: 'receive', pick: 0, percent: [percent, percent, percent] });
const refund = (quantity: number): Step => ({ kind: 'refund', pick: 0, line: 0, quantity });
const reAttribute = (pick: number, unit: number): Step => ({ kind: 'reAttribute', pick, unit });
const open: Step = { kind: 'open' };

/** Histories in which the market and the model once differed, or in which only one fault would show. */
export const KNOWN: Record<string, History> = {
  'what was given back before it arrived is not taken off once more when the purchase comes into a programme': {
    rules,
    steps: [buy(1, 2), refund(1), receive(100), reAttribute(0, OUTSIDE), reAttribute(0, BANK)],
  },
  'what was declared too late for a programme does not come into it by a re-attribution': {
    rules,
    steps: [
      buy(0, 1),
      { kind: 'pass', days: 30 },
      { kind: 'declare', who: 0, good: 0, quantity: 2, daysAgo: 15 },
      reAttribute(1, SECOND_PRISON),
      { kind: 'verify', pick: 0 },
    ],
  },
  'a line that was paid by what was given back of another counts wherever it comes': {
    rules: { ...rules, onAccountBy: 'payment' },
    steps: [
      ...[buy(0, 6, CANTEEN), receive(100), { kind: 'pay', pick: 0 } as const, refund(4)],
      ...[buy(0, 2, CANTEEN), receive(100), { kind: 'pay', pick: 0 } as const],
      ...[reAttribute(1, OUTSIDE), reAttribute(1, BANK)],
    ],
  },
  'what is received after a programme has ended counting counts in the other alone': {
    rules,
    steps: [buy(0, 2, CANTEEN), { kind: 'pass', days: 21 }, receive(100)],
  },
  'what is bought after a programme has ended is none of its': {
    rules: { ...rules, grace: 30 },
    steps: [
      buy(0, 2),
      { kind: 'pass', days: 21 },
      buy(1, 1),
      { kind: 'declare', who: 0, good: 0, quantity: 1, daysAgo: 0 },
    ],
  },
  'what is verified after a programme has ended counting counts in the other alone': {
    rules,
    steps: [
      { kind: 'declare', who: 0, good: 0, quantity: 2, daysAgo: 0 },
      { kind: 'pass', days: 21 },
      { kind: 'verify', pick: 0 },
    ],
  },
  'what is given back after a programme was closed is a marked adjustment': {
    rules: { ...rules, grace: 20 },
    steps: [
      ...[buy(0, 5, CANTEEN), receive(100), buy(1, 3, CANTEEN), { kind: 'pass', days: 35 } as const],
      ...[{ kind: 'close' } as const, refund(2), receive(40), reAttribute(1, SECOND_PRISON)],
    ],
  },
  'goods of a fraud are taken back from whoever holds them, and are not taken into a programme': {
    rules,
    steps: [
      ...[buy(4, 4), reAttribute(0, SECOND_PRISON), buy(4, 2, CANTEEN), receive(100)],
      ...[{ kind: 'disqualify', daysAgo: 3 } as const, open, reAttribute(0, BANK)],
    ],
  },
  'what a welfare allowance paid is union funds, in every part that is given back, moved and counted': {
    rules: { ...rules, individualsBy: 'receipt', hasDiscount: true },
    steps: [
      ...[buyWith(33, 7), refund(1), receive(70), reAttribute(0, SECOND_PRISON), open, refund(1), refund(2)],
      ...[
        buyWith(60),
        receive(40),
        refund(1),
        reAttribute(1, BANK),
        buyWith(100),
        { kind: 'cancel', pick: 2 } as const,
      ],
    ],
  },
  'goods of a fraud that a welfare allowance paid in part are taken back of both tenders': {
    rules,
    steps: [
      { kind: 'buy', who: 0, funding: 0, lines: [{ good: 4, quantity: 3 }], allowance: 33 },
      ...[refund(1), { kind: 'disqualify', daysAgo: 3 } as const, open],
    ],
  },
  'a purchase that moved while the programme was a draft is taken in for whom it moved to': {
    rules,
    steps: [buy(0, 3, CANTEEN), refund(1), reAttribute(0, SECOND_PRISON), receive(40), open],
  },
};
