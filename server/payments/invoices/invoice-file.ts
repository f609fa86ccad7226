import type { Request } from 'express';
import type { NewFile } from '../../clients/file-store.ts';
import { checkedUpload, uploadsIn } from '../../web/uploads.ts';

/** The electronic invoice (PDF, OFD or picture, told by its content) of a form's field `file`; null where none was chosen. */
export async function invoiceFileIn(req: Request): Promise<NewFile | null> {
  const [upload] = uploadsIn(req, 'file');
  return upload ? checkedUpload(upload, 'invoice', 'file') : null;
}
