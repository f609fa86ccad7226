import type { Actor } from '../accounts/actor.ts';
import type { Reader } from '../cart/cart-presenter.ts';
import { inLanguage } from '../catalog/catalog-reader.ts';

/** For whom somebody can buy, as choices of a form: a unit by its code, oneself by the empty one. */
export function unitChoices({ t, locale }: Reader, actor: Actor, unitIds: readonly (number | null)[]) {
  return unitIds.map((unitId) => {
    const grant = actor.grants.find((one) => one.unitId === unitId);
    return unitId === null
      ? { value: '', label: t('harvests:order.forMyself') }
      : { value: grant?.unitCode ?? '', label: inLanguage(locale, grant?.unitName ?? '', grant?.unitNameEn) };
  });
}
