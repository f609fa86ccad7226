import { z } from 'zod';
import { PAYMENT_METHOD_TYPES } from './context.ts';
import { invalid, type SandboxApiError } from './errors.ts';
import { type FormValue, paramName } from './form.ts';

const text = (max: number) => z.string().min(1).max(max);
const positive = z
  .string()
  .regex(/^-?\d{1,12}$/)
  .transform(Number)
  .refine((value) => value >= 1, { params: { code: 'parameter_invalid_integer' }, message: 'must be at least 1' });
const currency = z.literal('cny');
const metadata = z
  .record(z.string().max(40), z.string().max(500))
  .refine((pairs) => Object.keys(pairs).length <= 50, { message: 'has more than 50 keys' });
const url = z
  .string()
  .refine(isWebAddress, { params: { code: 'url_invalid' }, message: 'is not a valid URL' })
  .max(5000);
const expand = z.array(z.string()).max(20).default([]);

const lineItem = z.strictObject({
  quantity: positive,
  price_data: z.strictObject({
    currency,
    unit_amount: positive,
    product_data: z.strictObject({
      name: text(250),
      description: text(500).optional(),
      images: z.array(url).max(8).optional(),
      metadata: metadata.optional(),
    }),
  }),
});

/** The part of Checkout in `payment` mode that the market may use; everything else is refused by name. */
export const sessionParams = z.strictObject({
  mode: z.literal('payment'),
  ui_mode: z.literal('hosted_page').optional(),
  line_items: z.array(lineItem).min(1).max(100),
  currency: currency.optional(),
  success_url: url,
  cancel_url: url.optional(),
  expires_at: positive.optional(),
  client_reference_id: text(200).optional(),
  customer_email: z.email().max(512).optional(),
  locale: z.enum(['auto', 'zh', 'zh-HK', 'zh-TW', 'en', 'en-GB']).optional(),
  submit_type: z.enum(['auto', 'pay']).optional(),
  metadata: metadata.default({}),
  payment_intent_data: z
    .strictObject({ description: text(1000).optional(), metadata: metadata.default({}) })
    .default({ metadata: {} }),
  allowed_payment_method_types: z.array(z.enum(PAYMENT_METHOD_TYPES)).min(1).max(3).optional(),
  payment_method_options: z
    .strictObject({ wechat_pay: z.strictObject({ client: z.literal('web') }).optional() })
    .optional(),
  expand,
});

export type SessionParams = z.output<typeof sessionParams>;

export const refundParams = z.strictObject({
  payment_intent: text(255).optional(),
  charge: text(255).optional(),
  amount: positive.optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
  metadata: metadata.default({}),
  expand,
});

export type RefundParams = z.output<typeof refundParams>;

/** Refunds are listed by the payment that they are of. */
export const refundListParams = z.strictObject({
  payment_intent: text(255),
  limit: positive.optional(),
  starting_after: text(255).optional(),
});

export type RefundListParams = z.output<typeof refundListParams>;

/** Only `expand`. */
export const readParams = z.strictObject({ expand });

/** Parses strictly; throws Stripe's error for the worst fault: an unknown parameter, then a missing one, then a wrong one. */
export function parseParams<T>(schema: z.ZodType<T>, form: FormValue): T {
  if (typeof form === 'object' && 'payment_method_types' in form) {
    throw invalid(
      'This API version no longer supports payment_method_types. Use allowed_payment_method_types instead.',
      'payment_method_types_no_longer_supported',
      'payment_method_types',
    );
  }
  const parsed = schema.safeParse(form);
  if (parsed.success) return parsed.data;

  const { issues } = parsed.error;
  const unknown = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => paramName([...issue.path, key])) : [],
  );
  if (unknown[0]) {
    const plural = unknown.length > 1 ? 's' : '';
    throw invalid(`Received unknown parameter${plural}: ${unknown.join(', ')}`, 'parameter_unknown', unknown[0]);
  }
  const absent = issues.find((issue) => issue.code !== 'custom' && valueAt(form, issue.path) === undefined);
  if (absent) {
    const param = paramName(absent.path);
    throw invalid(`Missing required param: ${param}.`, 'parameter_missing', param);
  }
  throw wrong(issues[0] as z.core.$ZodIssue, form);
}

function wrong(issue: z.core.$ZodIssue, form: FormValue): SandboxApiError {
  const param = paramName(issue.path);
  const given = JSON.stringify(valueAt(form, issue.path));
  const code = issue.code === 'custom' ? (issue.params?.code as string | undefined) : undefined;
  if (param.endsWith('currency]') || param === 'currency') {
    return invalid(`Invalid currency: ${given}. The payment sandbox accepts cny.`, undefined, param);
  }
  if (issue.code === 'invalid_format' && issue.format === 'regex') {
    return invalid(`Invalid integer: ${given}`, 'parameter_invalid_integer', param);
  }
  if (code === 'url_invalid') return invalid(`Not a valid URL: ${given}`, code, param);
  if (code === 'parameter_invalid_integer')
    return invalid(`Invalid integer, must be at least 1: ${given}`, code, param);
  if (issue.code === 'too_small' && given === '""') {
    return invalid(`You passed an empty string for '${param}'.`, 'parameter_invalid_empty', param);
  }
  return invalid(`Invalid ${param}: ${issue.message}`, undefined, param);
}

function valueAt(form: FormValue | undefined, path: readonly PropertyKey[]): FormValue | undefined {
  let value = form;
  for (const key of path) {
    if (typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, FormValue>)[key];
  }
  return value;
}

function isWebAddress(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
