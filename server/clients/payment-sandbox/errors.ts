export interface StripeErrorDetails {
  status: number;
  type?: 'invalid_request_error' | 'idempotency_error' | 'api_error';
  code?: string;
  param?: string;
}

/** Thrown when a request breaks a rule of Stripe's API; answered in Stripe's error shape. */
export class SandboxApiError extends Error {
  readonly details: StripeErrorDetails;

  constructor(message: string, details: StripeErrorDetails) {
    super(message);
    this.details = details;
  }

  get body() {
    const { type = 'invalid_request_error', code, param } = this.details;
    return {
      error: {
        type,
        message: this.message,
        ...(code && { code, doc_url: `https://docs.stripe.com/error-codes#${code.replaceAll('_', '-')}` }),
        ...(param && { param }),
      },
    };
  }
}

export function invalid(message: string, code?: string, param?: string): SandboxApiError {
  return new SandboxApiError(message, { status: 400, code, param });
}

export function missing(kind: string, id: string, param = kind): SandboxApiError {
  return new SandboxApiError(`No such ${kind}: '${id}'`, { status: 404, code: 'resource_missing', param });
}
