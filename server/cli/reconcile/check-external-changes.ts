import type { Books, Difference } from './books.ts';

interface Change {
  id: number;
  purchaseId: number;
  before: string;
  after: string;
  grew: number;
  otherPlatform: number;
  /** what the change before it left; null: it is the first */
  previous: string | null;
  /** what the next one started from; null: it is the last */
  next: string | null;
  /** what the purchase is now */
  now: string;
}

const amount = (prefix: string) => `CONCAT(${prefix}Fen, ' fen ', ${prefix}Grams, ' g')`;

/**
 * The changes of external purchases (rules 4, 15): each by a later list of the same platform starts from what the one before it left,
 * lowers and never raises, and the last leaves what the purchase is.
 */
export async function* checkExternalChanges(books: Books): AsyncGenerator<Difference> {
  for await (const [from, to] of books.ranges('external_purchase')) {
    const changes = await books.all<Change>(
      `SELECT c.id, c.purchaseId, ${amount('c.before')} AS \`before\`, ${amount('c.after')} AS \`after\`,
         c.afterFen > c.beforeFen OR c.afterGrams > c.beforeGrams AS grew, i.platformId <> x.platformId AS otherPlatform,
         LAG(${amount('c.after')}) OVER (PARTITION BY c.purchaseId ORDER BY c.id) AS previous,
         LEAD(${amount('c.before')}) OVER (PARTITION BY c.purchaseId ORDER BY c.id) AS next,
         CONCAT(x.fen, ' fen ', x.grams, ' g') AS now
       FROM external_change c JOIN external_purchase x ON x.id = c.purchaseId JOIN external_import i ON i.id = c.importId
       WHERE c.purchaseId BETWEEN ? AND ?`,
      [from, to],
    );
    for (const change of changes) {
      const what = `change ${change.id} of external purchase ${change.purchaseId}`;
      if (change.previous !== null && change.previous !== change.before)
        yield { what: `before of ${what}`, expected: change.previous, found: change.before };
      if (change.next === null && change.after !== change.now)
        yield { what: `after of ${what}`, expected: change.now, found: change.after };
      if (change.grew) yield { what, expected: `at most ${change.before}`, found: change.after };
      if (change.otherPlatform) yield { what: `platform of ${what}`, expected: "the purchase's", found: 'another' };
    }
  }
}
