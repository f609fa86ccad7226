/** One fault of an input, by the field it belongs to. `code` is a message key of the namespace `faults`. */
export interface Fault {
  path: string;
  code: string;
  values?: Record<string, string | number>;
}

/** Something expected that a person must be told: status for HTTP, `code` a message key of the namespace `faults`. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly faults: Fault[];
  readonly values: Record<string, string | number>;

  constructor(status: number, code: string, values: Record<string, string | number> = {}, faults: Fault[] = []) {
    super(code);
    this.name = new.target.name;
    this.status = status;
    this.code = code;
    this.values = values;
    this.faults = faults;
  }
}

/** Thrown when input cannot be read as what it should be (400). */
export class BadInput extends Refusal {
  constructor(faults: Fault[]) {
    super(400, 'badInput', {}, faults);
  }
}

/** Thrown when nobody is signed in and somebody must be (401). */
export class SignInNeeded extends Refusal {
  constructor() {
    super(401, 'signInNeeded');
  }
}

/** Thrown when the thing is visible but the act is not the actor's (403). */
export class NotAllowed extends Refusal {
  constructor(code = 'notAllowed') {
    super(403, code);
  }
}

/** Thrown when it does not exist, or is somebody else's (404). */
export class NotFound extends Refusal {
  constructor(code = 'notFound') {
    super(404, code);
  }
}

/** Thrown when the thing is in a state that does not allow the act (409). */
export class StateConflict extends Refusal {
  constructor(code: string, values: Record<string, string | number> = {}) {
    super(409, code, values);
  }
}

/** Thrown when a rule of the market refuses (422); `faults` names every reason at once. */
export class RuleRefusal extends Refusal {
  constructor(code: string, faults: Fault[] = [], values: Record<string, string | number> = {}) {
    super(422, code, values, faults);
  }
}
