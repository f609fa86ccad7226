import type { Request, RequestHandler } from 'express';
import { fileTypeFromBuffer } from 'file-type';
import multer from 'multer';
import { BadInput, Refusal } from '../shared/errors.ts';

export const MOST_FILE_BYTES = 10 * 1024 * 1024;
/** Up to here a file is taken in, so that its form can say by the field that it is too large and keep what was typed. */
export const MOST_READ_BYTES = 2 * MOST_FILE_BYTES;
const MEGABYTES = MOST_FILE_BYTES / 1024 / 1024;
const MOST_FILES = 12;

export interface Upload {
  /** as the person's computer calls it */
  name: string;
  bytes: Buffer;
}

/** What an upload may be, by its content: a photo or PDF as evidence, a sheet, an electronic invoice. */
const KINDS = {
  evidence: ['image/jpeg', 'image/png', 'image/webp', 'application/pdf'],
  photo: ['image/jpeg', 'image/png', 'image/webp'],
  sheet: ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  invoice: ['application/pdf', 'application/ofd', 'image/jpeg', 'image/png'],
} as const;
export type UploadKind = keyof typeof KINDS;
const SAID_AS = { evidence: 'Evidence', photo: 'Photo', sheet: 'Sheet', invoice: 'Invoice' } as const;

/**
 * Reads forms with files into memory, of signed-in people and of whom `mayUpload` knows otherwise; before the CSRF check, which looks for its field. Refuses with 413
 * `fileTooLarge`, of files that are far too large, and `tooManyFiles`.
 */
export function takeUploads(mayUpload: (req: Request) => Promise<boolean>): RequestHandler {
  const parse = multer({
    storage: multer.memoryStorage(),
    limits: { fileSize: MOST_READ_BYTES, files: MOST_FILES, fields: 3000, fieldSize: 200_000, parts: 3100 },
    defParamCharset: 'utf8',
  }).any();
  return async (req, res, next) => {
    if (!req.is('multipart/form-data')) return next();
    if (!req.session.userId && !(await mayUpload(req))) return next(new Refusal(401, 'signInNeeded'));
    parse(req, res, (error?: unknown) => next(error instanceof multer.MulterError ? refusalOf(error) : error));
  };
}

function refusalOf(error: multer.MulterError): Refusal {
  if (error.code === 'LIMIT_FILE_SIZE') return new Refusal(413, 'fileTooLarge', { megabytes: MEGABYTES });
  if (error.code === 'LIMIT_FILE_COUNT') return new Refusal(413, 'tooManyFiles', { maximum: MOST_FILES });
  return new Refusal(400, 'badInput');
}

/**
 * The files of a form's field, without the empty one that a browser sends where none was chosen. Throws BadInput `fileTooLarge` at the
 * field for one above 10 MB.
 */
export function uploadsIn(req: Request, field: string): Upload[] {
  const files = (Array.isArray(req.files) ? req.files : []).filter((file) => file.fieldname === field && file.size > 0);
  if (files.some(({ size }) => size > MOST_FILE_BYTES))
    throw new BadInput([{ path: field, code: 'fileTooLarge', values: { megabytes: MEGABYTES } }]);
  return files.map((file) => ({ name: file.originalname, bytes: file.buffer }));
}

/** An upload with its media type, told by its bytes and not its name. Throws BadInput `wrongFileKind` at the field. */
export async function checkedUpload(
  upload: Upload,
  kind: UploadKind,
  field: string,
): Promise<Upload & { mime: string }> {
  const mime = await mediaTypeOf(upload.bytes);
  if (!(KINDS[kind] as readonly string[]).includes(mime))
    throw new BadInput([{ path: field, code: `wrongFileKind${SAID_AS[kind]}`, values: { name: upload.name } }]);
  return { ...upload, mime };
}

/** OFD (GB/T 33190), in which tax offices issue invoices, is a zip whose first document says so. */
async function mediaTypeOf(bytes: Buffer): Promise<string> {
  const mime = (await fileTypeFromBuffer(bytes))?.mime ?? '';
  return mime === 'application/zip' && bytes.includes('OFD.xml') ? 'application/ofd' : mime;
}
