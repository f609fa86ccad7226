import { inflateRawSync } from 'node:zlib';

const CENTRAL = 0x02014b50;
const END = Buffer.from('PK\x05\x06', 'latin1');

/** The text of the parts of a .docx or .xlsx, by name: what its central directory lists, stored or deflated. */
export function unzip(file: Buffer): Map<string, string> {
  const parts = new Map<string, string>();
  const end = file.lastIndexOf(END);
  let at = file.readUInt32LE(end + 16);
  while (file.readUInt32LE(at) === CENTRAL) {
    const [packed, nameLength, extra, comment] = [20, 28, 30, 32].map((offset, index) =>
      index === 0 ? file.readUInt32LE(at + offset) : file.readUInt16LE(at + offset),
    ) as [number, number, number, number];
    const local = file.readUInt32LE(at + 42);
    const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    const bytes = file.subarray(start, start + packed);
    const isStored = file.readUInt16LE(at + 10) === 0;
    const name = file.subarray(at + 46, at + 46 + nameLength).toString();
    parts.set(name, (isStored ? bytes : inflateRawSync(bytes)).toString());
    at += 46 + nameLength + extra + comment;
  }
  return parts;
}
