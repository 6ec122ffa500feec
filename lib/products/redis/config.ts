import { z } from 'zod'
import { EvenkeelError } from '../../model/error.ts'
import { url as marked, secret } from '../../model/marks.ts'
import { FROM_LOG, references } from '../referenceSettings.ts'
import { region, role, targetKeys } from '../targetKeys.ts'
import { halfCertificate, tlsKeys } from '../tls.ts'
import { WARM_IS_FOR_CACHES, warm } from '../warmSettings.ts'

/** Where one Redis is and how to get in. Made from the URL, so that no other file takes URLs apart. */
export type Place = {
  host?: string
  port?: number
  /** Unix socket. */
  path?: string
  username?: string
  password?: string
  db: number
  tls: boolean
}

/**
 * Reads `redis://user:password@host:port/db`, `rediss://…` (TLS), `unix:/path`, `redis+unix:///path?db=1` or a plain absolute path.
 * Throws `bad_request` with what is allowed, as a configuration error goes on after its own "allowed: ", in words that hold no secret.
 */
export function placeOf(text: string): Place {
  const wrong = (why: string) => new EvenkeelError('bad_request', `redis://HOST:PORT, rediss://HOST:PORT or unix:/PATH (${why})`)
  if (text.startsWith('/')) return { path: text, db: 0, tls: false }
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw wrong('the URL cannot be read')
  }
  const decode = (part: string) => {
    try {
      return decodeURIComponent(part)
    } catch {
      throw wrong('the URL holds a % that begins no escape')
    }
  }
  const login = { username: decode(url.username) || undefined, password: decode(url.password) || undefined }
  if (['unix:', 'redis+unix:', 'redis-socket:'].includes(url.protocol)) {
    const path = decode(url.pathname)
    if (!path.startsWith('/')) throw wrong('a socket needs an absolute path')
    return { path, db: database(url.searchParams.get('db') ?? '', wrong), tls: false, ...login }
  }
  if (!['redis:', 'rediss:', 'valkey:', 'valkeys:'].includes(url.protocol)) throw wrong('the scheme is not known')
  if (!url.hostname) throw wrong('the host is missing')
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port ? Number(url.port) : 6379,
    db: database(url.pathname.replace(/^\//, ''), wrong),
    tls: url.protocol === 'rediss:' || url.protocol === 'valkeys:',
    ...login,
  }
}

function database(text: string, wrong: (why: string) => Error): number {
  if (text === '') return 0
  if (!/^\d{1,5}$/.test(text)) throw wrong('the path of the URL is to be a database number')
  return Number(text)
}

const url = marked(
  z.string().superRefine((text, context) => {
    try {
      placeOf(text)
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
    }
  }),
)

const hostPort = z.string().refine((text) => /^(\[[0-9a-fA-F:.]+\]|[^\s:/@[\]]+):\d{1,5}$/.test(text), { message: 'HOST:PORT' })

/**
 * A Redis or Valkey server by its `url`; a Redis Cluster by the URLs of some of its nodes; or a master and its replicas by their Sentinels.
 * `monitor` says whether MONITOR may be sampled in bursts; a store is never monitored unless it is configured.
 */
export const redisConfig = z
  .strictObject({
    ...targetKeys('redis'),
    url: url
      .optional()
      .describe(
        'One server: `redis://[USER:PASSWORD@]HOST:PORT[/DB]`, `rediss://` with TLS, or `unix:/PATH`. One of `url`, `cluster` and `sentinel` is required',
      ),
    username: z.string().optional().describe('The ACL user; a URL may hold it instead'),
    password: secret(z.string()).optional().describe('Its password; a URL may hold it instead'),
    write: z
      .strictObject({
        url: url.optional().describe('Another address for writing, with a user and password of its own. Default: that of `url`'),
        username: z.string().optional().describe('The ACL user that writes'),
        password: secret(z.string()).optional().describe('Its password'),
      })
      .refine(({ url, password }) => url !== undefined || password !== undefined, { message: 'password, or an url that holds it' })
      .optional()
      .describe(
        'Another user for what writes: changes, jobs and control documents. What only reads never signs in as this one. Default: the same user',
      ),
    ...tlsKeys('`rediss://`', '`tls-auth-clients`'),
    role,
    monitor: z
      .enum(['ask', 'bursts', 'never'])
      .optional()
      .describe(
        'Whether hot keys may be sampled with bursts of MONITOR. `ask`: an admin allows it on the page of the target. Default: `ask`, and `never` with `role: store`',
      ),
    references: references(
      z
        .enum(['off', 'monitor', 'report', 'log'])
        .default('off')
        .describe(
          'Where they come from. `monitor`: MONITOR without an end, on servers with at most 3,000 commands a second; needs the consent that bursts need (`monitor`). `report`: applications send them, `POST references/TARGET`. ' +
            FROM_LOG,
        ),
    ),
    warm,
    cluster: z
      .array(url)
      .min(1)
      .optional()
      .describe('A Redis Cluster: URLs of one or more of its nodes. Each node becomes a target `NAME:HOST:PORT`'),
    sentinel: z
      .strictObject({
        master: z.string().min(1).describe("The master's name in the Sentinels' configuration"),
        nodes: z.array(hostPort).min(1).describe('Sentinels, each as `HOST:PORT`'),
        username: z.string().optional().describe('The user on the Sentinels themselves; that of the servers stands beside `sentinel`'),
        password: secret(z.string()).optional().describe('The password on the Sentinels themselves'),
      })
      .optional()
      .describe('A master and its replicas, found through their Sentinels'),
    natMap: z
      .record(hostPort, hostPort)
      .optional()
      .describe('With `cluster` or `sentinel`: announced `HOST:PORT` to the `HOST:PORT` where that server is reached from here'),
    regions: z
      .record(hostPort, region)
      .optional()
      .describe('With `cluster` or `sentinel`: announced `HOST:PORT` to the region of that server, where it is another one than `region`'),
    tls: z
      .boolean()
      .optional()
      .describe('With `sentinel`: the servers speak TLS. A Cluster speaks TLS when its URLs begin with `rediss://`'),
  })
  .superRefine((config, context) => {
    const given = (['url', 'cluster', 'sentinel'] as const).filter((key) => config[key] !== undefined)
    const issue = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message })
    if (given.length === 0) issue('url', 'url is missing; for example redis://127.0.0.1:6379')
    if (given.length > 1) issue(given[1]!, `one of url, cluster, sentinel; ${given[0]} is given too`)
    if (config.write?.url !== undefined && config.url === undefined)
      context.addIssue({ code: 'custom', path: ['write', 'url'], message: 'url is for one server: give username and password' })
    const half = halfCertificate(config)
    if (half) issue(half.missing, half.message)
    if (config.references.from === 'log' && config.url === undefined)
      issue('references', 'from: log is for one server with a `url`: no log tells which server of a group has a key')
    if (config.warm && config.role === 'store') issue('warm', WARM_IS_FOR_CACHES)
    if (config.natMap && config.url !== undefined) issue('natMap', 'natMap is for `cluster` and `sentinel`: a url says where the server is')
    if (config.regions && config.url !== undefined) issue('regions', 'regions is for `cluster` and `sentinel`: beside a url stands region')
    if (config.tls !== undefined && !config.sentinel) issue('tls', 'tls is for `sentinel`: elsewhere the url begins with rediss://')
    if (config.cluster?.some((seed) => placeOf(seed).path !== undefined)) issue('cluster', 'a Cluster is reached by TCP: redis://HOST:PORT')
  })
  .transform((config) => ({
    ...config,
    url: config.url ?? '',
    monitor: config.monitor ?? (config.role === 'store' ? ('never' as const) : ('ask' as const)),
  }))

export type RedisConfig = z.output<typeof redisConfig>

/** Where one server is, and what opens it. */
export type RedisConnection = Pick<RedisConfig, 'url' | 'username' | 'password' | 'ca' | 'cert' | 'key' | 'write'>

/** Where it is, without secrets: `127.0.0.1:6379`, `/run/redis.sock`. */
export function redisAddress(config: Pick<RedisConfig, 'url'>): string {
  const place = placeOf(config.url)
  return place.path ?? `${place.host?.includes(':') ? `[${place.host}]` : place.host}:${place.port}`
}
