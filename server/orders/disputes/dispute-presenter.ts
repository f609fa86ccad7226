import type { DisputeSide, DisputeState } from '../../db/generated/enums.ts';
import { pathTo } from '../../paths.ts';
import { unitWord } from '../../shared/unit-words.ts';
import { formatKilograms } from '../../shared/weight.ts';
import type { FormView } from '../../web/form-view.ts';
import { inReaderLanguage, parcelNumber, type Reader } from '../order-labels.ts';
import { orderNumber } from '../order-queries.ts';
import { photosOf } from '../receipt-photos.ts';
import { TALK_MS } from './contest-receipt.ts';
import type { WholeDispute } from './dispute-queries.ts';
import { mayHappenToDispute } from './dispute-states.ts';
import type { SettledLine } from './settle-dispute.ts';

const TONES: Record<DisputeState, string> = {
  contested: 'wait',
  proposed: 'active',
  settled: 'done',
  withdrawn: 'off',
  decided: 'done',
};

export const quantityOf = (lineId: number) => `quantity-${lineId}`;
export const weightOf = (lineId: number) => `weight-${lineId}`;

export function presentRow(reader: Reader, { id, state, openedAt, receipt }: WholeDispute) {
  const { fulfilment } = receipt;
  const { unit } = fulfilment.order;
  return {
    number: parcelNumber(fulfilment),
    orderNumber: orderNumber(fulfilment.order),
    href: pathTo('dispute', { id }),
    supplierName: inReaderLanguage(reader, fulfilment.supplier.name, fulfilment.supplier.nameEn),
    buyerName: unit ? inReaderLanguage(reader, unit.name, unit.nameEn) : '',
    openedAt,
    stateTone: TONES[state],
    stateLabel: reader.t(`disputes:state.${state}`),
  };
}

/** The data of `views/orders/dispute.hbs`. */
export function presentDispute(reader: Reader, dispute: WholeDispute, side: DisputeSide, form: FormView, now: Date) {
  const { t } = reader;
  const { id, state } = dispute;
  const isOpen = mayHappenToDispute(state, 'propose');
  const proposal = dispute.messages.findLast((message) => message.lines !== null && message.side !== 'operator');
  const goods = contested(reader, dispute);
  return {
    title: t('disputes:title'),
    breadcrumbs: [
      { label: t('disputes:title'), href: pathTo('disputes') },
      { label: parcelNumber(dispute.receipt.fulfilment) },
    ],
    dispute: presentRow(reader, dispute),
    goods,
    messages: dispute.messages.map((message) => ({
      side: t(`disputes:side.${message.side}`),
      at: message.at,
      text: message.text,
      event: saidBy(reader, dispute, message),
      proposal: proposed(reader, dispute, message),
      photos: message.photos.map(({ fileId }, index) => ({
        label: t('receiving:photo', { number: index + 1 }),
        href: pathTo('disputePhoto', { id, fileId }),
      })),
    })),
    proposeAction: isOpen && side !== 'operator' ? pathTo('disputeProposals', { id }) : undefined,
    agree:
      state === 'proposed' && side !== 'operator' && side !== dispute.proposedBy && proposal
        ? { action: pathTo('disputeAgreement', { id }), messageId: proposal.id }
        : undefined,
    withdrawAction: isOpen && side === 'supplier' ? pathTo('disputeWithdrawal', { id }) : undefined,
    decideAction:
      isOpen && side === 'operator' && now.getTime() - dispute.openedAt.getTime() >= TALK_MS
        ? pathTo('disputeDecision', { id })
        : undefined,
    form,
  };
}

type Message = WholeDispute['messages'][number];

function saidBy({ t }: Reader, dispute: WholeDispute, message: Message): string | undefined {
  if (message.text !== '' || message.lines !== null) return undefined;
  return t(dispute.state === 'withdrawn' ? 'disputes:withdrew' : 'disputes:agreed');
}

function contested(reader: Reader, { receipt }: WholeDispute) {
  return receipt.lines
    .filter((one) => one.shortQuantity + one.damagedQuantity > 0)
    .map((one) => ({
      lineId: one.lineId,
      name: inReaderLanguage(reader, one.line.name, one.line.nameEn),
      spec: inReaderLanguage(reader, one.line.spec, one.line.specEn),
      category: one.line.illustration,
      saleUnit: inReaderLanguage(reader, one.line.saleUnit, one.line.saleUnitEn),
      most: one.shortQuantity + one.damagedQuantity,
      missing: reader.t('disputes:missingLine', { short: one.shortQuantity, damaged: one.damagedQuantity }),
      note: one.note,
      photos: photosOf(reader, receipt.fulfilmentId, [one]),
      quantityField: quantityOf(one.lineId),
      weightField: one.line.pricePerKgFen === null ? undefined : weightOf(one.lineId),
    }));
}

function proposed(reader: Reader, { receipt }: WholeDispute, message: Message): string | undefined {
  if (message.lines === null) return undefined;
  return (message.lines as unknown as SettledLine[])
    .map(({ lineId, quantity, grams }) => {
      const line = receipt.lines.find((one) => one.lineId === lineId)?.line;
      const unit = line ? inReaderLanguage(reader, line.saleUnit, line.saleUnitEn) : '';
      const name = line ? inReaderLanguage(reader, line.name, line.nameEn) : '';
      return `${name} ${quantity} ${unitWord(quantity, unit)}${grams ? ` (${formatKilograms(grams)} kg)` : ''}`;
    })
    .join(' · ');
}
