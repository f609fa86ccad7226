import { allocate } from '../shared/money.ts';

/** So many units of sale of a line, with the fen (after discount) and grams that they are. */
export interface Part {
  quantity: number;
  fen: number;
  grams: number;
}

interface LineSums {
  id: number;
  quantity: number;
  payableFen: number;
  grams: number;
  acceptedQuantity: number;
  acceptedFen: number;
  acceptedGrams: number;
}

/** A part that was granted back; `outstanding` before the parcel was received. */
export interface RefundedPart extends Part {
  lineId: number;
  outstanding: boolean;
}

/**
 * What a line still is: until anything of its parcel is received what is to arrive, less what the supplier gave up of it (`dropped`),
 * from then on what was accepted; less what was refunded.
 */
export function standingPart(
  line: LineSums,
  refunded: readonly RefundedPart[],
  isReceived: boolean,
  dropped: Part = { quantity: 0, fen: 0, grams: 0 },
): Part {
  const whole: Part = isReceived
    ? { quantity: line.acceptedQuantity, fen: line.acceptedFen, grams: line.acceptedGrams }
    : less({ quantity: line.quantity, fen: line.payableFen, grams: line.grams }, dropped);
  return refunded.filter((part) => part.lineId === line.id && part.outstanding === !isReceived).reduce(less, whole);
}

/**
 * The fen and grams of so many units out of a part. What is split off one after the other, down to nothing, sums to the whole
 * exactly, the discount's share included (rule 4).
 */
export function splitOff(whole: Part, quantity: number): Part {
  const shares = [quantity, whole.quantity - quantity];
  const [fen = 0] = allocate(whole.fen, shares);
  const [grams = 0] = allocate(whole.grams, shares);
  return { quantity, fen, grams };
}

export function less(whole: Part, part: Part): Part {
  return {
    quantity: whole.quantity - part.quantity,
    fen: whole.fen - part.fen,
    grams: whole.grams - part.grams,
  };
}
