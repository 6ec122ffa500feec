import { z } from 'zod'
import { secret, url } from '../../model/marks.ts'
import type { CloudThing } from '../exporters/cloudThings.ts'
import { mappings, period } from '../exporters/mappingConfig.ts'
import { targetKeys } from '../targetKeys.ts'
import { halfCertificate, tlsKeys } from '../tls.ts'
import type { Page } from './page.ts'

/** A page of metrics that is read without a Prometheus: an exporter, Spring's actuator, an application's own. */
export const scrapeConfig = z
  .strictObject({
    ...targetKeys('scrape'),
    url: url(z.url({ protocol: /^https?$/, error: 'http(s)://[USER:PASSWORD@]HOST:PORT/PATH' })).describe(
      'The address of the page, `http://HOST:PORT/metrics`',
    ),
    bearer: secret(z.string().regex(/^[\x21-\x7e]+$/, 'a token: visible ASCII without blanks'))
      .optional()
      .describe('A token, sent as `Authorization: Bearer`'),
    basic: z
      .strictObject({
        username: z
          .string()
          .regex(/^[^:\p{Cc}]+$/u, 'a name without a colon')
          .describe('The user'),
        password: secret(z.string().min(1)).describe('The password'),
      })
      .optional()
      .describe('User and password (Basic authentication), instead of those in the address'),
    ...tlsKeys('`https://`', 'mutual TLS'),
    role: z
      .enum(['cache', 'store'])
      .optional()
      .describe(
        'Of the caches that are on the page. `cache`: full on purpose. `store`: must never evict. Default: `cache`, where there is one',
      ),
    mappings,
    period,
  })
  .superRefine((config, context) => {
    const issue = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message })
    const half = halfCertificate(config)
    if (half) issue(half.missing, half.message)
    const { protocol, username } = new URL(config.url)
    if ((config.ca ?? config.cert) !== undefined && protocol === 'http:') issue('url', 'ca, cert and key are for https://')
    if ([config.bearer, config.basic, username || undefined].filter((one) => one !== undefined).length > 1)
      issue(config.bearer !== undefined ? 'bearer' : 'basic', 'one way to sign in: bearer, basic, or user and password in the address')
  })
  .transform((config) => ({ ...config, behind: undefined as Behind | undefined }))

/** One cache of several that are on a page, or one thing of a cloud, and the reader that they share. */
export type Behind = { cache: string; thing?: CloudThing; page: Page }
export type ScrapeConfig = z.output<typeof scrapeConfig>
