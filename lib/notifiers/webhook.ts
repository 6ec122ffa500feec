import { z } from 'zod'
import { secret as hidden } from '../model/marks.ts'
import type { Notifier } from '../model/notifier.ts'
import { alertmanagerBody } from './alertmanagerBody.ts'
import { send } from './send.ts'
import { signed } from './signature.ts'

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

/** Alertmanager's webhook: whatever takes its alerts takes ours. */
export const webhook: Notifier<WebhookConfig> = {
  kind: 'webhook',
  config,
  notify({ url, secret, headers }, notice, attempt) {
    const body = JSON.stringify(alertmanagerBody(notice))
    return send({ url, headers: { 'idempotency-key': attempt.id, ...headers, ...signed(secret, body) }, body }, attempt)
  },
}
