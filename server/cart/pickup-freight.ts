import type { Quote } from './quote.ts';

/**
 * A quote for parcels that are fetched at a pick-up point: each supplier's freight is half, rounded down to the fen, since its parcels
 * to one point travel together.
 */
export function atPickupPoint(quoted: Quote): Quote {
  const parcels = quoted.parcels.map((parcel) => ({ ...parcel, freightFen: Math.floor(parcel.freightFen / 2) }));
  const freightFen = parcels.reduce((sum, parcel) => sum + parcel.freightFen, 0);
  return { ...quoted, parcels, freightFen, totalFen: quoted.totalFen - quoted.freightFen + freightFen };
}
