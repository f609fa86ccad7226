import {
  type Box,
  type Drawing,
  HEADER,
  LINE,
  layOut,
  PANEL_TITLE,
  type Panel,
  type Row,
  WIDTH,
} from './layout-schema.ts';
import type { Table } from './read-schema.ts';

export const DRAWING_FILE = new URL('../../../prisma/schema.svg', import.meta.url);

/** Draws all tables as an SVG; the same schema always gives the same bytes. Lines join tables of one feature, names the others. */
export function drawSchema(tables: Table[]): string {
  const drawing = layOut(tables);
  const colours = new Map(drawing.panels.map((panel, at) => [panel.feature, colour(at)]));
  const featureOf = new Map(tables.map((table) => [table.name, table.feature]));
  const colourOf = (table: string) => colours.get(featureOf.get(table) ?? '') ?? '#555';
  const references = tables.reduce((sum, table) => sum + table.foreignKeys.length, 0);
  return [
    ...opening(drawing, `${tables.length} tables, ${references} references`),
    ...drawing.panels.flatMap((panel) => drawPanel(panel, colourOf)),
    '</svg>',
    '',
  ].join('\n');
}

function opening({ width, height }: Drawing, summary: string): string[] {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11">`,
    '<!-- Drawn by `npm run schema:draw` from prisma/schema.prisma -->',
    `<title>The tables of the market: ${summary}</title>`,
    '<style>a{text-decoration:none}a:hover{text-decoration:underline}.name{fill:#fff;font-weight:bold;font-size:12px}.key{fill:#111;font-weight:bold}.plain{fill:#666}.line{fill:none;stroke-width:1.2;opacity:.7}.feature{font-family:system-ui,sans-serif;font-size:18px;font-weight:bold}</style>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="24" y="40" class="feature" fill="#111">${summary} — ? may be empty, PK primary key, UQ unique, → refers to</text>`,
  ];
}

function drawPanel(panel: Panel, colourOf: (table: string) => string): string[] {
  const own = panel.boxes[0] ? colourOf(panel.boxes[0].table.name) : '#555';
  return [
    `<rect x="${panel.x}" y="${panel.y}" width="${panel.width}" height="${panel.height}" rx="8" fill="${own}" fill-opacity=".06"/>`,
    `<text x="${panel.x + 16}" y="${panel.y + PANEL_TITLE - 11}" class="feature" fill="${own}">${xml(panel.feature)}</text>`,
    // beneath the boxes, so that no line crosses a word
    ...panel.boxes.flatMap((box) => linesFrom(box, panel, own)),
    ...panel.boxes.flatMap((box) => drawBox(box, colourOf)),
  ];
}

function drawBox(box: Box, colourOf: (table: string) => string): string[] {
  const own = colourOf(box.table.name);
  return [
    `<g id="${box.table.name}">`,
    box.table.doc ? `<title>${xml(box.table.doc)}</title>` : '',
    `<rect x="${box.x}" y="${box.y}" width="${WIDTH}" height="${box.height}" rx="4" fill="#fff" stroke="${own}"/>`,
    `<path d="M${box.x} ${box.y + HEADER}v-${HEADER - 4}q0-4 4-4h${WIDTH - 8}q4 0 4 4v${HEADER - 4}z" fill="${own}"/>`,
    `<text x="${box.x + 8}" y="${box.y + 16}" class="name">${xml(box.table.name)}</text>`,
    ...box.rows.map((row, at) => drawRow(row, box.x + 8, rowMiddle(box, at) + 4, colourOf)),
    '</g>',
  ].filter(Boolean);
}

function drawRow(row: Row, x: number, y: number, colourOf: (table: string) => string): string {
  if (!row.target) return `<text x="${x}" y="${y}" class="${row.kind}">${xml(row.text)}</text>`;
  return `<a href="#${row.target}"><text x="${x}" y="${y}" fill="${colourOf(row.target)}">${xml(row.text)}</text></a>`;
}

/** From the reference's row to the side of the other table's heading; in one column around the left. */
function linesFrom(box: Box, panel: Panel, stroke: string): string[] {
  return box.rows.flatMap((row, at) => {
    const target = panel.boxes.find((other) => other.table.name === row.target);
    if (!target) return [];
    const [fromY, toY] = [rowMiddle(box, at), target.y + HEADER / 2];
    const isLeftward = target.x <= box.x;
    const fromX = isLeftward ? box.x : box.x + WIDTH;
    const toX = target.x < box.x ? target.x + WIDTH : target.x;
    const bend = (isLeftward ? -1 : 1) * (target.x === box.x ? 22 : 30);
    const landing = target.x === box.x ? toX + bend : toX - bend;
    return [
      `<path class="line" stroke="${stroke}" d="M${fromX} ${fromY}C${fromX + bend} ${fromY} ${landing} ${toY} ${toX} ${toY}"/>`,
      `<circle cx="${toX}" cy="${toY}" r="2.5" fill="${stroke}"/>`,
    ];
  });
}

function rowMiddle(box: Box, row: number): number {
  return box.y + HEADER + LINE / 2 + 3 + row * LINE;
}

/** Dark enough for white text, and far from its neighbours. */
function colour(at: number): string {
  return `hsl(${(at * 137) % 360} 55% 36%)`;
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
