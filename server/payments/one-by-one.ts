import { isStripeAway } from '../clients/stripe.ts';

/**
 * Works through items of which each asks Stripe: one that fails holds up no other, and once Stripe is away the rest is not tried but
 * left for the next round. Returns the faults.
 */
export async function oneByOne<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  asksStripe: (item: T) => boolean = () => true,
): Promise<unknown[]> {
  const faults: unknown[] = [];
  let away = false;
  for (const item of items) {
    if (away && asksStripe(item)) continue;
    try {
      await work(item);
    } catch (error) {
      faults.push(error);
      away ||= isStripeAway(error);
    }
  }
  return faults;
}
