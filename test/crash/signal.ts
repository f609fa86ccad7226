/** Something that happens once, and those who wait for it. */
export interface Signal {
  happened: Promise<void>;
  happen: () => void;
}

export function signal(): Signal {
  let happen = () => {};
  const happened = new Promise<void>((resolve) => {
    happen = resolve;
  });
  return { happened, happen };
}
