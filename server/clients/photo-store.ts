import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import sharp from 'sharp';

/** A picture as it is kept: turned upright, without what the camera wrote into it, at most 2000 pixels wide or high. */
export interface NormalPhoto {
  sha256: string;
  bytes: Buffer;
  mime: 'image/jpeg';
  width: number;
  height: number;
}

export interface EncodedPhoto extends NormalPhoto {
  /** by the name under which each is served */
  variants: { name: string; bytes: Buffer }[];
}

export interface PhotoStore {
  /** Normalizes a picture; null where it is none or cannot be decoded whole. Keeps nothing yet. */
  normalize: (bytes: Buffer) => Promise<NormalPhoto | null>;
  /** Makes the sizes and formats in which a picture is served; seconds of work for a large one. Keeps nothing yet. */
  encode: (photo: NormalPhoto) => Promise<EncodedPhoto>;
  /** Writes the variants of a picture, so that they can be served. */
  keep: (photo: EncodedPhoto) => Promise<void>;
  /** Where a variant lies; null where no such picture is kept. */
  find: (sha256: string, width: number, format: PhotoFormat) => Promise<string | null>;
  /** Takes the variants of a picture away that nobody shows any more. */
  forget: (sha256: string) => Promise<void>;
}

export const PHOTO_WIDTHS = [320, 640, 1280] as const;
export const PHOTO_FORMATS = ['webp', 'jpg'] as const;
export type PhotoFormat = (typeof PHOTO_FORMATS)[number];

const MOST_PIXELS = 60_000_000;
const LONGEST_SIDE = 2000;
/** The pages of a bomb of a picture would cost minutes. */
const SECONDS = 20;

/** Photos of goods under DATA_DIR/photos, apart from other people's papers: everything there may be seen by anybody. */
export function createPhotoStore(dataDir: string): PhotoStore {
  const place = (sha256: string, name: string) => join(dataDir, 'photos', sha256.slice(0, 2), sha256, name);
  return {
    normalize,
    encode: async (photo) => ({ ...photo, variants: await variantsOf(photo) }),
    keep: async ({ sha256, variants }) => {
      for (const { name, bytes } of variants) await write(place(sha256, name), bytes);
    },
    find: async (sha256, width, format) => {
      const path = resolve(place(sha256, `${width}.${format}`));
      return (await stat(path).catch(() => null)) ? path : null;
    },
    forget: (sha256) => rm(dirname(place(sha256, 'x')), { recursive: true, force: true }),
  };
}

/** The widths in which a picture of this width is served, never larger than it is. */
export function widthsOf(width: number): number[] {
  const smaller = PHOTO_WIDTHS.filter((one) => one <= width);
  return smaller.length > 0 ? smaller : [width];
}

async function normalize(bytes: Buffer): Promise<NormalPhoto | null> {
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error' })
      .timeout({ seconds: SECONDS })
      .rotate()
      .resize({ width: LONGEST_SIDE, height: LONGEST_SIDE, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .jpeg({ quality: 86, mozjpeg: true })
      .toBuffer({ resolveWithObject: true });
    const sha256 = createHash('sha256').update(data).digest('hex');
    return { sha256, bytes: data, mime: 'image/jpeg', width: info.width, height: info.height };
  } catch {
    return null;
  }
}

async function variantsOf({ bytes, width }: NormalPhoto): Promise<EncodedPhoto['variants']> {
  const variants: EncodedPhoto['variants'] = [];
  for (const variant of widthsOf(width)) {
    const sized = sharp(bytes).resize({ width: variant }).timeout({ seconds: SECONDS });
    variants.push({ name: `${variant}.webp`, bytes: await sized.clone().webp({ quality: 76 }).toBuffer() });
    variants.push({ name: `${variant}.jpg`, bytes: await sized.jpeg({ quality: 80, mozjpeg: true }).toBuffer() });
  }
  return variants;
}

async function write(place: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(place), { recursive: true });
  const unfinished = `${place}.${randomUUID()}`;
  await writeFile(unfinished, bytes);
  await rename(unfinished, place);
}
