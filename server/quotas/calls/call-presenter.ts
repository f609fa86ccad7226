import { pathTo } from '../../paths.ts';
import { formatYuan } from '../../shared/money.ts';
import { unitWord } from '../../shared/unit-words.ts';
import { weightText } from '../../web/handlebars.ts';
import type { Board } from '../board/board.ts';
import { unitPath } from '../board/board-links.ts';
import { nameOf, presentProgress, type Reader, scopeName } from '../board/board-presenter.ts';
import type { Call } from './call-list.ts';
import type { ClosingGoods } from './closing-goods.ts';

/** What views/quotas/calls.hbs shows of a unit that is behind. */
export function presentCall(reader: Reader, board: Board, call: Call) {
  const { t } = reader;
  const { unit, target } = call;
  const amount = amountIn(reader, target.measure);
  const parent = unit.parentId === null ? undefined : board.byId.get(unit.parentId);
  return {
    ...presentProgress(reader, board, call.row),
    id: unit.id,
    name: nameOf(reader, unit),
    href: unitPath(board.programme, unit),
    parentName: parent && nameOf(reader, parent),
    scope: target.scopeKey === 'all' ? undefined : scopeName(reader, board, target),
    gapToday: amount(call.gapToday),
    gapWhole: amount(call.gapWhole),
    why: reasons(reader, call).join(t('calls:why.join')),
    contacts: call.contacts.map(({ role, name, phone, email }) => ({
      role: t(`calls:role.${role}`),
      name,
      phone,
      email,
    })),
    goods: call.goods.map((goods) => presentGoods(reader, goods)),
    reminders: call.reminders.map((reminder) => ({
      text: reminder.text,
      at: reminder.at.toISOString(),
      by: reminder.byName,
      kindLabel: t(`calls:reminder.${reminder.kind}`),
    })),
  };
}

/** Why it is behind, as far as figures tell: nothing bought, nothing bought lately, or bought and not counted yet. */
export function reasons(reader: Reader, { waiting, lastMonth, target }: Call): string[] {
  const { t } = reader;
  return [
    lastMonth === null ? t('calls:why.nothing') : t('calls:why.last', { month: lastMonth }),
    ...(waiting > 0 ? [t('calls:why.waiting', { amount: amountIn(reader, target.measure)(waiting) })] : []),
  ];
}

export function amountIn({ t }: Reader, measure: 'fen' | 'grams'): (amount: number) => string {
  return (amount) => (measure === 'fen' ? `¥${formatYuan(amount)}` : weightText(amount, t));
}

function presentGoods(reader: Reader, { card, quantity, fen, isEnough }: ClosingGoods) {
  const { t, locale } = reader;
  return {
    href: pathTo('product', { id: card.id }),
    text: t('calls:goods.line', {
      name: nameOf(reader, card),
      spec: (locale === 'en' && card.specEn) || card.spec,
      quantity: quantity.toLocaleString('en-US'),
      unit: unitWord(quantity, (locale === 'en' && card.saleUnitEn) || card.saleUnit),
      amount: `¥${formatYuan(fen)}`,
    }),
    isEnough,
  };
}
