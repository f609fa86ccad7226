import type { Books, Difference } from './books.ts';

interface Row {
  what: string;
  id: number;
  problem: string;
}

/**
 * What needs a second person was decided by one (rules 1, 6): re-attributions but for those that a merger carried, which the organizer
 * decided as a whole, and disqualifications, which then stand as an interruption from their day.
 */
export async function* checkDecisions(books: Books): AsyncGenerator<Difference> {
  const rows = await books.all<Row>(
    `SELECT 're-attribution' AS what, id, 'decider' AS problem FROM re_attribution
     WHERE state = 'approved' AND mergerId IS NULL AND (decidedById IS NULL OR decidedById = requestedById OR decidedAt IS NULL)
     UNION ALL SELECT 'disqualification', id, 'decider' FROM disqualification
     WHERE state IN ('reversing', 'done') AND (decidedById IS NULL OR decidedById = proposedById OR decidedAt IS NULL)
     UNION ALL SELECT 'disqualification', q.id, 'interruption' FROM disqualification q
     WHERE q.state IN ('reversing', 'done') AND NOT EXISTS (SELECT 1 FROM certification_interruption i
       WHERE i.certificationId = q.certificationId AND i.kind = 'disqualification' AND i.since = q.since AND i.until IS NULL)`,
  );
  for (const { what, id, problem } of rows)
    yield {
      what: `${problem} of ${what} ${id}`,
      expected: problem === 'decider' ? 'a second person' : 'one from its day on',
      found: 'none',
    };
}
