import type { Table } from './read-schema.ts';

export const WIDTH = 272;
export const LINE = 15;
export const HEADER = 24;
export const PANEL_TITLE = 34;
const PADDING = 7;
const GAP_X = 36;
const GAP_Y = 20;
const COLUMNS = 6;
const MARGIN = 24;
const CHARACTERS = 38;

export type Row = { text: string; kind: 'key' | 'reference' | 'plain'; target: string | null };
export type Box = { table: Table; x: number; y: number; height: number; rows: Row[] };
export type Panel = { feature: string; x: number; y: number; width: number; height: number; boxes: Box[] };
export type Drawing = { width: number; height: number; panels: Panel[] };

/** Features one below another, in each the tables in the order of the schema, each in the column that is shortest so far. */
export function layOut(tables: Table[]): Drawing {
  const width = MARGIN * 4 + COLUMNS * WIDTH + (COLUMNS - 1) * GAP_X;
  const panels: Panel[] = [];
  let y = MARGIN + PANEL_TITLE;
  for (const feature of new Set(tables.map((table) => table.feature))) {
    const panel = panelOf(
      feature,
      tables.filter((table) => table.feature === feature),
      y,
      width - MARGIN * 2,
    );
    panels.push(panel);
    y += panel.height + MARGIN;
  }
  return { width, height: y, panels };
}

function panelOf(feature: string, tables: Table[], y: number, width: number): Panel {
  const top = y + PANEL_TITLE;
  const bottoms = Array.from({ length: COLUMNS }, () => top);
  const boxes = tables.map((table) => {
    const column = bottoms.indexOf(Math.min(...bottoms));
    const rows = rowsOf(table);
    const box = {
      table,
      x: MARGIN * 2 + column * (WIDTH + GAP_X),
      y: bottoms[column] ?? top,
      height: HEADER + PADDING + rows.length * LINE,
      rows,
    };
    bottoms[column] = box.y + box.height + GAP_Y;
    return box;
  });
  return { feature, x: MARGIN, y, width, height: Math.max(...bottoms) - y, boxes };
}

/** Keys first, then references, then the rest as running text. */
function rowsOf(table: Table): Row[] {
  const references = table.foreignKeys.map((foreignKey) => ({
    text: `${foreignKey.columns.join(', ')} → ${foreignKey.references}`,
    kind: 'reference' as const,
    target: foreignKey.references,
  }));
  const unique = table.keys.filter((key) => key.kind === 'unique').map((key) => key.parts.map((part) => part.column));
  const keys = [`PK ${table.primaryKey.join(', ')}`, ...unique.map((columns) => `UQ ${columns.join(', ')}`)];
  const shown = new Set([...table.primaryKey, ...table.foreignKeys.flatMap((foreignKey) => foreignKey.columns)]);
  for (const columns of unique) if (columns.length === 1) shown.add(columns[0] ?? '');
  const rest = table.columns
    .filter((column) => !shown.has(column.name))
    .map((column) => `${column.name}${column.nullable ? '?' : ''}`);
  return [
    ...keys.flatMap((text) => wrapped(text.split(' '), ' ')).map((text) => plainRow(text, 'key')),
    ...references,
    ...wrapped(rest, ', ').map((text) => plainRow(text, 'plain')),
  ];
}

function plainRow(text: string, kind: 'key' | 'plain'): Row {
  return { text, kind, target: null };
}

function wrapped(words: string[], separator: string): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + separator.length + word.length <= CHARACTERS) {
      lines[lines.length - 1] = `${last}${separator}${word}`;
    } else lines.push(word);
  }
  return lines;
}
