import type { Request } from 'express';

/** Leaves a sentence for the next page that the person sees. */
export function flash(req: Request, kind: 'success' | 'info' | 'error', text: string): void {
  req.session.flash = [...(req.session.flash ?? []), { kind, text }];
}

export function takeFlash(req: Request): { kind: string; text: string }[] {
  const messages = req.session?.flash ?? [];
  if (messages.length > 0) delete req.session.flash;
  return messages;
}
