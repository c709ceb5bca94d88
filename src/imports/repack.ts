// src/imports/repack.ts: takes a stranger's zip apart under a bound, so that no library unpacks more than we allow or spills it to disk.
import { crc32, inflateRawSync } from 'node:zlib';
import { DomainError, Status } from '../platform/errors.ts';

/** The parts a workbook is read from, in the order the reader wants them: a sheet before the strings would go to a temporary file. */
const PARTS = [
  /^_rels\/\.rels$/,
  /^xl\/workbook\.xml$/,
  /^xl\/_rels\/workbook\.xml\.rels$/,
  /^xl\/styles\.xml$/,
  /^xl\/sharedStrings\.xml$/,
  /^xl\/worksheets\/sheet\d+\.xml$/,
];
const INFLATED_LIMIT = 128 * 1024 * 1024; // bytes: 100,000 rows of 13 cells are about 70 MB
const ENTRIES_LIMIT = 2_000; // a workbook has some twenty
const STORED = 0;
const DEFLATED = 8;

interface Part {
  readonly name: string;
  readonly body: Buffer;
}

/** @returns the same workbook with nothing compressed. @throws DomainError `workbook_unreadable` or `workbook_too_large`. */
export function repack(file: Buffer): Buffer {
  let parts: Part[];
  try {
    parts = readParts(file);
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw unreadable(); // an offset beyond the file, a broken stream: no workbook
  }
  if (!parts.some(({ name }) => name.startsWith('xl/worksheets/'))) throw unreadable();
  return writeStored(parts);
}

const unreadable = () => new DomainError(Status.invalid, { code: 'workbook_unreadable' });
const tooLarge = () =>
  new DomainError(Status.invalid, {
    code: 'workbook_too_large',
    params: { megabytes: Math.round(INFLATED_LIMIT / 1024 / 1024) },
  });

const rank = (name: string) => PARTS.findIndex((part) => part.test(name));

/** Goes by the central directory, as spreadsheets do, and inflates what is wanted until the bound is reached. */
function readParts(file: Buffer): Part[] {
  const end = file.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw unreadable();
  const entries = file.readUInt16LE(end + 10);
  if (entries > ENTRIES_LIMIT) throw unreadable();
  const parts = new Map<string, Part>();
  let left = INFLATED_LIMIT;
  for (let n = 0, at = file.readUInt32LE(end + 16); n < entries; n++) {
    if (file.readUInt32LE(at) !== 0x02014b50) throw unreadable();
    const method = file.readUInt16LE(at + 10);
    const packedSize = file.readUInt32LE(at + 20);
    const nameLength = file.readUInt16LE(at + 28);
    const local = file.readUInt32LE(at + 42);
    const name = file.toString('utf8', at + 46, at + 46 + nameLength).replace(/^\//, '');
    at += 46 + nameLength + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
    if (rank(name) < 0 || parts.has(name)) continue;
    const from = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    const packed = file.subarray(from, from + packedSize);
    const body = inflate(packed, method, left);
    left -= body.length;
    parts.set(name, { name, body });
  }
  return [...parts.values()].sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1));
}

function inflate(packed: Buffer, method: number, limit: number): Buffer {
  if (method === STORED) {
    if (packed.length > limit) throw tooLarge();
    return packed;
  }
  if (method !== DEFLATED) throw unreadable();
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, limit) });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw error;
  }
}

/** A zip of stored parts. Source: PKWARE APPNOTE 6.3.10, §4.3. */
function writeStored(parts: readonly Part[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, body } of parts) {
    const path = Buffer.from(name);
    const common = Buffer.alloc(26); // version … extra length: the same in both headers
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(body), 10);
    common.writeUInt32LE(body.length, 14);
    common.writeUInt32LE(body.length, 18);
    common.writeUInt16LE(path.length, 22);
    bodies.push(Buffer.from('PK\x03\x04', 'latin1'), common, path, body);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, path);
    offset += 30 + path.length + body.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, listing, end]);
}
