import type { Actor } from '../accounts/actor.ts';
import type { Locale } from '../web/i18n.ts';

export interface WayToBuy {
  label: string;
  href: string;
  hint?: string;
}

/** What features to the right add to the shop's pages; left out, the pages do without. */
export interface CatalogExtras {
  /** the `task` of views/catalog/home.hbs: how the person's unit stands */
  taskOf?: (actor: Actor, locale: Locale) => Promise<object | null>;
  /** the `call` of views/catalog/home.hbs: an assistance call that runs (rule 20) */
  currentCall?: (locale: Locale) => Promise<object | null>;
  /** the `ways` of views/catalog/show.hbs: how else it can be bought */
  waysToBuy?: (actor: Actor | null, productId: number, locale: Locale) => Promise<WayToBuy[]>;
  /** the `counts` of views/catalog/show.hbs: what a purchase counts for */
  countsFor?: (
    actor: Actor,
    productId: number,
    locale: Locale,
  ) => Promise<{ unitName: string; programmeName: string } | null>;
}
