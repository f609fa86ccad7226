import type { EChartsCoreOption } from 'echarts/core';

/** The colours of public/css/tokens.css that charts draw with. */
const COLOURS = [
  ...(['ink', 'ink-2', 'ink-3', 'line', 'line-strong', 'surface', 'paper-deep'] as const),
  ...(['green-700', 'green-500', 'green-300', 'green-100', 'tea-500', 'red-600', 'indigo-700'] as const),
] as const;
export type ChartColour = (typeof COLOURS)[number];

/** A stand-in that no colour of the market equals; drawChart puts the token in its place, so that CSS alone knows colours. */
export function chartColour(name: ChartColour): string {
  return `#fe0a${COLOURS.indexOf(name).toString(16).padStart(2, '0')}`;
}

export interface ChartWish {
  /** unique on the page */
  id: string;
  title: string;
  /** what the picture says, for whoever does not see it */
  description: string;
  width: number;
  height: number;
  option: EChartsCoreOption;
}

/**
 * Draws a chart as an SVG that stands in a page under the market's CSP: no style attributes or elements, no scripts, colours by token,
 * size by CSS. The library is loaded by the first chart (about 40 MB), and only the parts that charts here use. What was drawn lately is
 * not drawn again as long as the wish says the same, so that formatters must depend on nothing but its words and figures.
 */
export async function drawChart(wish: ChartWish): Promise<string> {
  const key = JSON.stringify(wish);
  const drawing = drawn.get(key) ?? draw(wish);
  drawn.delete(key);
  drawn.set(key, drawing);
  for (const oldest of drawn.keys()) {
    if (drawn.size <= KEPT) break;
    drawn.delete(oldest);
  }
  try {
    return await drawing;
  } catch (error) {
    drawn.delete(key);
    throw error;
  }
}

/** The newest drawings by their wishes, the least lately asked for first; about 10 kB each. */
const drawn = new Map<string, Promise<string>>();
const KEPT = 200;

async function draw({ id, title, description, width, height, option }: ChartWish): Promise<string> {
  const { init } = await loadLibrary();
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, useUTC: true, backgroundColor: 'transparent', ...option });
    return cleaned(chart.renderToSVGString(), { id, title, description, width, height });
  } finally {
    chart.dispose();
  }
}

let library: Promise<typeof import('echarts/core')> | undefined;

function loadLibrary(): Promise<typeof import('echarts/core')> {
  library ??= importLibrary();
  return library;
}

async function importLibrary(): Promise<typeof import('echarts/core')> {
  const [core, charts, components, renderers] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ]);
  core.use([charts.LineChart, charts.BarChart, components.GridComponent, components.MarkLineComponent]);
  core.use(renderers.SVGRenderer);
  return core;
}

function cleaned(svg: string, { id, title, description, width, height }: Omit<ChartWish, 'option'>): string {
  const inner = svg
    .replace(/^[\s\S]*?<svg[^>]*>/, '')
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/ (?:class|ecmeta_\w+|pointer-events|xml:space)="[^"]*"/g, '')
    .replace(/ style="([^"]*)"/g, (_, css: string) => attributesOf(css))
    .replace(/zr\d+-/g, `${id}-`)
    .replace(/#fe0a([0-9a-f]{2})/gi, (_, index: string) => `var(--${COLOURS[Number.parseInt(index, 16)] ?? 'ink'})`)
    .replace(/\n+/g, '');
  return (
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-text" focusable="false">` +
    `<title id="${id}-title">${escaped(title)}</title><desc id="${id}-text">${escaped(description)}</desc>${inner}`
  );
}

/** The size and weight of a text's CSS as attributes, be they apart or in one `font`; its family comes from the page. */
function attributesOf(css: string): string {
  const size = /(?:^|[\s;:])([\d.]+)px/.exec(css)?.[1];
  const weight = /font(?:-weight)?:[^;]*\b(bold|[5-9]00)\b/.exec(css)?.[1];
  return `${size ? ` font-size="${size}"` : ''}${weight ? ` font-weight="${weight}"` : ''}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
