type Reading = Map<string, Promise<unknown>>;

const underWay = new WeakMap<object, Reading>();

/**
 * One reading for all who ask the same of `owner` while it is under way; whoever asks after it has ended reads anew. A thousand who press at once
 * cost a few readings. For what is only proposed from and decided elsewhere: the answer may be as old as the reading took.
 */
export function sharedReading<T>(owner: object, key: string, read: () => Promise<T>): Promise<T> {
  const own = underWay.get(owner) ?? new Map();
  underWay.set(owner, own);
  const known = own.get(key) as Promise<T> | undefined;
  if (known) return known;
  const reading = read().finally(() => own.delete(key));
  own.set(key, reading);
  return reading;
}
