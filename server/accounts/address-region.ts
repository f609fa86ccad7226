import { z } from 'zod';
import provinces from './provinces.json' with { type: 'json' };

/** Provinces as an address names them; in those of the first and last kind a county or district stands right below. */
export const PROVINCES: readonly string[] = [...provinces.municipalities, ...provinces.others, ...provinces.apart];

const WITH_CITIES = new Set(provinces.others);

const part = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .transform((text) => text.replace(/\s+/g, ''));

/** Province, city and county or district as a form asks for them. */
export const regionFields = {
  province: z
    .string()
    .trim()
    .min(1, 'chooseProvince')
    .refine((name) => PROVINCES.includes(name), 'chooseProvince'),
  city: part(40).default(''),
  county: part(64).pipe(z.string().min(1, 'required')),
};

interface Region {
  province: string;
  city: string;
  county: string;
}

/** Whether a city is missing: every province has them but the municipalities and those apart. */
export function lacksCity({ province, city }: Partial<Region>): boolean {
  return province !== undefined && WITH_CITIES.has(province) && !city;
}

/** As it is kept and written on a parcel: the parts from the largest down, a space between. */
export function regionText({ province, city, county }: Region): string {
  return [province, city === province ? '' : city, county].filter((name) => name !== '').join(' ');
}

/** A kept region in its parts again; one that begins with no province stands whole in `county`. */
export function regionParts(region: string): Region {
  const [first = '', ...rest] = region.trim().split(/\s+/);
  if (!PROVINCES.includes(first)) return { province: '', city: '', county: region };
  const county = rest.at(-1) ?? '';
  return { province: first, city: rest.slice(0, -1).join(''), county };
}

/** The provinces to choose from; this market's own municipality first. */
export function provinceChoices(): { value: string; label: string }[] {
  return PROVINCES.map((name) => ({ value: name, label: name }));
}
