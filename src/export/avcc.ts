// Mends H.264's decoder record (AVCDecoderConfigurationRecord, ISO/IEC 14496-15 section 5.3.3.1) where an encoder
// hands out a broken one. Firefox up to at least 153 doubles the NAL header byte of every parameter set in it and
// leaves reserved bits at zero (Mozilla's bug 2031056): browsers play such a file from the sets in the stream,
// Windows' and Apple's players refuse it. Records without that fault are given back as they are.

const SPS_TYPE = 7;

/** @param record as WebCodecs' `decoderConfig.description` has it */
export function mendAvcRecord(record: Uint8Array): Uint8Array {
  const sets = readSets(record);
  // profile_idc follows an SPS's header; no profile has a number of that look (0x27, 0x47, 0x67).
  const isDoubled = sets?.some(({ nal }) => (nal[0] & 31) === SPS_TYPE && nal.length > 4 && nal[1] === nal[0]);
  if (!sets || !isDoubled) return record;
  const mended = sets.map(({ nal, kind }) => ({ kind, nal: nal[0] === nal[1] ? nal.subarray(1) : nal }));
  const firstSps = mended.find(({ kind }) => kind === 'sps')!.nal;
  const out = [1, firstSps[1], firstSps[2], firstSps[3], 0xfc | (record[4] & 3)];
  for (const kind of ['sps', 'pps'] as const) {
    const group = mended.filter((set) => set.kind === kind);
    out.push(kind === 'sps' ? 0xe0 | group.length : group.length);
    for (const { nal } of group) out.push(nal.length >> 8, nal.length & 255, ...nal);
  }
  // Profiles with chroma formats end in four bytes: 4:2:0, 8 bits, 8 bits, no extensions.
  if (out[1] >= 100) out.push(0xfd, 0xf8, 0xf8, 0);
  return Uint8Array.from(out);
}

/** The parameter sets in order, or null where the record ends too soon. */
function readSets(record: Uint8Array): { kind: 'sps' | 'pps'; nal: Uint8Array }[] | null {
  const sets: { kind: 'sps' | 'pps'; nal: Uint8Array }[] = [];
  let at = 5;
  for (const kind of ['sps', 'pps'] as const) {
    if (at >= record.length) return null;
    const count = kind === 'sps' ? record[at] & 31 : record[at];
    at++;
    for (let i = 0; i < count; i++) {
      const size = (record[at] << 8) | record[at + 1];
      at += 2;
      if (!(size > 0 && at + size <= record.length)) return null;
      sets.push({ kind, nal: record.subarray(at, at + size) });
      at += size;
    }
  }
  return sets;
}
