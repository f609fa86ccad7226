import { pathTo } from '../../paths.ts';
import type { Fault } from '../../shared/errors.ts';
import { formatYuan } from '../../shared/money.ts';
import type { NamedUnit } from '../../units/units-below.ts';
import { formView } from '../../web/form-view.ts';
import { inReaderLanguage, type Reader } from '../order-labels.ts';
import type { RuleInForce } from './approval-levels.ts';
import { RULE_FIELDS } from './approval-rule-form.ts';
import type { newestRule, PayerTerms, ruleHistory } from './approval-rule-queries.ts';
import type { UnitApprover } from './order-approvals.ts';

/** The data of `views/orders/approval-rules.hbs`. */
export function presentRuledUnits(reader: Reader, units: readonly NamedUnit[], terms: readonly PayerTerms[]) {
  return {
    title: reader.t('approvalRules:title'),
    units: units.map((unit) => ({
      name: inReaderLanguage(reader, unit.name, unit.nameEn),
      href: pathTo('unitApprovalRules', { unitCode: unit.code }),
      payers: terms.filter(({ unitId }) => unitId === unit.id).map((one) => presentTerms(reader, unit, one)),
    })),
  };
}

function presentTerms(reader: Reader, { code: unitCode }: NamedUnit, { fundingSource, ...terms }: PayerTerms) {
  const { thresholdFen, budgetFen, overBudget, belowFen } = terms;
  return {
    ...{ thresholdFen, budgetFen, belowFen },
    fundingLabel: reader.t(`common:funding.${fundingSource}`),
    overBudget: budgetFen === null ? undefined : reader.t(`approvalRules:overBudget.${overBudget}`),
    href: pathTo('unitApprovalRules', { unitCode, funding: fundingSource, reach: 'own' }),
    belowHref: pathTo('unitApprovalRules', { unitCode, funding: fundingSource, reach: 'below' }),
  };
}

export interface RulePage {
  unit: NamedUnit;
  year: number;
  terms: readonly PayerTerms[];
  /** what units above demand, the nearest first */
  above: readonly RuleInForce[];
  /** how many units are below it */
  countBelow: number;
  approvers: readonly UnitApprover[];
  history: Awaited<ReturnType<typeof ruleHistory>>;
  /** which rule the form is for; no funding source: the unit has none */
  fundingSource: PayerTerms['fundingSource'] | undefined;
  reach: 'own' | 'below';
  rule: Awaited<ReturnType<typeof newestRule>>;
}

/** The data of `views/orders/approval-rule.hbs`, with the form as it was typed. */
export function presentRulePage(
  reader: Reader,
  page: RulePage,
  typed: Record<string, unknown>,
  faults: readonly Fault[],
) {
  const { unit, terms, above, countBelow, fundingSource, reach, rule } = page;
  const { t } = reader;
  const now = terms.find((one) => one.fundingSource === fundingSource);
  return {
    title: t('approvalRules:title'),
    unitName: inReaderLanguage(reader, unit.name, unit.nameEn),
    breadcrumbs: [
      { label: t('approvalRules:title'), href: pathTo('approvalRules') },
      { label: inReaderLanguage(reader, unit.name, unit.nameEn) },
    ],
    ...{ year: page.year, countBelow, reach, fundingSource, isBelow: reach === 'below' },
    action: pathTo('unitApprovalRules', { unitCode: unit.code }),
    fundingLabel: fundingSource && t(`common:funding.${fundingSource}`),
    payers: terms.map((one) => ({
      ...presentTerms(reader, unit, one),
      above: above
        .filter(({ fundingSource: source, thresholdFen }) => source === one.fundingSource && thresholdFen !== null)
        .map((demand) => ({
          unitName: inReaderLanguage(reader, demand.unitName, demand.unitNameEn),
          thresholdFen: demand.thresholdFen,
        })),
      isChosen: one.fundingSource === fundingSource,
    })),
    mayWithdraw: reach === 'below' && rule !== null && rule.thresholdFen !== null,
    approvers: page.approvers.map(({ userId, name }) => ({
      ...{ value: String(userId), label: name },
      checked: (typed.approvers === undefined
        ? (rule?.approverIds ?? []).map(String)
        : [typed.approvers].flat().map(String)
      ).includes(String(userId)),
    })),
    overBudgetOptions: (['warns', 'refuses'] as const).map((value) => ({
      value,
      label: t(`approvalRules:overBudget.${value}`),
      hint: t(`approvalRules:overBudgetHint.${value}`),
    })),
    form: formView(t, RULE_FIELDS, { ...valuesOf(reach, now, rule), ...typed }, faults),
    history: page.history.map((version) => presentVersion(reader, version)),
  };
}

function valuesOf(reach: 'own' | 'below', now: PayerTerms | undefined, rule: RulePage['rule']) {
  const plain = (fen: number | null | undefined) =>
    fen === null || fen === undefined ? '' : formatYuan(fen).replaceAll(',', '');
  return {
    threshold: plain(reach === 'own' ? now?.thresholdFen : rule?.thresholdFen),
    budget: plain(now?.budgetFen),
    overBudget: now?.overBudget ?? 'warns',
    seen: rule?.version ?? 0,
    reason: '',
  };
}

function presentVersion(reader: Reader, rule: RulePage['history'][number]) {
  const { t } = reader;
  const { version, at, reason, by, reach, thresholdFen, approvers, budgetFen, budgetYear, overBudget, fundingSource } =
    rule;
  return {
    ...{ version, at, reason, thresholdFen, byName: by.name },
    what: `${t(`common:funding.${fundingSource}`)} · ${t(`approvalRules:reach.${reach}`)}`,
    isWithdrawn: thresholdFen === null,
    approvers:
      approvers.length > 0
        ? approvers.map(({ user }) => user.name).join(reader.locale === 'en' ? ', ' : '、')
        : t('approvalRules:anyone'),
    budget:
      budgetFen === null || overBudget === null
        ? undefined
        : t('approvalRules:budgetOf', {
            year: budgetYear,
            yuan: formatYuan(budgetFen),
            over: t(`approvalRules:overBudget.${overBudget}`),
          }),
  };
}
