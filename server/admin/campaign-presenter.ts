import type { Request } from 'express';
import { inLanguage } from '../catalog/catalog-reader.ts';
import type { NamedProduct } from '../catalog/products-named.ts';
import type { ZoneNode } from '../catalog/zone-list.ts';
import type { CampaignFigures } from '../orders/campaign-figures.ts';
import { pathTo } from '../paths.ts';
import { type CampaignState, campaignState, type ListedCampaign } from '../promotions/campaign-queries.ts';
import { thresholdRule } from '../promotions/threshold-discounts.ts';
import { giftRule } from '../promotions/threshold-gifts.ts';
import { addDays, dayOf } from '../shared/days.ts';
import type { Fault } from '../shared/errors.ts';
import { formatYuan } from '../shared/money.ts';
import { formView } from '../web/form-view.ts';
import { CAMPAIGN_FIELDS } from './campaign-form.ts';

type Reader = Pick<Request, 't' | 'locale'>;

const TONES: Record<CampaignState, string> = {
  coming: 'wait',
  running: 'active',
  spent: 'done',
  stopped: 'bad',
  over: 'off',
};
const RUNS_DAYS = 14;

/** Gifts by their products' codes. */
type Gifts = ReadonlyMap<string, NamedProduct>;

interface ListPage {
  gifts: Gifts;
  campaigns: readonly ListedCampaign[];
  figures: (id: number) => CampaignFigures;
  zones: readonly ZoneNode[];
  at: Date;
}

/** The data of `views/admin/campaigns.hbs`: the list, and the form of a new one as it was typed. */
export function presentCampaigns(
  reader: Reader,
  page: ListPage,
  typed: Record<string, unknown>,
  faults: readonly Fault[],
) {
  const { campaigns, figures, zones, gifts, at } = page;
  const first = { kind: 'threshold_discount', startsOn: dayOf(at), endsOn: addDays(dayOf(at), RUNS_DAYS) };
  return {
    title: reader.t('campaigns:title'),
    campaigns: campaigns.map((campaign) => presentOne(reader, campaign, figures(campaign.id), { gifts, at })),
    zones: zoneChoices(reader, zones),
    kinds: kindChoices(reader),
    form: formView(reader.t, [...CAMPAIGN_FIELDS, 'reason'], { ...first, ...typed }, faults),
    isTyped: faults.length > 0,
  };
}

interface CampaignPage {
  campaign: ListedCampaign;
  figures: CampaignFigures;
  zones: readonly ZoneNode[];
  gifts: Gifts;
  at: Date;
}

/** The data of `views/admin/campaign.hbs`. */
export function presentCampaign(
  reader: Reader,
  page: CampaignPage,
  typed: Record<string, unknown>,
  faults: readonly Fault[],
) {
  const { campaign, figures, zones, gifts, at } = page;
  const { id, name, kind, unit, zone, startsAt, endsAt, budgetFen } = campaign;
  const { thresholdFen, discountFen, giftProduct, giftQuantity } = ruleOf(campaign);
  const plain = (fen: number | bigint | null | undefined) =>
    fen === null || fen === undefined ? '' : formatYuan(fen).replaceAll(',', '');
  const now = {
    ...{ name, unit: unit?.code ?? '', zone: zone?.code ?? '', startsOn: dayOf(startsAt), endsOn: lastDay(endsAt) },
    ...{ threshold: plain(thresholdFen), discount: plain(discountFen), budget: plain(budgetFen) },
    ...{ kind, giftProduct, giftQuantity },
  };
  const state = campaignState(campaign, at);
  return {
    title: name,
    breadcrumbs: [{ label: reader.t('campaigns:title'), href: pathTo('campaigns') }, { label: name }],
    campaign: presentOne(reader, campaign, figures, { gifts, at }),
    zones: zoneChoices(reader, zones, zone?.code),
    giftName: giftProduct && giftName(reader, gifts, giftProduct),
    kinds: kindChoices(reader),
    changeAction: state === 'coming' ? pathTo('campaign', { id }) : undefined,
    stopAction: ['coming', 'running', 'spent'].includes(state) ? pathTo('campaignStop', { id }) : undefined,
    auditHref: pathTo('auditTrail', { subjectType: 'campaign', subjectId: id }),
    form: formView(reader.t, [...CAMPAIGN_FIELDS, 'reason'], { ...now, ...typed }, faults),
  };
}

function presentOne(
  reader: Reader,
  campaign: ListedCampaign,
  figures: CampaignFigures,
  { gifts, at }: { gifts: Gifts; at: Date },
) {
  const { t, locale } = reader;
  const { id, name, unit, zone, startsAt, endsAt, stoppedAt, budgetFen, givenFen } = campaign;
  const { thresholdFen, discountFen, giftProduct, giftQuantity } = ruleOf(campaign);
  const state = campaignState(campaign, at);
  return {
    ...{ id, name, href: pathTo('campaign', { id }), startsOn: dayOf(startsAt), endsOn: lastDay(endsAt), stoppedAt },
    ...{ stateTone: TONES[state], stateLabel: t(`campaigns:state.${state}`) },
    rule: giftProduct
      ? t('campaigns:giftText', {
          ...{ threshold: yuan(thresholdFen), quantity: giftQuantity },
          product: giftName(reader, gifts, giftProduct),
        })
      : t('campaigns:ruleText', { threshold: yuan(thresholdFen), discount: yuan(discountFen) }),
    isGift: giftProduct !== undefined,
    unitName: unit ? inLanguage(locale, unit.name, unit.nameEn) : undefined,
    zoneName: zone ? inLanguage(locale, zone.name, zone.nameEn) : undefined,
    ...{ budgetFen, leftFen: budgetFen === null ? undefined : budgetFen - givenFen },
    figures,
  };
}

/** The codes of what campaigns give. */
export function giftCodes(campaigns: readonly ListedCampaign[]): string[] {
  return campaigns.flatMap((campaign) => ruleOf(campaign).giftProduct ?? []);
}

/** A gift's name and specification with the code that the form asks for. */
function giftName({ t, locale }: Reader, gifts: Gifts, code: string): string {
  const gift = gifts.get(code);
  if (!gift) return code;
  const name = `${inLanguage(locale, gift.name, gift.nameEn)} ${inLanguage(locale, gift.spec, gift.specEn)}`;
  return t('campaigns:giftName', { name, code });
}

/** What it asks and gives, of either kind. */
function ruleOf({ rule }: Pick<ListedCampaign, 'rule'>) {
  const [less, gift] = [thresholdRule.safeParse(rule), giftRule.safeParse(rule)];
  return {
    thresholdFen: less.data?.thresholdFen ?? gift.data?.thresholdFen,
    discountFen: less.data?.discountFen,
    giftProduct: gift.data?.giftProduct,
    giftQuantity: gift.data?.giftQuantity,
  };
}

const yuan = (fen: number | undefined) => `¥${formatYuan(fen ?? 0)}`;

/** The last day on which it runs. */
const lastDay = (endsAt: Date) => dayOf(new Date(endsAt.getTime() - 1));

function kindChoices({ t }: Reader) {
  return (['threshold_discount', 'threshold_gift'] as const).map((value) => ({
    value,
    label: t(`campaigns:kinds.${value}`),
    hint: t(`campaigns:kindHints.${value}`),
  }));
}

/** Zones that are open, and the one that was chosen. */
function zoneChoices({ locale }: Reader, zones: readonly ZoneNode[], chosen?: string) {
  const offered = zones.filter(({ code, closedAt }) => closedAt === null || code === chosen);
  return offered.map((zone) => ({ value: zone.code, label: inLanguage(locale, zone.name, zone.nameEn) }));
}
