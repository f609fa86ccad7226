import type { FundingSource } from '../../db/generated/enums.ts';
import type { Fault } from '../../shared/errors.ts';
import { cellName, type SheetRow } from '../../web/read-sheet.ts';
import type { ListedUnit } from '../board/progress-queries.ts';
import { fundingMeantBy, isNamed, meantBy, type Translators } from '../sheets/sheet-words.ts';
import { type TargetSetting, targetKey } from './set-target.ts';
import { readAmount, TARGET_UNITS } from './target-amounts.ts';
import type { ScopeTrees } from './target-scope.ts';
import { findHead, type SheetHead, type ValueColumn, weightUnitIn } from './target-sheet-head.ts';

export interface SheetReading {
  /** what the sheet says, each with the cell that says it as its path */
  settings: TargetSetting[];
  /** by cell, "C7" */
  faults: (Fault & { content: string })[];
  /** the units whose lines give another name than the unit has */
  otherNames: { path: string; content: string; unitId: number }[];
}

export interface SheetContext {
  translators: Translators;
  /** the programme's */
  units: readonly ListedUnit[];
  /** codes of all units that there are, to tell strangers from unknown ones */
  knownCodes: ReadonlySet<string>;
  trees: ScopeTrees;
}

/**
 * Reads a table of targets: a line for each unit and scope, an empty cell leaving the target as it is, 0 withdrawing it. Every fault by
 * its cell. Without a head there is one fault, at A1.
 */
export function readTargetSheet(rows: readonly SheetRow[], context: SheetContext): SheetReading {
  const reading: SheetReading = { settings: [], faults: [], otherNames: [] };
  const head = findHead(rows, context.translators);
  if (!head) {
    const code = context.translators[0]?.('targets:sheet.head.code') ?? '';
    reading.faults.push({ path: 'A1', code: 'sheetWithoutHead', values: { code }, content: rows[0]?.[0] ?? '' });
    return reading;
  }
  const first = new Map<string, string>();
  for (const [index, cells] of rows.entries()) {
    if (index <= head.row || cells.every((cell) => cell === '')) continue;
    readLine({ head, context, reading, first, row: index, cells });
  }
  return reading;
}

interface Line {
  head: SheetHead;
  context: SheetContext;
  reading: SheetReading;
  /** the cell of each target that was read before */
  first: Map<string, string>;
  row: number;
  cells: SheetRow;
}

function readLine(line: Line): void {
  const { head, context, cells } = line;
  const filled = head.values.filter(({ column }) => cells[column]);
  const unit = unitIn(line);
  const scope = {
    categoryId: nodeIn(line, 'category', context.trees.categories.byId),
    placeId: nodeIn(line, 'place', context.trees.places.byId),
    fundingSource: fundingIn(line),
  };
  for (const value of filled) {
    const read = amountIn(line, value);
    const isWhole = unit !== null && Object.values(scope).every((part) => part !== undefined);
    if (!read || !isWhole) continue;
    const path = cellName(line.row, value.column);
    const setting = { unitId: unit.id, ...(scope as Whole), ...read, path };
    const before = line.first.get(targetKey(setting));
    if (before) addFault(line, value.column, 'repeatedAt', { cell: before });
    else line.reading.settings.push(setting);
    line.first.set(targetKey(setting), before ?? path);
  }
}

interface Whole {
  categoryId: number | null;
  placeId: number | null;
  fundingSource: FundingSource | null;
}

function addFault(line: Line, column: number, code: string, values?: Fault['values']): null {
  const path = cellName(line.row, column);
  line.reading.faults.push({ path, code, values, content: line.cells[column] ?? '' });
  return null;
}

function textIn({ head, cells }: Line, column: keyof SheetHead['columns']): string {
  const at = head.columns[column];
  return at === undefined ? '' : (cells[at] ?? '');
}

/** By its code, else by its name. A name that is not that of the code's unit is told, for lines that slipped. */
function unitIn(line: Line): ListedUnit | null {
  const { context, head, reading } = line;
  const [code, name] = [textIn(line, 'code'), textIn(line, 'name')];
  const at = head.columns.code ?? head.columns.name ?? 0;
  if (code === '') {
    if (name === '') return addFault(line, at, 'unitMissing');
    const named = context.units.filter((unit) => isNamed(unit, name));
    if (named.length === 1) return named[0] ?? null;
    return addFault(line, head.columns.name ?? at, named.length === 0 ? 'unknownUnitName' : 'ambiguousName', { name });
  }
  const unit = context.units.find((one) => one.code === code);
  if (!unit) return addFault(line, at, context.knownCodes.has(code) ? 'unitOutsideProgramme' : 'unknownUnit', { code });
  if (name !== '' && !isNamed(unit, name))
    reading.otherNames.push({ path: cellName(line.row, head.columns.name ?? at), content: name, unitId: unit.id });
  return unit;
}

type Node = { id: number; code: string; name: string; nameEn: string };

/** A category or place by code or name; null: the cell is empty, undefined: it is at fault. */
function nodeIn(line: Line, column: 'category' | 'place', nodes: ReadonlyMap<number, Node>): number | null | undefined {
  const text = textIn(line, column);
  if (text === '') return null;
  const named = meantBy(nodes.values(), text);
  if (named.length === 1) return named[0]?.id;
  const unknown = column === 'category' ? 'unknownCategory' : 'unknownPlace';
  addFault(line, line.head.columns[column] ?? 0, named.length === 0 ? unknown : 'ambiguousName', {
    code: text,
    name: text,
  });
  return undefined;
}

function fundingIn(line: Line): FundingSource | null | undefined {
  const text = textIn(line, 'funding');
  if (text === '') return null;
  const found = fundingMeantBy(line.context.translators, text);
  if (!found) addFault(line, line.head.columns.funding ?? 0, 'unknownFunding', { name: text });
  return found;
}

function amountIn(line: Line, { column, unit }: ValueColumn): Pick<TargetSetting, 'measure' | 'value'> | null {
  const text = line.cells[column] ?? '';
  const said = textIn(line, 'weightUnit');
  const known = unit ?? (said === '' ? null : weightUnitIn(said, line.context.translators));
  if (known === null) {
    const at = line.head.columns.weightUnit ?? column;
    return said === ''
      ? addFault(line, at, 'weightUnitMissing')
      : addFault(line, at, 'unknownWeightUnit', { unit: said });
  }
  const value = readAmount(text, known);
  if (typeof value === 'string') return addFault(line, column, value);
  return { measure: TARGET_UNITS[known].measure, value };
}
