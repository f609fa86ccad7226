const HERE = 'http://market.invalid';

/** Where to go after a form: a path of this site and nothing else, or `fallback`. Browsers read "\" as "/" and drop tabs and line ends. */
export function localReturnTo(text: unknown, fallback = '/'): string {
  if (typeof text !== 'string' || !text.startsWith('/') || text.length > 2000 || hasControl(text)) return fallback;
  const url = URL.canParse(text, HERE) ? new URL(text, HERE) : null;
  if (url?.origin !== HERE) return fallback;
  const path = `${url.pathname}${url.search}${url.hash}`;
  return path.startsWith('//') || path.includes('\\') ? fallback : path;
}

/** The same, and not back to signing in or out. The home page is nowhere in particular: it is `fallback` too. */
export function returnAfterSignIn(text: unknown, fallback = '/'): string {
  const path = localReturnTo(text, fallback);
  return path === '/' || /^\/sign-(in|out)\b/.test(path) ? fallback : path;
}

function hasControl(text: string): boolean {
  return [...text].some((letter) => letter < ' ' || letter === '\u007f');
}
