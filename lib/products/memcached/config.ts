import { z } from 'zod'
import { secret, url } from '../../model/marks.ts'
import { parseSocketAddress, type SocketAddress, socketAddressText } from '../exchange.ts'
import { FROM_LOG, references } from '../referenceSettings.ts'
import { role, targetKeys } from '../targetKeys.ts'
import { halfCertificate, tlsKeys } from '../tls.ts'
import { WARM_IS_FOR_CACHES, warm } from '../warmSettings.ts'

/** A server that asks for no login reads the line of the login as a command, of which the user is the first word. */
const COMMANDS = new Set(
  `get gets mget gat gats touch set add replace append prepend cas incr decr delete mg ms md ma mn me stats version verbosity quit shutdown
  flush_all cache_memlimit slabs lru lru_crawler watch extstore misbehave debugtime refresh_certs`.split(/\s+/),
)

/** A memcached server. */
export const memcachedConfig = z
  .strictObject({
    ...targetKeys('memcached'),
    address: url(z.string().refine((text) => parseSocketAddress(text) !== null, { message: 'HOST:PORT or unix:/PATH' })).describe(
      'Where it listens: `HOST:PORT` or `unix:/PATH`',
    ),
    username: z
      .string()
      .refine((text) => /^[^\s:]{1,250}$/.test(text) && !COMMANDS.has(text), {
        message: 'one word without a colon, as in the file of -Y, and no command of memcached',
      })
      .optional()
      .describe('The user, where memcached was started with `-Y`'),
    password: secret(z.string().refine((text) => /^[^\r\n\0]{1,250}$/.test(text), { message: 'one line of at most 250 characters' }))
      .optional()
      .describe('Its password'),
    tls: z.boolean().optional().describe('It speaks TLS there (`-Z`). Default: where `ca` or `cert` is given'),
    ...tlsKeys('`tls`', '`ssl_verify_mode`'),
    role,
    references: references(
      z
        .enum(['off', 'report', 'log'])
        .default('off')
        .describe(`Where they come from. \`report\`: applications send them, \`POST references/TARGET\`. ${FROM_LOG}`),
    ),
    warm,
    monitor: z
      .enum(['ask', 'bursts', 'never'])
      .optional()
      .describe(
        'Whether hot keys may be sampled with bursts of `watch`. `ask`: an admin allows it on the page of the target. Default: `ask`, and `never` with `role: store`',
      ),
  })
  .superRefine((config, context) => {
    const issue = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message })
    const half = halfCertificate(config)
    if (half) issue(half.missing, half.message)
    if (config.warm && config.role === 'store') issue('warm', WARM_IS_FOR_CACHES)
    const socket = parseSocketAddress(config.address)
    const given = config.ca !== undefined || config.cert !== undefined
    if (config.tls === false && given) issue('tls', 'ca, cert and key are for TLS')
    if (config.tls && socket && 'path' in socket) issue('tls', 'a unix socket of memcached has no TLS')
    if ((config.username === undefined) === (config.password === undefined)) return
    issue(config.username === undefined ? 'username' : 'password', 'username and password belong together: a line of the file of -Y')
  })
  .transform((config) => ({
    ...config,
    tls: config.tls ?? (config.ca !== undefined || config.cert !== undefined),
    monitor: config.monitor ?? (config.role === 'store' ? ('never' as const) : ('ask' as const)),
  }))

export type MemcachedConfig = z.output<typeof memcachedConfig>

export const memcachedSocket = (config: MemcachedConfig): SocketAddress => parseSocketAddress(config.address)!
export const memcachedAddress = (config: MemcachedConfig): string => socketAddressText(memcachedSocket(config))
