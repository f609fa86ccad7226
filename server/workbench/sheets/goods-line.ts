import type { Actor } from '../../accounts/actor.ts';
import type { Tx } from '../../db/client.ts';
import { priceValues, specificationValues } from '../goods/goods-form.ts';
import { priceForm, specificationForm } from '../goods/goods-schemas.ts';
import { changeSpecification } from '../goods/save-specification.ts';
import { changeOwnPrice } from '../prices/change-price.ts';
import type { LineOutcome, SheetContext, TextChange } from './apply-sheet.ts';
import type { FamilyLine } from './family-wishes.ts';
import { columnOfField, parseTexts, rawTexts } from './goods-fields.ts';
import { byColumn, LineFaults } from './line-faults.ts';
import type { TypedTexts } from './read-goods-cells.ts';
import { FAMILY_COLUMNS, type GoodsColumn, SPECIFICATION_COLUMNS, TIER_COLUMNS } from './sheet-columns.ts';

type Outcome = Omit<LineOutcome, 'row'>;

/** Whether a line changes anything of its good, as far as its cells tell. */
export function isChanging({ typed, before }: Pick<FamilyLine, 'typed' | 'before'>): boolean {
  return (Object.keys(typed) as GoodsColumn[]).some(
    (column) => column !== 'priceReason' && typed[column] !== before[column],
  );
}

/** What a line with a code changes of its specification and its price; the words of its good were changed before. Throws LineFaults. */
export async function applyGoodsLine(
  tx: Tx,
  actor: Actor,
  context: SheetContext,
  read: FamilyLine,
  at: Date,
): Promise<Outcome> {
  const { good, before } = read;
  const typed = withoutIdleTolerance(read);
  if (typed.supplier !== undefined && typed.supplier !== before.supplier)
    throw new LineFaults([{ column: 'supplier', code: 'supplierFixed' }]);
  const changed = SPECIFICATION_COLUMNS.filter(
    (column) => typed[column] !== undefined && typed[column] !== before[column],
  );
  if (changed.length > 0) {
    const raw = { ...specificationValues(good), ...rawTexts(context.choices, typed, changed) };
    const specification = parseTexts(specificationForm, raw);
    await byColumn(changeSpecification(tx, context.places, actor, good.id, specification, at), columnOfField);
  }
  const price = await applyPrice(tx, actor, context, read, at);
  const words = FAMILY_COLUMNS.filter((column) => typed[column] !== undefined && typed[column] !== before[column]);
  const changes = [
    ...[...words, ...changed].map((column) => ({ column, before: before[column], after: typed[column] ?? '' })),
    ...price.changes,
  ];
  return {
    ...{
      what: changes.length > 0 ? 'changed' : 'same',
      name: typed.name ?? before.name,
      spec: typed.spec ?? before.spec,
    },
    ...{ nameEn: typed.nameEn ?? before.nameEn, specEn: typed.specEn ?? before.specEn },
    ...{ quantity: null, priceFen: price.priceFen, priceFlagged: price.isFlagged, changes },
  };
}

/** A tolerance tells nothing of goods that are settled by the piece, as in the form. */
function withoutIdleTolerance({ typed, before }: FamilyLine): TypedTexts {
  if ((typed.saleMode ?? before.saleMode) === 'by_weight') return typed;
  const { tolerance, ...others } = typed;
  return others;
}

interface Priced {
  /** null: stays */
  priceFen: number | null;
  isFlagged: boolean;
  changes: TextChange[];
}

/** As the price's own form: with history, and looked at by the operator where rule 21 flags it. */
async function applyPrice(
  tx: Tx,
  actor: Actor,
  { translators, choices }: SheetContext,
  { line, typed, good, before }: FamilyLine,
  at: Date,
): Promise<Priced> {
  const same: Priced = { priceFen: null, isFlagged: false, changes: [] };
  // The cells of the tiers are read together: where one is filled in, the empty ones are no tiers any more.
  const tiersTold = TIER_COLUMNS.some((column) => typed[column] !== undefined);
  const tiers = Object.fromEntries(
    TIER_COLUMNS.map((column) => [
      column,
      tiersTold && line.cells[column] !== undefined ? (typed[column] ?? '') : before[column],
    ]),
  );
  const raw = { priceFen: before.price, ...tiers, ...rawTexts(choices, typed, ['price']) };
  if (raw.priceFen === before.price && TIER_COLUMNS.every((column) => tiers[column] === before[column])) return same;
  const isBelow = (fen: number) => good.tiers.some((tier) => tier.priceFen >= fen);
  const alone = tiersTold ? null : parseTexts(priceForm, { priceFen: raw.priceFen });
  if (alone && isBelow(alone.priceFen)) throw new LineFaults([{ column: 'price', code: 'belowTier' }]);
  const proposal = parseTexts(priceForm, raw);
  const after = { ...noTiers(), ...priceValues(proposal) };
  const changes = [...(['price'] as const), ...TIER_COLUMNS]
    .map((column) => ({
      column,
      before: before[column],
      after: String(after[column === 'price' ? 'priceFen' : column]),
    }))
    .filter((change) => change.before !== change.after);
  if (changes.length === 0) return same;
  const [t] = translators;
  const reason = typed.priceReason || (t ? t('goodsSheet:priceReason') : 'Excel');
  const work = changeOwnPrice(tx, actor, good.id, { ...proposal, reason: parseReason(reason) }, at);
  const isInEffect = await byColumn(work, columnOfField, 'price');
  return { priceFen: proposal.priceFen, isFlagged: !isInEffect, changes };
}

const MOST_REASON = 500;

function parseReason(reason: string): string {
  if (reason.length > MOST_REASON)
    throw new LineFaults([{ column: 'priceReason', code: 'tooLong', values: { maximum: MOST_REASON } }]);
  return reason;
}

function noTiers(): Record<string, unknown> {
  return Object.fromEntries(TIER_COLUMNS.map((column) => [column, '']));
}
