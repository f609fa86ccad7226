import { pathTo } from '../paths.ts';
import { dayFromColumn } from '../shared/days.ts';
import { encodeCursor } from '../shared/pagination.ts';
import type { FormView } from '../web/form-view.ts';
import type { Translate } from '../web/i18n.ts';
import { restOfTransfer } from './lock-transfer.ts';
import { SKIP_REASONS, type SkippedLine } from './read-bank-lines.ts';
import { type ListedTransfer, TRANSFER_TABS, type TransferTab } from './transfer-queries.ts';

const TONES = { declared: 'wait', unmatched: 'bad', matched: 'done', returned: 'off' } as const;

interface TransfersPage {
  tab: TransferTab;
  transfers: readonly ListedTransfer[];
  nextId: number | undefined;
  unmatched: number;
  returning: number;
  actorId: number;
  people: ReadonlyMap<number, string>;
  today: string;
  form: FormView;
  importForm: FormView;
  matching: { id: number; form: FormView } | null;
  giving: { id: number; form: FormView } | null;
}

/** The data of `views/payments/transfers.hbs`. */
export function presentTransfers({ t }: { t: Translate }, page: TransfersPage) {
  const { tab, transfers, nextId, unmatched, returning, today, form, importForm, matching, giving } = page;
  return {
    title: t('statements:transfers.title'),
    tab,
    tabs: TRANSFER_TABS.map((name) => ({
      label: t(`statements:transferTab.${name}`),
      href: pathTo('transfers', { tab: name === 'unmatched' ? undefined : name }),
      current: name === tab,
      count: name === 'unmatched' ? unmatched : name === 'returning' ? returning : undefined,
    })),
    ...{ form, importForm, today },
    isRecording: Boolean(form.errors ?? form.messages),
    isImporting: Boolean(importForm.errors ?? importForm.messages),
    transfers: transfers.map((transfer) => ({
      ...presentTransfer({ t }, transfer),
      matchHref: mayBeMatched(transfer) ? pathTo('transferMatching', { id: transfer.id, tab }) : undefined,
      form: matching?.id === transfer.id ? matching.form : { values: {} },
      isMatching: matching?.id === transfer.id,
      fieldId: `reference-${transfer.id}`,
      returnHref: mayBeMatched(transfer) ? pathTo('transferReturn', { id: transfer.id, tab }) : undefined,
      returnForm: giving?.id === transfer.id ? giving.form : { values: {} },
      isReturning: giving?.id === transfer.id,
      returns: transfer.returns.map((one) => ({
        ...{ id: one.id, fen: one.fen, reason: one.reason, at: one.decidedAt ?? one.proposedAt },
        label: t(`statements:returnState.${one.state}`),
        proposedBy: page.people.get(one.proposedById),
        decidedBy: one.decidedById === null ? undefined : page.people.get(one.decidedById),
        decideHref: one.state === 'proposed' ? pathTo('transferReturnDecision', { id: one.id, tab }) : undefined,
        isOwn: one.proposedById === page.actorId,
      })),
    })),
    nextHref: nextId && pathTo('transfers', { tab, cursor: encodeCursor([nextId]) }),
  };
}

const MOST_SKIPPED = 20;

/** A sentence for each reason why lines of a bank's list were left out; those that a person has to read are errors. */
export function presentSkipped({ t }: { t: Translate }, skipped: readonly SkippedLine[]) {
  return SKIP_REASONS.flatMap((reason) => {
    const these = skipped.filter((line) => line.reason === reason);
    if (these.length === 0) return [];
    const named = these.slice(0, MOST_SKIPPED).map(({ line, text }) => (text ? `${line} (${text})` : String(line)));
    const more = these.length > MOST_SKIPPED ? ' …' : '';
    const values = { count: these.length, lines: `${named.join(t('statements:skipped.comma'))}${more}` };
    const kind = reason === 'total' || reason === 'none' ? ('info' as const) : ('error' as const);
    return [{ kind, text: t(`statements:skipped.${reason}`, values) }];
  });
}

type Shown = Pick<
  ListedTransfer,
  | 'id'
  | 'state'
  | 'amountFen'
  | 'payerName'
  | 'payerAccount'
  | 'paidOn'
  | 'remark'
  | 'referenceCode'
  | 'allocations'
  | 'returns'
> &
  Partial<Pick<ListedTransfer, 'statement'>>;

/** A transfer with what of it has paid for nothing yet. */
export function presentTransfer({ t }: { t: Translate }, transfer: Shown) {
  const { id, state, amountFen, payerName, payerAccount, paidOn, remark, referenceCode, statement } = transfer;
  const declared = statement?.payer.bankAccount;
  return {
    ...{ id, amountFen, payerName, payerAccount, remark, referenceCode },
    restFen: restOf(transfer),
    returnedFen: transfer.returns.reduce((sum, { fen, state }) => sum + (state === 'returned' ? Number(fen) : 0), 0),
    paidOn: dayFromColumn(paidOn),
    stateTone: TONES[state],
    stateLabel: t(`statements:transferState.${state}`),
    statement: statement && { code: statement.referenceCode, href: pathTo('statement', { id: statement.id }) },
    otherAccount: declared && state === 'matched' && declared !== payerAccount ? declared : undefined,
  };
}

function restOf(transfer: Pick<Shown, 'state' | 'amountFen' | 'allocations' | 'returns'>): number {
  return transfer.state === 'matched' ? restOfTransfer(transfer) : 0;
}

function mayBeMatched(transfer: ListedTransfer): boolean {
  return (transfer.state === 'unmatched' || transfer.state === 'matched') && restOfTransfer(transfer) > 0;
}
