import { z } from 'zod'
import { secret, url } from '../../../model/marks.ts'
import { halfCertificate, tlsKeys } from '../../tls.ts'

/** The Data Plane API of HAProxy Technologies, version 3, beside the HAProxy that it manages. */
export const dataplaneConfig = z
  .strictObject({
    url: url(
      z
        .url({ protocol: /^https?$/, error: 'https://HOST:PORT' })
        .refine((text) => !URL.canParse(text) || new URL(text).username === '', 'without a user: give `username`'),
    ).describe('Its address without `/v3`: `https://HOST:5555`'),
    username: z
      .string()
      .regex(/^[^:\p{Cc}]+$/u, 'a name without a colon')
      .describe('The user, of the `userlist` that dataplaneapi names'),
    password: secret(z.string().min(1)).describe('The password'),
    writer: z
      .strictObject({
        username: z
          .string()
          .regex(/^[^:\p{Cc}]+$/u, 'a name without a colon')
          .describe('The user that writes'),
        password: secret(z.string().min(1)).describe('Its password'),
      })
      .optional()
      .describe('Another user for what writes; what only reads never signs in as this one. Default: the same user'),
    ...tlsKeys('`https://`', 'mutual TLS'),
    write: z
      .enum(['runtime', 'config'])
      .default('runtime')
      .describe(
        '`runtime`: weights and states of the running process, until it reloads. `config`: in haproxy.cfg too, in one transaction that ends with a reload',
      ),
  })
  .superRefine((config, context) => {
    const issue = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message })
    const half = halfCertificate(config)
    if (half) issue(half.missing, half.message)
    if ((config.ca ?? config.cert) !== undefined && config.url.startsWith('http:')) issue('url', 'ca, cert and key are for https://')
  })

export type DataplaneConfig = z.output<typeof dataplaneConfig>
