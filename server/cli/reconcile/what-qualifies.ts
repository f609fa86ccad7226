import type { Books } from './books.ts';

export interface Programme {
  id: number;
  code: string;
  startsOn: string;
  endsOn: string;
  countUntil: string;
  countIndividualBy: 'payment' | 'receipt';
  countPrepaidBy: 'acceptance' | 'review';
  countOnAccountBy: 'acceptance' | 'payment' | 'review';
  groups: Set<number>;
  origins: number[];
  categories: number[];
}

/** Goods of a purchase, as the rules about what qualifies look at them. */
export interface Goods {
  categoryId: number;
  originPlaceId: number;
  supplierId: number | null;
  /** null: declared goods, which are no product of this market */
  productId: number | null;
}

export interface Qualification {
  programmes: readonly Programme[];
  /** the programmes in which goods that a member of these groups bought on a day count (rule 1) */
  programmesFor(goods: Goods, groups: readonly number[], day: string): Programme[];
}

/** The rules about what qualifies, read once: periods, participants, origins, categories and certifications. */
export async function readQualification(books: Books): Promise<Qualification> {
  const programmes = await readProgrammes(books);
  const places = await readParents(books, 'place');
  const categories = await readParents(books, 'category');
  const certified = await readCertifications(books);
  return {
    programmes,
    programmesFor(goods, groups, day) {
      if (goods.supplierId !== null && !certified('supplier', goods.supplierId, day)) return [];
      if (goods.productId !== null && !certified('product', goods.productId, day)) return [];
      return programmes.filter(
        (programme) =>
          programme.startsOn <= day &&
          day <= programme.endsOn &&
          groups.some((id) => programme.groups.has(id)) &&
          liesWithin(places, goods.originPlaceId, programme.origins) &&
          liesWithin(categories, goods.categoryId, programme.categories),
      );
    },
  };
}

/** Drafts count nothing; a closed programme counted while it was open. */
async function readProgrammes(books: Books): Promise<Programme[]> {
  const rows = await books.all<Omit<Programme, 'groups' | 'origins' | 'categories'>>(
    `SELECT id, code, startsOn, endsOn, countUntil, countIndividualBy, countPrepaidBy, countOnAccountBy
     FROM programme WHERE state <> 'draft' ORDER BY id`,
  );
  const participants = await books.all<Pair>('SELECT programmeId, groupId AS id FROM programme_participant');
  const origins = await books.all<Pair>('SELECT programmeId, placeId AS id FROM programme_origin');
  const categories = await books.all<Pair>('SELECT programmeId, categoryId AS id FROM programme_category');
  const of = (pairs: readonly Pair[], id: number) =>
    pairs.filter((pair) => pair.programmeId === id).map((pair) => pair.id);
  return rows.map((row) => ({
    ...row,
    groups: new Set(of(participants, row.id)),
    origins: of(origins, row.id),
    categories: of(categories, row.id),
  }));
}

interface Pair {
  programmeId: number;
  id: number;
}

async function readParents(books: Books, table: 'place' | 'category'): Promise<Map<number, number | null>> {
  const rows = await books.all<{ id: number; parentId: number | null }>(`SELECT id, parentId FROM ${table}`);
  return new Map(rows.map(({ id, parentId }) => [id, parentId]));
}

/** Whether a node is one of these or lies below one; no restriction means any. */
function liesWithin(parents: ReadonlyMap<number, number | null>, id: number, allowed: readonly number[]): boolean {
  if (allowed.length === 0) return true;
  const seen = new Set<number>();
  for (let next: number | null | undefined = id; next && !seen.has(next); next = parents.get(next)) {
    if (allowed.includes(next)) return true;
    seen.add(next);
  }
  return false;
}

interface Certification {
  holder: string;
  validFrom: string;
  validUntil: string;
  interruptions: { since: string; until: string | null }[];
}

/** A certification counts on the days for which it was issued and that no interruption covers, whatever it is today. */
async function readCertifications(books: Books) {
  const rows = await books.all<Omit<Certification, 'interruptions'> & { id: number }>(
    `SELECT id, IF(supplierId IS NULL, CONCAT('product ', productId), CONCAT('supplier ', supplierId)) AS holder, validFrom, validUntil
     FROM certification WHERE number IS NOT NULL AND validFrom IS NOT NULL AND validUntil IS NOT NULL
       AND state IN ('certified', 'suspended', 'revoked', 'disqualified')`,
  );
  const interruptions = await books.all<{ certificationId: number; since: string; until: string | null }>(
    'SELECT certificationId, since, until FROM certification_interruption',
  );
  const holders = new Map<string, Certification[]>();
  for (const row of rows) {
    const mine = interruptions.filter(({ certificationId }) => certificationId === row.id);
    holders.set(row.holder, [...(holders.get(row.holder) ?? []), { ...row, interruptions: mine }]);
  }
  return (kind: 'supplier' | 'product', id: number, day: string): boolean =>
    (holders.get(`${kind} ${id}`) ?? []).some(
      (one) =>
        one.validFrom <= day &&
        day <= one.validUntil &&
        !one.interruptions.some(({ since, until }) => since <= day && (until === null || day < until)),
    );
}
