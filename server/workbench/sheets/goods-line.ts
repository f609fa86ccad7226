import type { Actor } from '../../accounts/actor.ts';
import type { Tx } from '../../db/client.ts';
import { meantBy, plainWord } from '../../quotas/sheets/sheet-words.ts';
import { type Fault, Refusal } from '../../shared/errors.ts';
import { faultsOf } from '../../web/forms.ts';
import { specificationValues } from '../goods/goods-form.ts';
import { familyForm, priceForm, specificationForm } from '../goods/goods-schemas.ts';
import { addFamily } from '../goods/save-family.ts';
import { addOwnSpecification, changeSpecification } from '../goods/save-specification.ts';
import { changeOwnPrice } from '../prices/change-price.ts';
import { LineFaults, type LineOutcome, type SheetContext } from './apply-sheet.ts';
import type { SheetLine } from './read-cells.ts';
import type { SheetColumn } from './sheet-columns.ts';

type Outcome = Omit<LineOutcome, 'row'>;
type Raw = Record<string, unknown>;

/** The columns that a specification is read from, by its form's fields. */
const COLUMN_OF: Record<string, SheetColumn> = {
  ...{ spec: 'spec', specEn: 'specEn', saleUnit: 'saleUnit', saleUnitEn: 'saleUnitEn', netGrams: 'netGrams' },
  ...{ categoryId: 'category', placeId: 'origin', minQuantity: 'minQuantity', orderMultiple: 'orderMultiple' },
  ...{ caseQuantity: 'caseQuantity', shelfLifeDays: 'shelfLifeDays', coldChain: 'coldChain', priceFen: 'price' },
  ...{ name: 'name', nameEn: 'nameEn', description: 'description', storage: 'storage', supplierId: 'supplier' },
};

/** A line with a code changes that specification, empty cells change nothing; one without makes a new one, of the family of its name or a new family. */
export function applyGoodsLine(
  tx: Tx,
  actor: Actor,
  context: SheetContext,
  line: SheetLine,
  at: Date,
): Promise<Outcome> {
  return line.cells.code ? change(tx, actor, context, line, at) : create(tx, actor, context, line, at);
}

async function change(tx: Tx, actor: Actor, context: SheetContext, line: SheetLine, at: Date): Promise<Outcome> {
  const product = await tx.product.findUnique({
    where: { code: line.cells.code ?? '' },
    include: {
      tiers: { orderBy: { fromQuantity: 'asc' } },
      family: { select: { id: true, name: true, nameEn: true } },
      supplier: { select: { id: true, name: true, nameEn: true, placeId: true } },
    },
  });
  if (!product || !context.suppliers.some(({ id }) => id === product.supplierId))
    throw new LineFaults([{ column: 'code', code: 'noSuchProduct' }]);
  const before = specificationValues(product);
  const raw = { ...stringsOf(before), ...typedFields(context, line) };
  const specification = parse(specificationForm, raw);
  const priceFen = line.cells.price ? parse(priceForm, { priceFen: line.cells.price }).priceFen : product.priceFen;
  const isChanged = JSON.stringify(parse(specificationForm, stringsOf(before))) !== JSON.stringify(specification);
  if (isChanged) await byColumn(changeSpecification(tx, context.places, actor, product.id, specification, at));
  const outcome = { name: product.family.name, spec: specification.spec, quantity: null };
  if (priceFen === product.priceFen)
    return { ...outcome, what: isChanged ? 'changed' : 'same', priceFen: null, priceFlagged: false };
  const tiers = product.tiers.map(({ fromQuantity, priceFen: fen }) => ({ fromQuantity, priceFen: fen }));
  if (tiers.some((tier) => tier.priceFen >= priceFen)) throw new LineFaults([{ column: 'price', code: 'belowTier' }]);
  const [t] = context.translators;
  const reason = t ? t('goodsSheet:priceReason') : 'Excel';
  const inEffect = await byColumn(changeOwnPrice(tx, actor, product.id, { priceFen, tiers, reason }, at), 'price');
  return { ...outcome, what: 'changed', priceFen, priceFlagged: !inEffect };
}

async function create(tx: Tx, actor: Actor, context: SheetContext, line: SheetLine, at: Date): Promise<Outcome> {
  const supplier = supplierOf(context, line);
  const defaults = { minQuantity: '1', orderMultiple: '1', caseQuantity: '1', saleMode: 'by_piece' };
  const raw = { ...defaults, ...typedFields(context, line) };
  const faults: LineFaults['faults'][number][] = [];
  const specification = collect(specificationForm, raw, faults);
  const price = collect(priceForm, { priceFen: line.cells.price ?? '' }, faults);
  const name = line.cells.name ?? '';
  const family = await tx.productFamily.findFirst({
    where: { supplierId: supplier.id, name },
    select: { id: true },
  });
  const { nameEn = '', description = '', storage = '' } = line.cells;
  const words = family ? null : collect(familyForm, { name, nameEn, description, storage, brandId: '' }, faults);
  if (faults.length > 0 || !specification || !price) throw new LineFaults(faults);
  const familyId = family
    ? family.id
    : words
      ? await byColumn(
          addFamily(tx, context.places, actor, { supplierId: supplier.id, family: words, specification, price }, at),
        )
      : 0;
  if (family) await byColumn(addOwnSpecification(tx, context.places, actor, familyId, { specification, price }, at));
  const priced = await tx.priceChange.findFirst({
    where: { product: { familyId } },
    orderBy: { id: 'desc' },
    select: { state: true },
  });
  return {
    ...{ what: 'new', name, spec: specification.spec, priceFen: price.priceFen, quantity: null },
    priceFlagged: priced?.state === 'waiting',
  };
}

function supplierOf(context: SheetContext, line: SheetLine) {
  const told = line.cells.supplier ?? '';
  const meant = told ? meantBy(context.suppliers, told) : context.suppliers;
  const [supplier] = meant;
  if (!supplier || meant.length > 1) throw new LineFaults([{ column: 'supplier', code: 'whichSupplier' }]);
  return supplier;
}

/** The fields that a line fills in, names of categories and places as ids. */
function typedFields({ translators, categories, places }: SheetContext, { cells }: SheetLine): Raw {
  const raw: Raw = {};
  for (const [field, column] of Object.entries(COLUMN_OF)) {
    const text = cells[column];
    if (text && !['categoryId', 'placeId', 'coldChain'].includes(field)) raw[field] = text;
  }
  const faults: LineFaults['faults'][number][] = [];
  const idOf = (
    text: string,
    nodes: Iterable<{ id: number; code: string; name: string; nameEn: string }>,
    column: SheetColumn,
  ) => {
    const meant = meantBy(nodes, text);
    if (meant.length !== 1) faults.push({ column, code: meant.length > 1 ? 'severalMeant' : 'notAChoice' });
    return String(meant[0]?.id ?? '');
  };
  if (cells.category) raw.categoryId = idOf(cells.category, categories.byId.values(), 'category');
  if (cells.origin) raw.placeId = idOf(cells.origin, places.byId.values(), 'origin');
  if (cells.coldChain) {
    const yes = translators.some((t) =>
      t('goodsSheet:yes')
        .split('|')
        .map(plainWord)
        .includes(plainWord(cells.coldChain ?? '')),
    );
    const no = translators.some((t) =>
      t('goodsSheet:no')
        .split('|')
        .map(plainWord)
        .includes(plainWord(cells.coldChain ?? '')),
    );
    if (!yes && !no) faults.push({ column: 'coldChain', code: 'yesOrNo' });
    raw.coldChain = yes ? '1' : undefined;
  }
  if (faults.length > 0) throw new LineFaults(faults);
  return raw;
}

function stringsOf(values: Raw): Raw {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
}

type Schema = typeof specificationForm | typeof priceForm | typeof familyForm;

function parse<T extends Schema>(schema: T, raw: Raw): ReturnType<T['parse']> {
  const faults: LineFaults['faults'][number][] = [];
  const read = collect(schema, raw, faults);
  if (!read) throw new LineFaults(faults);
  return read;
}

function collect<T extends Schema>(
  schema: T,
  raw: Raw,
  faults: LineFaults['faults'][number][],
): ReturnType<T['parse']> | null {
  const result = schema.safeParse(raw, { reportInput: true });
  if (result.success) return result.data as ReturnType<T['parse']>;
  faults.push(...faultsOf(result.error).map(atColumn));
  return null;
}

function atColumn({ path, code, values }: Fault) {
  return { column: COLUMN_OF[path] ?? ('code' as const), code, values };
}

/** A use case's refusal by the columns that its fields come from. */
async function byColumn<T>(work: Promise<T>, fallback: SheetColumn = 'code'): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.faults.length === 0) throw new LineFaults([{ column: fallback, code: error.code, values: error.values }]);
    throw new LineFaults(error.faults.map(atColumn));
  }
}
