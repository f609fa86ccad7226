import { z } from 'zod';
import { listName } from '../cart/list-form.ts';
import { parseDay } from '../shared/days.ts';
import { BadInput } from '../shared/errors.ts';
import { read } from '../web/forms.ts';
import type { NewStandingOrder } from './standing-order-acts.ts';

const id = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'required')
  .transform(Number);
const several = z.union([z.string().transform((text) => [text]), z.array(z.string())]).default([]);
export const dayText = z
  .string()
  .trim()
  .refine((text) => parseDay(text) !== null, 'malformedDay');

const newForm = z.object({
  name: listName,
  listId: id,
  fundingSource: z.enum(['canteen_budget', 'union_funds']),
  addressId: id,
  kind: z.enum(['weekdays', 'days']).default('weekdays'),
  weekdays: several,
  days: z.string().trim().max(100).default(''),
});

export const FIELDS = ['name', 'listId', 'fundingSource', 'addressId', 'weekdays', 'days'];
export const seenForm = z.object({ seen: dayText });
export const pauseForm = z.object({ seen: dayText, until: dayText });

/** Reads the form of a new standing order. Throws BadInput with the faults by field. */
export function readNew(body: unknown): NewStandingOrder {
  const { kind, weekdays, days, ...rest } = read(newForm, body);
  const numbers =
    kind === 'weekdays'
      ? weekdays.map(Number)
      : days
          .split(/[^\d]+/)
          .filter(Boolean)
          .map(Number);
  const most = kind === 'weekdays' ? 7 : 31;
  const wanted = [...new Set(numbers)].sort((a, b) => a - b);
  if (wanted.length === 0 || wanted.some((day) => !(day >= 1 && day <= most)))
    throw new BadInput([{ path: kind, code: kind === 'weekdays' ? 'chooseWeekdays' : 'malformedMonthDays' }]);
  return { ...rest, when: kind === 'weekdays' ? { weekdays: wanted } : { days: wanted } };
}
