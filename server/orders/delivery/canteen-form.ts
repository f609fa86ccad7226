import { z } from 'zod';
import { typedAddress } from '../../accounts/account-schemas.ts';
import { BadInput, type Fault } from '../../shared/errors.ts';
import { type CanteenHours, clockText, minutesIn } from '../../units/canteens/canteen-hours.ts';
import type { CanteenInput } from '../../units/canteens/save-canteen.ts';
import { faultsOf } from '../../web/forms.ts';

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;

export const ADDRESS_FIELDS = ['recipient', 'phone', 'province', 'city', 'county', 'detail'];

export const CANTEEN_FIELDS = [
  ...['name', ...ADDRESS_FIELDS, 'note'],
  ...WEEKDAYS.flatMap((day) => [`from${day}`, `to${day}`]),
];

const named = z.object({
  name: z.string().trim().min(1, 'required').max(64),
  note: z
    .string()
    .trim()
    .max(255)
    .default('')
    .transform((text) => text || null),
});

/** Reads the form of a canteen; a weekday without times is one on which it receives nothing. Throws BadInput with every fault by its field. */
export function readCanteen(body: Record<string, unknown>): CanteenInput {
  const faults: Fault[] = [];
  const texts = named.safeParse(body, { reportInput: true });
  const address = typedAddress.safeParse(body, { reportInput: true });
  for (const part of [texts, address]) if (!part.success) faults.push(...faultsOf(part.error));
  const hours = readHours(body, faults);
  if (!texts.success || !address.success || faults.length > 0) throw new BadInput(faults);
  return { ...texts.data, ...address.data, hours };
}

function readHours(body: Record<string, unknown>, faults: Fault[]): CanteenHours {
  const before = faults.length;
  const hours = WEEKDAYS.map((day) => {
    const [typedFrom, typedTo] = [String(body[`from${day}`] ?? '').trim(), String(body[`to${day}`] ?? '').trim()];
    if (typedFrom === '' && typedTo === '') return null;
    const [from, to] = [minutesIn(typedFrom), minutesIn(typedTo)];
    if (from === null) faults.push({ path: `from${day}`, code: 'malformedTime' });
    if (to === null) faults.push({ path: `to${day}`, code: 'malformedTime' });
    if (from !== null && to !== null && from >= to) faults.push({ path: `to${day}`, code: 'endsBeforeItBegins' });
    return from === null || to === null ? null : { from, to };
  });
  if (faults.length === before && hours.every((one) => one === null))
    faults.push({ path: 'from1', code: 'receivesNever' });
  return hours;
}

/** Hours as the form shows them. */
export function hoursAsTyped(hours: CanteenHours): Record<string, string> {
  return Object.fromEntries(
    hours.flatMap((one, index) =>
      one
        ? [
            [`from${index + 1}`, clockText(one.from)],
            [`to${index + 1}`, clockText(one.to)],
          ]
        : [],
    ),
  );
}
