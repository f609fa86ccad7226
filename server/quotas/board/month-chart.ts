import { dayToColumn } from '../../shared/days.ts';
import { chartColour, drawChart } from '../../web/chart.ts';
import type { Reader } from './board-presenter.ts';
import { frame, type MonthFigures, monthLabel } from './calendar-chart.ts';
import { scaleFor } from './chart-scale.ts';

const SIZES = { wide: { width: 760, height: 280 }, narrow: { width: 350, height: 230 } } as const;

/** Placed and counted of each month side by side; a month of refunds may go below nothing. */
export async function drawMonths(
  reader: Reader,
  id: string,
  months: readonly Pick<MonthFigures, 'month' | 'placed' | 'counted'>[],
  measure: 'fen' | 'grams',
  description: string,
) {
  const largest = Math.max(1, ...months.flatMap(({ placed, counted }) => [Math.abs(placed), Math.abs(counted)]));
  const scale = scaleFor(largest, measure, reader.t);
  const bars = (colour: 'green-300' | 'green-700', data: number[]) => ({
    ...{ type: 'bar', data, silent: true, barGap: '10%', barCategoryGap: '35%' },
    itemStyle: { color: chartColour(colour) },
  });
  const draw = (size: keyof typeof SIZES) => {
    const narrow = size === 'narrow';
    return drawChart({
      id: `${id}-${size}`,
      title: reader.t('board:chart.months'),
      description,
      ...SIZES[size],
      option: {
        ...frame(scale, narrow),
        xAxis: {
          type: 'category',
          data: months.map(({ month }) => monthLabel(reader, dayToColumn(`${month}-01`))),
          axisLabel: { color: chartColour('ink-3'), fontSize: narrow ? 11 : 12, hideOverlap: true },
          axisLine: { lineStyle: { color: chartColour('line-strong') } },
          axisTick: { show: false },
        },
        series: [
          bars(
            'green-300',
            months.map(({ placed }) => placed),
          ),
          bars(
            'green-700',
            months.map(({ counted }) => counted),
          ),
        ],
      },
    });
  };
  return { wide: await draw('wide'), narrow: await draw('narrow') };
}
