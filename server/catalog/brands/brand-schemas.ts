import { z } from 'zod';
import { idOrNone } from '../form-words.ts';

const MOST_STORY = 2000;

export const brandForm = z.object({
  name: z.string().trim().min(1, 'required').max(64),
  nameEn: z.string().trim().min(1, 'required').max(64),
  placeId: idOrNone,
  story: z.string().trim().max(MOST_STORY).default(''),
  storyEn: z.string().trim().max(MOST_STORY).default(''),
});
export type BrandText = z.output<typeof brandForm>;

export const brandEndForm = z.object({ reason: z.string().trim().min(1, 'reasonNeeded').max(500) });
