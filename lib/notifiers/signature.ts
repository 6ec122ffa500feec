import { createHmac } from 'node:crypto'

const SIGNATURE_HEADER = 'X-Evenkeel-Signature'

/** The header that signs a body, where a key is configured: `sha256=` and the hex HMAC-SHA256 of the raw body. */
export const signed = (secret: string | undefined, body: string): Record<string, string> =>
  secret === undefined ? {} : { [SIGNATURE_HEADER]: `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` }
