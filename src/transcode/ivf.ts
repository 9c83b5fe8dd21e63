/** IVF, the simplest container of pictures: a header, and each picture with its size and its time. */

export const ivfHeader = (fourcc: string, width: number, height: number): Buffer => {
  const header = Buffer.alloc(32);
  header.write('DKIF', 0, 'latin1');
  header.writeUInt16LE(header.length, 6);
  header.write(fourcc, 8, 'latin1');
  header.writeUInt16LE(width, 12);
  header.writeUInt16LE(height, 14);
  // Times are in milliseconds.
  header.writeUInt32LE(1000, 16);
  header.writeUInt32LE(1, 20);
  return header;
};

export const ivfFrame = (picture: Buffer, atMs: number): Buffer => {
  const frame = Buffer.allocUnsafe(12 + picture.length);
  frame.writeUInt32LE(picture.length, 0);
  frame.writeBigUInt64LE(BigInt(Math.round(atMs)), 4);
  picture.copy(frame, 12);
  return frame;
};
