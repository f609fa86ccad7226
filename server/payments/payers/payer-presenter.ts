import { type Actor, hasRole } from '../../accounts/actor.ts';
import type { Unit } from '../../db/generated/client.ts';
import { inReaderLanguage, type Reader } from '../../orders/order-labels.ts';
import { pathTo } from '../../paths.ts';
import { formatYuan } from '../../shared/money.ts';
import type { FormView } from '../../web/form-view.ts';
import {
  hasGoodTaxNumber,
  MOST_TERM_DAYS,
  mayNamePayer,
  NORMAL_TERM_DAYS,
  type PayingSource,
  type ShownPayer,
  stampOf,
  termsOf,
  type unitsWithPayers,
} from './payer-queries.ts';

/** The data of `views/payments/payers.hbs`. */
export function presentPayingUnits(reader: Reader, units: Awaited<ReturnType<typeof unitsWithPayers>>) {
  return {
    title: reader.t('payers:title'),
    units: units.map((unit) => ({
      name: inReaderLanguage(reader, unit.name, unit.nameEn),
      href: pathTo('unitPayers', { unitCode: unit.code }),
      payers: unit.payers.map((payer) => ({
        fundingLabel: reader.t(`common:funding.${payer.fundingSource}`),
        title: payer.title,
        taxNumber: payer.taxNumber,
        isWrong: !hasGoodTaxNumber(payer),
        termsText: termsText(reader, payer),
      })),
    })),
  };
}

interface PayersPage {
  actor: Actor;
  unit: Unit;
  payers: readonly ShownPayer[];
  /** which one is changed */
  fundingSource: PayingSource;
  details: FormView;
  terms: FormView;
}

/** The data of `views/payments/payer.hbs`, with the forms as they were typed. */
export function presentPayers(reader: Reader, { actor, unit, payers, fundingSource, details, terms }: PayersPage) {
  const { t } = reader;
  const name = inReaderLanguage(reader, unit.name, unit.nameEn);
  const isOperator = hasRole(actor, 'operator');
  const chosen = payers.find((one) => one.fundingSource === fundingSource)?.payer ?? null;
  const now = chosen && termsOf(chosen);
  const values = {
    creditLimit: now?.creditLimitFen ? formatYuan(now.creditLimitFen).replaceAll(',', '') : '',
    termDays: now?.termDays ?? NORMAL_TERM_DAYS,
    mustPrepay: now?.mustPrepay ? 'on' : undefined,
  };
  return {
    title: t('payers:title'),
    unitName: name,
    breadcrumbs: [
      isOperator
        ? { label: name, href: pathTo('unit', { code: unit.code }) }
        : { label: t('payers:title'), href: pathTo('payers') },
      { label: isOperator ? t('payers:title') : name },
    ],
    payers: payers.map((one) => presentPayer(reader, unit.code, one, fundingSource)),
    fundingSource,
    fundingLabel: t(`common:funding.${fundingSource}`),
    seen: stampOf(chosen),
    isNew: chosen === null,
    detailsHref: mayNamePayer(actor, unit.id) ? pathTo('payerDetails', { unitCode: unit.code }) : undefined,
    termsHref: isOperator && chosen ? pathTo('payerTerms', { unitCode: unit.code }) : undefined,
    termsByOperator: !isOperator,
    mostTermDays: MOST_TERM_DAYS,
    detailsForm: { ...details, values: { ...chosen, ...details.values } },
    termsForm: { ...terms, values: { ...(Object.keys(terms.values).length > 0 ? {} : values), ...terms.values } },
  };
}

function presentPayer(
  reader: Reader,
  unitCode: string,
  { fundingSource, payer, owedFen }: ShownPayer,
  chosen: PayingSource,
) {
  const { t } = reader;
  const limitFen = payer && termsOf(payer).creditLimitFen;
  return {
    fundingSource,
    fundingLabel: t(`common:funding.${fundingSource}`),
    href: `${pathTo('unitPayers', { unitCode, funding: fundingSource })}#change`,
    isChosen: fundingSource === chosen,
    exists: payer !== null,
    ...(payer && {
      title: payer.title,
      taxNumber: payer.taxNumber,
      isWrong: !hasGoodTaxNumber(payer),
      bank: [payer.bankName, payer.bankAccount].filter(Boolean).join(' · '),
      termsText: termsText(reader, payer),
      owedFen,
      limitFen,
      leftFen: limitFen === null ? undefined : Math.max(0, limitFen - owedFen),
    }),
  };
}

function termsText({ t }: Reader, payer: NonNullable<ShownPayer['payer']>): string {
  if (payer.prepaysForOverdue) return t('payers:terms.overdue');
  if (payer.mustPrepay) return t('payers:terms.prepays');
  return t('payers:terms.onAccount', { days: payer.termDays });
}
