import type { Books, Difference } from './books.ts';

interface Row {
  what: string;
  id: number;
  problem: keyof typeof EXPECTED;
}

const EXPECTED = {
  decider: 'a second person',
  interruption: 'one from its day on',
  level: 'one that waits',
  approval: 'one of each level',
  rule: 'the threshold of its newest version',
};

/**
 * What needs a second person was decided by one (rules 1, 6): re-attributions but for those that a merger carried, which the organizer
 * decided as a whole, and disqualifications, which then stand as an interruption from their day. A unit's purchase has been approved at
 * every level that it needs, at each by another person and never by its buyer, before it is placed (rule 26).
 */
export async function* checkDecisions(books: Books): AsyncGenerator<Difference> {
  const rows = await books.all<Row>(
    `SELECT 're-attribution' AS what, id, 'decider' AS problem FROM re_attribution
     WHERE state = 'approved' AND mergerId IS NULL AND (decidedById IS NULL OR decidedById = requestedById OR decidedAt IS NULL)
     UNION ALL SELECT 'disqualification', id, 'decider' FROM disqualification
     WHERE state IN ('reversing', 'done') AND (decidedById IS NULL OR decidedById = proposedById OR decidedAt IS NULL)
     UNION ALL SELECT 'disqualification', q.id, 'interruption' FROM disqualification q
     WHERE q.state IN ('reversing', 'done') AND NOT EXISTS (SELECT 1 FROM certification_interruption i
       WHERE i.certificationId = q.certificationId AND i.kind = 'disqualification' AND i.since = q.since AND i.until IS NULL)
     UNION ALL SELECT DISTINCT 'order', a.orderId, 'decider' FROM order_approval a JOIN order_decision d ON d.id = a.decisionId AND d.decision = 'approved'
     JOIN \`order\` o ON o.id = a.orderId
     WHERE d.byId = o.buyerId OR EXISTS (SELECT 1 FROM order_approval b JOIN order_decision e ON e.id = b.decisionId AND e.decision = 'approved'
       WHERE b.orderId = a.orderId AND b.level < a.level AND e.byId = d.byId)
     UNION ALL SELECT DISTINCT 'order', a.orderId, 'approval' FROM order_approval a JOIN \`order\` o ON o.id = a.orderId
     WHERE o.placedAt IS NOT NULL AND NOT EXISTS (SELECT 1 FROM order_decision d WHERE d.id = a.decisionId AND d.decision = 'approved')
     UNION ALL SELECT 'order', o.id, 'level' FROM \`order\` o
     WHERE o.state = 'awaiting_approval' AND NOT EXISTS (SELECT 1 FROM order_approval a WHERE a.orderId = o.id AND a.decisionId IS NULL)
     UNION ALL SELECT 'payer', p.id, 'rule' FROM unit_payer p JOIN approval_rule r
       ON r.unitId = p.unitId AND r.fundingSource = p.fundingSource AND r.reach = 'own'
       AND r.version = (SELECT MAX(n.version) FROM approval_rule n WHERE n.unitId = r.unitId AND n.fundingSource = r.fundingSource AND n.reach = 'own')
     WHERE r.thresholdFen <> p.approvalThresholdFen OR r.overBudget <> p.overBudget`,
  );
  for (const { what, id, problem } of rows)
    yield {
      what: `${problem} of ${what} ${id}`,
      expected: EXPECTED[problem],
      found: 'none',
    };
}
