// src/imports/repack.ts: takes a stranger's zip apart under a bound, so that no library unpacks more than we allow or spills it to disk.
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';
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

interface Part {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: Buffer;
  readonly size: number;
}

/**
 * The same workbook with its wanted parts alone, in order, still compressed. What they inflate to was counted and thrown away.
 * @throws DomainError `workbook_unreadable` or `workbook_too_large`.
 */
export async function repack(file: Buffer): Promise<Buffer> {
  let parts: Part[];
  try {
    parts = await readParts(file);
  } catch (error) {
    throw error instanceof DomainError ? error : unreadable(); // the library's words name no part of ours
  }
  if (!parts.some(({ name }) => name.startsWith('xl/worksheets/'))) throw unreadable();
  return written(parts);
}

const unreadable = () => new DomainError(Status.invalid, { code: 'workbook_unreadable' });
const tooLarge = () =>
  new DomainError(Status.invalid, {
    code: 'workbook_too_large',
    params: { megabytes: Math.round(INFLATED_LIMIT / 1024 / 1024) },
  });

const rank = (name: string) => PARTS.findIndex((part) => part.test(name));

async function readParts(file: Buffer): Promise<Part[]> {
  const zip = await yauzl.fromBufferPromise(file, { validateEntrySizes: false }); // sizes are counted below: a file may lie
  if (zip.entryCount > ENTRIES_LIMIT) throw unreadable();
  const parts = new Map<string, Part>();
  let left = INFLATED_LIMIT;
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileName.replace(/^\//, '');
    if (rank(name) < 0 || parts.has(name)) continue;
    if (entry.isEncrypted()) throw unreadable();
    const packed = await buffer(await zip.openReadStreamPromise(entry, { decodeFileData: false }));
    const inflated = await count(await zip.openReadStreamPromise(entry), left);
    left -= inflated.size;
    parts.set(name, { name, method: entry.compressionMethod, packed, ...inflated });
  }
  return [...parts.values()].sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1));
}

async function count(stream: Readable, most: number): Promise<{ size: number; crc: number }> {
  let size = 0;
  let crc = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw tooLarge();
    crc = crc32(chunk, crc);
  }
  return { size, crc };
}

/** A zip of parts that are packed already, which no library writes. Source: PKWARE APPNOTE 6.3.10, §4.3. */
function written(parts: readonly Part[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, method, crc, packed, size } of parts) {
    const path = Buffer.from(name);
    const common = Buffer.alloc(26); // version … extra length: the same in both headers
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc, 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(path.length, 22);
    bodies.push(Buffer.from('PK\x03\x04', 'latin1'), common, path, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, path);
    offset += 30 + path.length + packed.length;
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
