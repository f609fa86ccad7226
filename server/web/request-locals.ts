import type { RequestHandler } from 'express';
import type { i18n } from 'i18next';
import { isLocale, type Locale, type Translate, translator } from './i18n.ts';

declare global {
  namespace Express {
    interface Request {
      locale: Locale;
      t: Translate;
    }
  }
}

/** Chinese unless the person chose otherwise (session), or an API client asks for English and not Chinese. */
export function useLocale(messages: i18n): RequestHandler {
  const translators: Record<Locale, Translate> = { zh: translator(messages, 'zh'), en: translator(messages, 'en') };
  return (req, res, next) => {
    const asked = req.session?.locale ?? (req.originalUrl.startsWith('/api/') && req.acceptsLanguages('zh', 'en'));
    req.locale = isLocale(asked) ? asked : 'zh';
    req.t = translators[req.locale];
    res.locals.locale = req.locale;
    res.locals.t = req.t;
    res.locals.currentPath = req.originalUrl;
    res.locals.currentPage = req.path;
    next();
  };
}
