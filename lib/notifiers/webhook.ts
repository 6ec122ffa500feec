import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { secret as hidden } from '../model/marks.ts'
import type { Notifier } from '../model/notifier.ts'
import { alertmanagerBody } from './alertmanagerBody.ts'
import { send } from './send.ts'

const config = z
  .strictObject({
    // The paths of many hooks (Discord, Teams) hold a token.
    url: hidden(z.url({ protocol: /^https?$/, error: 'an http(s) address' })).describe(
      "Where notices are posted, in Alertmanager's format",
    ),
    secret: hidden(z.string().min(1)).optional().describe('Key of the signature (HMAC-SHA256) in the header `X-Evenkeel-Signature`'),
    headers: z
      .record(z.string().regex(/^[\w-]+$/), hidden(z.string().regex(/^[\t\x20-\x7e]*$/, 'one line of ASCII')))
      .optional()
      .describe('Headers that are added to each request; their values are secret'),
  })
  .describe('An address that takes webhooks of Alertmanager, version 4')
export type WebhookConfig = z.output<typeof config>

const SIGNATURE_HEADER = 'X-Evenkeel-Signature'
/** `sha256=` and the hex HMAC-SHA256 of the raw body. */
const signature = (secret: string, body: string): string => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

/** Alertmanager's webhook: whatever takes its alerts takes ours. */
export const webhook: Notifier<WebhookConfig> = {
  kind: 'webhook',
  config,
  notify({ url, secret, headers }, notice, attempt) {
    const body = JSON.stringify(alertmanagerBody(notice))
    const signed: Record<string, string> = secret === undefined ? {} : { [SIGNATURE_HEADER]: signature(secret, body) }
    return send({ url, headers: { 'idempotency-key': attempt.id, ...headers, ...signed }, body }, attempt)
  },
}
