import { customAlphabet } from 'nanoid';

// Lower case only: ids must stay distinct under a case-insensitive collation too.
const random = customAlphabet('0123456789abcdefghijklmnopqrstuvwxyz', 24);

export const newId = (
  prefix: 'cs_test' | 'pi' | 'ch' | 're' | 'evt' | 'li' | 'price' | 'prod' | 'pm' | 'req',
): string => `${prefix}_${random()}`;
