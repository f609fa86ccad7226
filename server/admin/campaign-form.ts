import { z } from 'zod';
import type { CampaignTerms } from '../promotions/set-campaign.ts';
import { parseDay } from '../shared/days.ts';
import { BadInput, type Fault } from '../shared/errors.ts';
import { type Fen, MAX_ORDER_FEN, parseYuan } from '../shared/money.ts';
import { faultsOf } from '../web/forms.ts';

export const CAMPAIGN_FIELDS = [
  'name',
  'unit',
  'zone',
  'threshold',
  'discount',
  'giftProduct',
  'giftQuantity',
  'kind',
  'startsOn',
  'endsOn',
  'budget',
];
/** The most of a campaign's budget: ten billion yuan. */
const MOST_BUDGET: Fen = 1_000_000_000_000;

const code = z
  .string()
  .trim()
  .max(64)
  .default('')
  .transform((text) => text || null);
const day = z
  .string()
  .trim()
  .min(1, 'required')
  .refine((text) => text === '' || parseDay(text) !== null, 'malformed');
const amount = z.string().trim().max(24).default('');

const form = z.object({
  kind: z.enum(['threshold_discount', 'threshold_gift']).default('threshold_discount'),
  name: z.string().trim().min(1, 'required').max(128),
  unit: code,
  zone: code,
  threshold: amount,
  discount: amount,
  startsOn: day,
  endsOn: day,
  budget: amount,
});

/** Reads the form of a threshold discount or gift. Throws BadInput with every fault by its field. */
export function readCampaign(body: unknown): CampaignTerms {
  const read = form.safeParse(body ?? {}, { reportInput: true });
  const faults: Fault[] = read.success ? [] : faultsOf(read.error);
  const typed = (body ?? {}) as Record<string, unknown>;
  const fenIn = (path: string, most: Fen, least: Fen): Fen => {
    const text = String(typed[path] ?? '').trim();
    const fen = parseYuan(text);
    if (text === '') faults.push({ path, code: 'required' });
    else if (fen === null) faults.push({ path, code: 'notAnAmount' });
    else if (fen > most) faults.push({ path, code: 'tooBig', values: { maximum: most / 100 } });
    else if (fen < least) faults.push({ path, code: 'tooSmall', values: { minimum: least / 100 } });
    return fen ?? 0;
  };
  const thresholdFen = fenIn('threshold', MAX_ORDER_FEN, 1);
  const isGift = typed.kind === 'threshold_gift';
  const discountFen = isGift ? 0 : fenIn('discount', MAX_ORDER_FEN, 1);
  const gift = isGift ? giftIn(typed, faults) : null;
  const budgetFen = String(typed.budget ?? '').trim() === '' ? null : fenIn('budget', MOST_BUDGET, 1);
  if (!read.success || faults.length > 0) throw new BadInput(faults);
  const { name, unit: unitCode, zone: zoneCode, startsOn, endsOn } = read.data;
  return { name, unitCode, zoneCode, thresholdFen, discountFen, gift, startsOn, endsOn, budgetFen };
}

function giftIn(typed: Record<string, unknown>, faults: Fault[]) {
  const productCode = String(typed.giftProduct ?? '').trim();
  const quantity = String(typed.giftQuantity ?? '').trim();
  if (productCode === '') faults.push({ path: 'giftProduct', code: 'required' });
  if (!/^[1-9]\d?$|^100$/.test(quantity)) faults.push({ path: 'giftQuantity', code: 'notAQuantity' });
  return { productCode, quantity: Number(quantity) };
}
