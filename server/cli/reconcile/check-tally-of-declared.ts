import { type Books, type Difference, dayInShanghai } from './books.ts';
import { ENTRY_GROUP, ENTRY_SUM, type EntrySum, standingOfEntry, TallyLines } from './tally-lines.ts';
import { readQualification } from './what-qualifies.ts';
import { readStandings } from './who-takes-part.ts';

interface Declared {
  /** of the line, in its own table */
  id: number;
  unitId: number;
  fundingSource: string;
  state: 'declared' | 'verified' | 'returned' | 'withdrawn';
  purchasedOn: string;
  declaredAt: string;
  decidedAt: string | null;
  categoryId: number;
  originPlaceId: number;
  supplierId: number | null;
  fen: number;
  grams: number;
}

type Kind = 'offline' | 'external';

const RANGE = 2000;

/** Who the purchase counts for: the unit that it was last re-attributed to. */
const unitOf = (kind: Kind) => `COALESCE((SELECT r.toUnitId FROM re_attribution r
  WHERE r.${kind}Id = x.id AND r.state = 'approved' ORDER BY r.decidedAt DESC, r.id DESC LIMIT 1), x.unitId) AS unitId`;

const LINES: Record<Kind, string> = {
  offline: `SELECT l.id, ${unitOf('offline')}, x.fundingSource, x.state, x.purchasedOn, x.declaredAt, x.decidedAt,
      l.categoryId, l.originPlaceId, l.supplierId, l.fen, l.grams
    FROM offline_line l JOIN offline_purchase x ON x.id = l.purchaseId WHERE l.id BETWEEN ? AND ?`,
  external: `SELECT x.id, ${unitOf('external')}, x.fundingSource, x.state, x.purchasedOn, i.at AS declaredAt, i.at AS decidedAt,
      x.categoryId, x.originPlaceId, NULL AS supplierId, x.fen, x.grams
    FROM external_purchase x JOIN external_import i ON i.id = x.importId WHERE x.id BETWEEN ? AND ?`,
};

const NEXT_LINE = `SELECT MIN(id) AS id FROM (
  SELECT MIN(id) AS id FROM offline_line WHERE id >= ? UNION SELECT MIN(id) FROM external_purchase WHERE id >= ?
  UNION SELECT MIN(lineId) FROM tally_entry WHERE orderId IS NULL AND lineId >= ?) x`;

/**
 * The tally of offline and external purchases: placed by declaration, counted by verification, in the programmes of the day of
 * purchase (rules 1, 2, 14, 15); a returned or withdrawn one counts nothing. Goods of a certified supplier's must have been certified.
 */
export async function* checkTallyOfDeclared(books: Books): AsyncGenerator<Difference> {
  const { programmesFor } = await readQualification(books);
  const standingOf = await readStandings(books);
  for (let from = 0; ; from += RANGE) {
    const [next] = await books.all<{ id: number | null }>(NEXT_LINE, [from, from, from]);
    if (!next || next.id === null) return;
    from = next.id;
    const range: [number, number] = [from, from + RANGE - 1];
    const expected = new TallyLines();
    for (const kind of ['offline', 'external'] as const) {
      for (const line of await books.all<Declared>(LINES[kind], range)) {
        if (line.state !== 'declared' && line.state !== 'verified') continue;
        const standing = standingOf(line.unitId, line.purchasedOn);
        const goods = { ...line, productId: null };
        for (const programme of programmesFor(goods, standing.groups, line.purchasedOn)) {
          const add = (event: 'placed' | 'counted') =>
            expected.add(programme, `${kind} line ${line.id}`, event, { ...line, channel: kind }, standing, line);
          // What is declared too late for a programme is nowhere in it (rule 3).
          if (dayInShanghai(line.declaredAt) > programme.countUntil) continue;
          add('placed');
          const verifiedOn = line.state === 'verified' && line.decidedAt ? dayInShanghai(line.decidedAt) : null;
          if (verifiedOn !== null && verifiedOn <= programme.countUntil) add('counted');
        }
      }
    }
    yield* expected.comparedWith(await entriesOf(books, range));
  }
}

async function entriesOf(books: Books, range: readonly number[]): Promise<TallyLines> {
  const rows = await books.all<EntrySum & { lineId: number; kind: string }>(
    `SELECT e.lineId, IF(e.source = 're_attribution', IF(r.externalId IS NULL, 'offline', 'external'), e.channel) AS kind, ${ENTRY_SUM}
     FROM tally_entry e JOIN programme p ON p.id = e.programmeId JOIN unit_lineage g ON g.id = e.lineageId
     LEFT JOIN re_attribution r ON e.source = 're_attribution' AND r.id = e.sourceId
     WHERE e.orderId IS NULL AND e.lineId BETWEEN ? AND ? GROUP BY e.lineId, kind, ${ENTRY_GROUP}`,
    range,
  );
  const found = new TallyLines();
  for (const row of rows)
    found.add({ code: row.programme }, `${row.kind} line ${row.lineId}`, row.event, row, standingOfEntry(row), row);
  return found;
}
