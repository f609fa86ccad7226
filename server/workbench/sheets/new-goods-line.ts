import type { Actor } from '../../accounts/actor.ts';
import type { Tx } from '../../db/client.ts';
import {
  familyForm,
  type PriceInput,
  priceForm,
  type SpecificationInput,
  specificationForm,
} from '../goods/goods-schemas.ts';
import { addFamily } from '../goods/save-family.ts';
import { addOwnSpecification } from '../goods/save-specification.ts';
import type { LineOutcome, SheetContext } from './apply-sheet.ts';
import { differs } from './family-wishes.ts';
import { collectTexts, columnOfField, parseTexts, rawTexts } from './goods-fields.ts';
import { byColumn, type LineFault, LineFaults } from './line-faults.ts';
import type { SheetLine } from './read-cells.ts';
import type { TypedTexts } from './read-goods-cells.ts';
import { FAMILY_COLUMNS, SPECIFICATION_COLUMNS, TIER_COLUMNS } from './sheet-columns.ts';

export interface NewLine {
  line: SheetLine;
  typed: TypedTexts;
}

/** Goods that lines above have made, by their ids. */
export type MadeGoods = Map<number, NewLine>;

const DEFAULTS = { minQuantity: '1', orderMultiple: '1', caseQuantity: '1', saleMode: 'by_piece' };
const NO_WORDS = { name: '', description: '', brandId: '' };

/** A line without a code: a new specification, of the good of its name or a new one. Throws LineFaults. */
export async function applyNewLine(
  tx: Tx,
  actor: Actor,
  context: SheetContext,
  made: MadeGoods,
  one: NewLine,
  at: Date,
): Promise<Omit<LineOutcome, 'row'>> {
  const { typed } = one;
  const supplierId = supplierOf(context, one);
  const family = await tx.productFamily.findFirst({
    where: { supplierId, name: typed.name ?? '' },
    select: { id: true },
  });
  const facts = readFacts(context, one, family === null);
  const above = family && made.get(family.id);
  if (above) agreeWith(above, one);
  const { places } = context;
  if (family) await byColumn(addOwnSpecification(tx, places, actor, family.id, facts, at), columnOfField);
  else {
    const words = parseTexts(familyForm, wordsOf(context, one));
    const goods = { supplierId, family: words, ...facts };
    made.set(await byColumn(addFamily(tx, places, actor, goods, at), columnOfField), one);
  }
  const priced = await tx.priceChange.findFirst({
    where: { product: { supplierId, family: { name: typed.name ?? '' } } },
    orderBy: { id: 'desc' },
    select: { state: true },
  });
  return {
    ...{ what: 'new', name: typed.name ?? '', nameEn: typed.nameEn ?? '', quantity: null, changes: [] },
    ...{ spec: facts.specification.spec, specEn: facts.specification.specEn },
    ...{ priceFen: facts.price.priceFen, priceFlagged: priced?.state === 'waiting' },
  };
}

function supplierOf({ suppliers }: SheetContext, { typed }: NewLine): number {
  const meant = typed.supplier ? suppliers.filter(({ code }) => code === typed.supplier) : suppliers;
  const [supplier] = meant;
  if (!supplier || meant.length > 1) throw new LineFaults([{ column: 'supplier', code: 'whichSupplier' }]);
  return supplier.id;
}

/** Specification and price, with every fault of the line at once. */
function readFacts(
  context: SheetContext,
  one: NewLine,
  isNewGood: boolean,
): { specification: SpecificationInput; price: PriceInput } {
  const { choices } = context;
  const faults: LineFault[] = [];
  const facts = { ...DEFAULTS, ...rawTexts(choices, one.typed, SPECIFICATION_COLUMNS) };
  const specification = collectTexts(specificationForm, facts, faults);
  const prices = { priceFen: '', ...rawTexts(choices, one.typed, ['price', ...TIER_COLUMNS]) };
  const price = collectTexts(priceForm, prices, faults);
  if (isNewGood) collectTexts(familyForm, wordsOf(context, one), faults);
  if (faults.length > 0 || !specification || !price) throw new LineFaults(faults);
  return { specification, price };
}

function wordsOf({ choices }: SheetContext, { typed }: NewLine) {
  return { ...NO_WORDS, ...rawTexts(choices, typed, FAMILY_COLUMNS) };
}

/** Further lines of a good that this table makes leave its words out or repeat them. */
function agreeWith({ line, typed: first }: NewLine, { typed }: NewLine): void {
  const other = FAMILY_COLUMNS.find((column) => typed[column] && typed[column] !== (first[column] ?? ''));
  if (other) throw differs(other, line.row);
}
