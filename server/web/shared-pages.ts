import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';

/** Public pages of which everybody gets the same, but for the frame around it. */
export interface SharedPages {
  /**
   * Answers as `res.render(view, await dataOf())` does, with a view that was rendered for somebody else less than a moment ago if there
   * is one. `address` names what is shown, whoever asks in whichever language. The view sees no locals of the request but its language:
   * what is personal belongs into the layout, which is rendered for each.
   */
  send: (req: Request, res: Response, view: string, address: string, dataOf: () => Promise<object>) => Promise<void>;
  /** What `read` gave somebody else less than a moment ago, else what it gives now: for public facts on personal pages. */
  recall: <T>(name: string, read: () => Promise<T>) => Promise<T>;
}

interface Rendered {
  /** with CSRF_MARK where a form wants the token */
  bodyHtml: string;
  data: object;
}

/** More than the addresses that are asked for again within a second, and some 20 MB. */
const MOST_KEPT = 400;

/** Stands for each visitor's own token; nobody outside the process can write it. */
const CSRF_MARK = `csrf-${randomUUID()}`;

const NOBODY = { csrfToken: CSRF_MARK, user: null, roles: {}, cartCount: 0 };

/** Keeps rendered views for so many milliseconds since their data began to be read, so that price, stock and shelf are never older. */
export function createSharedPages(milliseconds: number): SharedPages {
  const kept = new Map<string, { value: Promise<unknown>; until: number }>();

  const recall = <T>(key: string, read: () => Promise<T>): Promise<T> => {
    const known = kept.get(key);
    if (known && known.until > Date.now()) return known.value as Promise<T>;
    const value = read();
    kept.delete(key);
    kept.set(key, { value, until: Date.now() + milliseconds });
    value.catch(() => kept.delete(key));
    for (const oldest of kept.keys()) {
      if (kept.size <= MOST_KEPT) break;
      kept.delete(oldest);
    }
    return value;
  };

  return {
    recall,
    send: async (req, res, view, address, dataOf) => {
      const render = async () => {
        const data = await dataOf();
        return { data, bodyHtml: await renderBody(req, res, view, data) };
      };
      const { data, bodyHtml } = await recall<Rendered>(`${req.locale} ${view} ${address}`, render);
      res.render(view, { ...data, bodyHtml: bodyHtml.replaceAll(CSRF_MARK, res.locals.csrfToken) });
    },
  };
}

function renderBody(req: Request, res: Response, view: string, data: object): Promise<string> {
  const { t, locale, isDemo } = res.locals;
  return new Promise((done, fail) => {
    req.app.render(
      view,
      { t, locale, isDemo, ...NOBODY, ...data, layout: false },
      (error: Error | null, html: string) => (error ? fail(error) : done(html)),
    );
  });
}
