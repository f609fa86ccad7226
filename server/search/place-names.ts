const kinds = /(?:自治县|自治州|街道|社区|居委会|村委会|直辖市|[省市县区镇乡村])$/;

/** What people call a place: 秀山土家族苗族自治县 → 秀山, 涌洞乡 → 涌洞; the name itself where nothing is left to cut. */
export function shortPlaceName(name: string): string {
  const ethnic = /^(.{2,3}?)(?:(?:土家|苗|侗|瑶|彝|回|壮|布依|仡佬|羌|藏)族)+自治[县州]$/.exec(name);
  if (ethnic?.[1] !== undefined) return ethnic[1];
  const short = name.replace(kinds, '');
  return short.length >= 2 ? short : name;
}

/** Everything that a place is called: 秀山土家族苗族自治县, 秀山 and 秀山县. */
export function placeNameForms(name: string): string[] {
  const short = shortPlaceName(name);
  return [...new Set([name, short, ...(name.startsWith(short) && name !== short ? [short + name.slice(-1)] : [])])];
}
