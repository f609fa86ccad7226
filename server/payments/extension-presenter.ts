import type { Reader } from '../orders/order-labels.ts';
import { pathTo } from '../paths.ts';
import { addDays, type Day, dayFromColumn } from '../shared/days.ts';
import type { WholeStatement } from './statement-queries.ts';

interface Terms {
  pays: boolean;
  sells: boolean;
  latestOn: Day | null;
  today: Day;
}

const TONES = { asked: 'wait', granted: 'good', refused: 'bad' } as const;

/** The extensions of a statement, asked for and decided, and what may still be done about them (rule 27). */
export function presentExtensions(
  { t }: Reader,
  { id, state, dueOn, extensions }: WholeStatement,
  { pays, sells, latestOn, today }: Terms,
) {
  const open = extensions.find((one) => one.state === 'asked');
  const isUsed = extensions.some((one) => one.state === 'granted');
  const due = dueOn && dayFromColumn(dueOn);
  const earliest = due === null ? today : [addDays(due, 1), today].sort().at(-1);
  const mayAsk =
    pays && !open && !isUsed && state !== 'paid' && due !== null && latestOn !== null && (earliest ?? '') <= latestOn;
  return {
    extensions: extensions.map((one) => ({
      ...{ reason: one.reason, answer: one.answer, askedAt: one.askedAt, decidedAt: one.decidedAt },
      untilOn: dayFromColumn(one.untilOn),
      beforeOn: dayFromColumn(one.beforeOn),
      stateTone: TONES[one.state],
      stateLabel: t(`extensions:state.${one.state}`),
    })),
    extensionHref: mayAsk ? pathTo('statementExtension', { id }) : undefined,
    extensionBounds: { earliest, latest: latestOn },
    extensionDecisionHref: sells && open ? pathTo('statementExtensionDecision', { id }) : undefined,
    extensionWaits: open && { untilOn: dayFromColumn(open.untilOn), reason: open.reason },
  };
}
