import fc from 'fast-check';

/** What happens next; numbers pick one of what there is at that moment, so that any sequence of steps makes sense. */
export type Step =
  | {
      kind: 'buy';
      who: number;
      funding: number;
      lines: { good: number; quantity: number }[];
      /** of an individual's, percent of the goods by points, and of the rest by a welfare allowance */
      points?: number;
      allowance?: number;
    }
  | { kind: 'receive'; pick: number; percent: number[] }
  | { kind: 'refund'; pick: number; line: number; quantity: number }
  | { kind: 'cancel'; pick: number }
  | { kind: 'review'; pick: number }
  | { kind: 'pay'; pick: number }
  | { kind: 'import'; who: number; good: number; quantity: number; daysAgo: number }
  | { kind: 'lower'; pick: number; quantity: number }
  | { kind: 'disqualify'; daysAgo: number }
  | { kind: 'open' }
  | { kind: 'close' }
  | { kind: 'verify' | 'return'; pick: number }
  | { kind: 'reAttribute'; pick: number; unit: number }
  | { kind: 'declare'; who: number; good: number; quantity: number; daysAgo: number }
  | { kind: 'move'; unit: number; parent: number }
  | { kind: 'join' | 'leave'; unit: number; group: number }
  | { kind: 'fold'; most: number }
  | { kind: 'pass'; days: number };

export interface Rules {
  individualsBy: 'payment' | 'receipt';
  onAccountBy: 'acceptance' | 'payment' | 'review';
  /** the first programme ends after so many days, and takes facts for as many more */
  lasts: number;
  grace: number;
  /** a campaign takes something off dear orders */
  hasDiscount: boolean;
}

export interface History {
  rules: Rules;
  steps: Step[];
}

const pick = fc.nat(99);
const percent = fc.constantFrom(0, 40, 70, 100, 100);

const buy: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('buy' as const),
  who: pick,
  funding: pick,
  lines: fc.uniqueArray(fc.record({ good: fc.nat(4), quantity: fc.integer({ min: 1, max: 6 }) }), {
    ...{ minLength: 1, maxLength: 3, selector: ({ good }) => good },
  }),
  points: fc.constantFrom(0, 0, 7, 50),
  allowance: fc.constantFrom(0, 0, 33, 60, 100),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: buy },
  {
    weight: 5,
    arbitrary: fc.record({
      ...{ kind: fc.constant('receive' as const), pick },
      percent: fc.array(percent, { minLength: 3, maxLength: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      ...{ kind: fc.constant('refund' as const), pick, line: pick },
      quantity: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('cancel' as const, 'verify' as const, 'verify' as const, 'return' as const),
      pick,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('reAttribute' as const), pick, unit: pick }) },
  {
    weight: 4,
    arbitrary: fc.record({
      ...{ kind: fc.constantFrom('declare' as const, 'import' as const), who: pick, good: pick },
      ...{ quantity: fc.integer({ min: 1, max: 9 }), daysAgo: fc.nat(15) },
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('review' as const, 'pay' as const), pick }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('lower' as const), pick, quantity: fc.integer({ min: 0, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('disqualify' as const), daysAgo: fc.nat(40) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('open' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const), unit: pick, parent: pick }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('join' as const, 'leave' as const), unit: pick, group: pick }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('fold' as const), most: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), days: fc.integer({ min: 1, max: 45 }) }) },
);

/** A purchase first, so that no history is about nothing. */
export const histories: fc.Arbitrary<History> = fc
  .record({
    rules: fc.record({
      individualsBy: fc.constantFrom('payment' as const, 'receipt' as const),
      onAccountBy: fc.constantFrom('acceptance' as const, 'acceptance' as const, 'payment' as const, 'review' as const),
      lasts: fc.integer({ min: 20, max: 120 }),
      grace: fc.integer({ min: 0, max: 30 }),
      hasDiscount: fc.boolean(),
    }),
    first: buy,
    rest: fc.array(step, { minLength: 3, maxLength: 16 }),
  })
  .map(({ rules, first, rest }) => ({ rules, steps: [first, ...rest] }));
