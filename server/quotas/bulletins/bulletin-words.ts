import type { Day } from '../../shared/days.ts';
import { formatYuan } from '../../shared/money.ts';
import { weightText } from '../../web/handlebars.ts';
import { nameOf, type Reader } from '../board/board-presenter.ts';
import type { Measured, Part, Reason, Scope } from './bulletin-figures.ts';
import { type Period, periodWords } from './bulletin-periods.ts';

const FEN_A_WAN = 1_000_000n;

/** Money in running text: from ten thousand yuan on in those, rounded to two decimals; the tables have the fen. */
export function moneyWords({ t }: Reader, fen: number): string {
  if (Math.abs(fen) < Number(FEN_A_WAN)) return t('bulletins:amount.yuan', { amount: formatYuan(fen) });
  const hundredths = (BigInt(Math.abs(fen)) * 100n + FEN_A_WAN / 2n) / FEN_A_WAN;
  return t('bulletins:amount.wan', { amount: formatYuan(fen < 0 ? -hundredths : hundredths) });
}

export function amountWords(reader: Reader, measure: 'fen' | 'grams', amount: number): string {
  return measure === 'fen' ? moneyWords(reader, amount) : weightText(amount, reader.t);
}

/** The exact figure of a table: yuan with its fen, or weight. */
export function exactWords(reader: Reader, measure: 'fen' | 'grams', amount: number): string {
  return measure === 'fen' ? formatYuan(amount) : weightText(amount, reader.t);
}

export function percentWords(share: number | null): string {
  return share === null ? '—' : `${(share * 100).toFixed(1)}%`;
}

export function periodName({ t }: Reader, { kind, startsOn, endsOn }: Omit<Period, 'key'>): string {
  const [key, values] = periodWords(kind, startsOn, endsOn);
  return t(key, 'quarter' in values ? { ...values, quarter: t(`bulletins:ordinal.${values.quarter}`) } : values);
}

/** A day in running text. */
export function dayWords({ t }: Reader, on: Day): string {
  const [year, month, day] = on.split('-').map(Number);
  return t('bulletins:text.date', { year, month, day });
}

export function joinWords({ t }: Reader, parts: readonly string[]): string {
  return parts.join(t('bulletins:list.comma'));
}

export function scopeWords(reader: Reader, { category, place, fundingSource }: Scope): string {
  const parts = [
    category && nameOf(reader, category),
    place && nameOf(reader, place),
    fundingSource && reader.t(`quotas:funding.${fundingSource}`),
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(' · ') : reader.t('quotas:board.everything');
}

/** A part's name; funding sources and channels are words of the messages, months speak for themselves. */
export function partName(
  reader: Reader,
  by: 'category' | 'village' | 'funding' | 'channel' | 'month',
  part: Part,
): string {
  if (part.name !== null) return nameOf(reader, { name: part.name, nameEn: part.nameEn });
  return by === 'funding' || by === 'channel' ? reader.t(`quotas:${by}.${part.key}`) : part.key;
}

/** Why a unit is behind, in a few words, and what would help. */
export function reasonWords(reader: Reader, reason: Reason, measure: 'fen' | 'grams'): { why: string; help: string } {
  const { t } = reader;
  const words = (values: Record<string, unknown> = {}) => ({
    why: t(`bulletins:reason.${reason.code}`, values),
    help: t(`bulletins:help.${reason.code}`, values),
  });
  if (reason.code === 'awaiting') return words({ amount: amountWords(reader, measure, reason.amount) });
  if (reason.code === 'idle') return words({ month: reason.month });
  if (reason.code === 'unused') return words({ source: t(`quotas:funding.${reason.fundingSource}`) });
  if (reason.code === 'scope')
    return words({
      scope: scopeWords(reader, reason.scope),
      amount: amountWords(reader, reason.measure, reason.missing),
    });
  return words();
}

export function measureOf(headline: Measured | null): 'fen' | 'grams' {
  return headline?.measure ?? 'fen';
}
