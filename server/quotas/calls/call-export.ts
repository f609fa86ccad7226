import writeExcelFile, { type Cell } from 'write-excel-file/node';
import type { Board } from '../board/board.ts';
import { nameOf, type Reader, scopeName } from '../board/board-presenter.ts';
import type { Call } from './call-list.ts';
import { reasons } from './call-presenter.ts';

/** The call list as an Excel file: who is behind, the gap as numbers, whom to call, and room for what was said. */
export function exportCalls(reader: Reader, board: Board, calls: readonly Call[], day: string): Promise<Buffer> {
  const { t } = reader;
  const heads = [
    'unit',
    'scope',
    'state',
    'target',
    'counted',
    'gapToday',
    'gapWhole',
    'measure',
    'why',
    'contacts',
    'reminded',
    'said',
  ];
  const rows = calls.map((call): Cell[] => {
    const { target, row, unit } = call;
    const number = (amount: number): Cell => ({
      value: target.measure === 'fen' ? amount / 100 : amount / 1000,
      type: Number,
      format: target.measure === 'fen' ? '#,##0.00' : '#,##0.###',
    });
    return [
      nameOf(reader, unit),
      target.scopeKey === 'all' ? null : scopeName(reader, board, target),
      t(`common:progressState.${row.state}`),
      number(target.value),
      number(target.counted),
      number(call.gapToday),
      number(call.gapWhole),
      t(`calls:measure.${target.measure}`),
      reasons(reader, call).join(t('calls:why.join')),
      call.contacts.map(({ name, phone }) => [name, phone].filter(Boolean).join(' ')).join('; '),
      call.reminders[0]?.at.toISOString().slice(0, 10) ?? null,
      null,
    ];
  });
  const sheet: Cell[][] = [
    [{ value: `${nameOf(reader, board.programme)} · ${t('calls:title')}`, fontWeight: 'bold' }],
    [t('calls:asOf', { day })],
    heads.map((name): Cell => ({ value: t(`calls:export.${name}`), fontWeight: 'bold', wrap: true })),
    ...rows,
  ];
  const columns = heads.map((name) => ({ width: { unit: 32, why: 36, contacts: 36, said: 40 }[name] ?? 14 }));
  return writeExcelFile(sheet, { columns, stickyRowsCount: 3, sheet: t('calls:title') }).toBuffer();
}
