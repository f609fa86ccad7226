import { pathTo } from '../../paths.ts';
import { encodeCursor } from '../../shared/pagination.ts';
import type { FormView } from '../../web/form-view.ts';
import { nameOf, type Reader } from '../board/board-presenter.ts';
import type { Purchase } from './re-attribution-purchase.ts';
import type { ListedMove, StandingSum } from './re-attribution-queries.ts';

const TONES = { requested: 'wait', approved: 'good', refused: 'off' } as const;
export const MOVE_STATES = ['requested', 'approved', 'refused'] as const;
type State = (typeof MOVE_STATES)[number];

interface MovesPage {
  state: State | undefined;
  rows: readonly ListedMove[];
  nextId: number | undefined;
  open: number;
}

/** The data of `views/quotas/moves.hbs`. */
export function presentMoves(reader: Reader, { state, rows, nextId, open }: MovesPage) {
  const { t } = reader;
  return {
    title: t('moves:list.title'),
    tabs: [undefined, ...MOVE_STATES].map((one) => ({
      label: t(`moves:state.${one ?? 'all'}`),
      href: pathTo('reAttributions', { state: one }),
      current: one === state,
      count: one === 'requested' ? open : undefined,
    })),
    rows: rows.map((row) => ({ ...presentRow(reader, row), href: pathTo('reAttribution', { id: row.id }) })),
    nextHref: nextId && pathTo('reAttributions', { state, cursor: encodeCursor([nextId]) }),
  };
}

function presentRow(reader: Reader, row: ListedMove) {
  const { t } = reader;
  return {
    id: row.id,
    from: nameOf(reader, { name: row.fromName, nameEn: row.fromNameEn }),
    to: nameOf(reader, { name: row.toName, nameEn: row.toNameEn }),
    kindLabel: t(`moves:kind.${kindOf(row)}`),
    fundingLabel: t(`common:funding.${row.fundingSource}`),
    fen: row.fen,
    placedOn: row.placedOn,
    reason: row.reason,
    stateTone: TONES[row.state],
    stateLabel: t(`moves:state.${row.state}`),
    isCarried: row.mergerId !== null,
    requestedAt: row.requestedAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString(),
    decision: row.decision,
  };
}

function kindOf({ orderId, offlineId }: ListedMove): Purchase['kind'] {
  return orderId === null ? (offlineId === null ? 'external' : 'offline') : 'order';
}

interface MovePage {
  move: ListedMove;
  sums: readonly StandingSum[];
  actorId: number;
  /** may decide by right; the one who asked may not */
  mayDecide: boolean;
  seesOrder: boolean;
  form: FormView;
}

/** The data of `views/quotas/move.hbs`: of an individual's purchase neither who bought nor which order it was (rule 31). */
export function presentMove(reader: Reader, { move, sums, actorId, mayDecide, seesOrder, form }: MovePage) {
  const { t } = reader;
  const isMine = move.requestedById === actorId;
  const isHidden = move.fundingSource === 'individual' && !isMine;
  const isOpen = move.state === 'requested';
  return {
    title: t('moves:show.title', { id: move.id }),
    breadcrumbs: [
      { label: t('moves:list.title'), href: pathTo('reAttributions') },
      { label: t('moves:show.title', { id: move.id }) },
    ],
    move: {
      ...presentRow(reader, move),
      by: isHidden ? t('moves:show.buyerThemself') : move.requestedByName,
      decidedBy: move.decidedByName,
      orderHref: move.orderId !== null && seesOrder ? pathTo('order', { id: move.orderId }) : undefined,
      isOpen,
    },
    sums: presentSums(reader, sums),
    approveHref: isOpen && mayDecide && !isMine ? pathTo('reAttributionApproval', { id: move.id }) : undefined,
    refuseHref: isOpen && mayDecide && !isMine ? pathTo('reAttributionRefusal', { id: move.id }) : undefined,
    isOwn: isOpen && mayDecide && isMine,
    isRefusing: form.errors?.refusalReason !== undefined,
    form,
  };
}

interface NewMove {
  purchase: Purchase;
  unit: { name: string; nameEn: string };
  sums: readonly StandingSum[];
  units: readonly { code: string; name: string; nameEn: string }[];
  form: FormView;
}

/** The data of `views/quotas/new-move.hbs`. */
export function presentNewMove(reader: Reader, { purchase, unit, sums, units, form }: NewMove) {
  const { t } = reader;
  return {
    title: t('moves:new.title'),
    breadcrumbs: [{ label: t('moves:list.title'), href: pathTo('reAttributions') }, { label: t('moves:new.title') }],
    purchase: {
      kindLabel: t(`moves:kind.${purchase.kind}`),
      href: purchase.kind === 'order' ? pathTo('order', { id: purchase.id }) : undefined,
      number: purchase.id,
      unitName: nameOf(reader, unit),
      fundingLabel: t(`common:funding.${purchase.fundingSource}`),
      placedOn: purchase.placedOn,
    },
    key: { name: purchase.kind, value: purchase.id },
    sums: presentSums(reader, sums),
    units: units.map((one) => ({ value: one.code, label: nameOf(reader, one) })),
    form,
  };
}

function presentSums(reader: Reader, sums: readonly StandingSum[]) {
  return sums.map((sum) => ({
    ...sum,
    programmeName: nameOf(reader, { name: sum.programmeName, nameEn: sum.programmeNameEn }),
  }));
}
