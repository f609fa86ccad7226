import type { OpenLine } from './lock-statement.ts';

export interface Spread {
  /** of what was given back, so much pays this line */
  credits: { fromLineId: number; toLineId: number; fen: number }[];
  /** of the transfer */
  allocations: { lineId: number; fen: number }[];
  /** the lines that are wholly paid now, by what paid the last fen of them */
  settled: { line: OpenLine; by: 'transfer' | { creditLineId: number } }[];
}

/**
 * Spreads what was given back and a transfer of so many fen over the lines of a statement. What was given back pays first: the very
 * line that it was given back of, then like the transfer the oldest (rule 2). What is too much stays with the transfer.
 */
export function spreadPayment(statementId: number, lines: readonly OpenLine[], transferFen: number): Spread {
  const spread: Spread = { credits: [], allocations: [], settled: [] };
  const owed = lines
    .filter((line) => line.statementId === statementId && line.fen > line.paidFen)
    .map((line) => ({ line, fen: line.fen - line.paidFen }));
  const credits = lines.filter((line) => line.fen < 0).map((line) => ({ line, fen: line.paidFen - line.fen }));
  const credit = (from: (typeof credits)[number], to: (typeof owed)[number]) => {
    const fen = Math.min(from.fen, to.fen);
    if (fen === 0) return;
    from.fen -= fen;
    to.fen -= fen;
    spread.credits.push({ fromLineId: from.line.id, toLineId: to.line.id, fen });
    if (to.fen === 0) spread.settled.push({ line: to.line, by: { creditLineId: from.line.id } });
  };
  for (const from of credits)
    for (const to of owed) if (from.line.lineId !== null && from.line.lineId === to.line.lineId) credit(from, to);
  for (const from of credits) for (const to of owed) credit(from, to);
  let rest = transferFen;
  for (const to of owed) {
    const fen = Math.min(rest, to.fen);
    if (fen === 0) continue;
    rest -= fen;
    to.fen -= fen;
    spread.allocations.push({ lineId: to.line.id, fen });
    if (to.fen === 0) spread.settled.push({ line: to.line, by: 'transfer' });
  }
  return spread;
}
