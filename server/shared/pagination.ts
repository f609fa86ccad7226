/** A page's keyset cursor: the key of its last row, opaque to the caller. */
export function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The key in a cursor of `length` parts; null when the text is no cursor of ours. */
export function decodeCursor(text: string | undefined, length: number): (string | number)[] | null {
  if (!text) return null;
  try {
    const key: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    const whole =
      Array.isArray(key) &&
      key.length === length &&
      key.every((part) => typeof part === 'string' || typeof part === 'number');
    return whole ? key : null;
  } catch {
    return null;
  }
}
