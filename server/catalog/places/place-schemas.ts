import { z } from 'zod';
import { PlaceClass } from '../../db/generated/enums.ts';
import { wordsText } from '../form-words.ts';

const MOST_INTRO = 2000;

export const PLACE_CLASSES = Object.values(PlaceClass);

export const placeForm = z.object({
  nameEn: z.string().trim().min(1, 'required').max(128),
  aliases: wordsText,
  intro: z.string().trim().max(MOST_INTRO).default(''),
  introEn: z.string().trim().max(MOST_INTRO).default(''),
  placeClass: z.union([z.literal('').transform(() => null), z.enum(PlaceClass, 'notAChoice')]).prefault(''),
});
export type PlaceText = z.output<typeof placeForm>;
