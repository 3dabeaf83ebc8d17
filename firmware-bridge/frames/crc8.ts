// CRC-8/SMBUS: polynomial 07, start 00, not reflected, no final xor; "123456789" gives F4.
// It covers at most 18 bytes of a frame, so a table would cost more than it saves.

const polynomial = 0x07;

export const crc8 = (bytes: Uint8Array): number => {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ polynomial) & 0xff : crc << 1;
  }
  return crc;
};
