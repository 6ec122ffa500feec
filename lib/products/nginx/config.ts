import { z } from 'zod'
import { path, url } from '../../model/marks.ts'

const httpUrl = url(
  z.string().refine((text) => /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : ''), { message: 'http://HOST:PORT/PATH' }),
)
const command = z.array(z.string().min(1)).min(1)

/** `syslog://HOST:PORT` (UDP, where Evenkeel listens) or `file:///PATH` (a log that it follows). */
export type LogPlace = { is: 'syslog'; host: string; port: number } | { is: 'file'; path: string }

/** Null when it is neither. */
export function logPlaceOf(text: string): LogPlace | null {
  const url = URL.parse(text)
  if (!url) return null
  if (url.protocol === 'file:' && url.pathname.length > 1) {
    try {
      return { is: 'file', path: decodeURIComponent(url.pathname) }
    } catch {
      return null
    }
  }
  const port = Number(url.port)
  if (url.protocol !== 'syslog:' || !url.hostname || !(port > 0)) return null
  return { is: 'syslog', host: url.hostname.replace(/^\[|\]$/g, ''), port }
}

const upstream = z.strictObject({
  /** The include file that holds the upstream's `server` lines, or the whole `upstream { }`. */
  file: path(),
  /** The key of its `hash`, where that stands elsewhere than in the file: `$request_uri`. */
  hash: z.string().optional(),
  consistent: z.boolean().optional(),
})

/** NGINX (open source): its status page, its access log, and the include files of its upstreams. */
export const nginxConfig = z.strictObject({
  kind: z.literal('nginx'),
  name: z.string(),
  /** The `stub_status` page. */
  status: httpUrl,
  /** The master's pid file: weights are applied by a reload of that process. */
  pid: path().optional(),
  upstreams: z.record(z.string().regex(/^[^/\s{};]+$/, 'the name of an upstream'), upstream).default({}),
  /** The JSON page of nginx-module-vts: counts requests, errors and times by server. Beside it an `accessLog` only adds what it does not tell. */
  vts: httpUrl.optional(),
  accessLog: url(z.string().refine((text) => logPlaceOf(text) !== null, 'syslog://HOST:PORT or file:///PATH')).optional(),
  /** What tests a new configuration; give `-c` here when it is not NGINX's own default. */
  test: command.default(['nginx', '-t', '-q']),
  /** What makes NGINX reload, where Evenkeel may not signal the master itself. */
  reload: command.optional(),
})

export type NginxConfig = z.output<typeof nginxConfig>

/** Where it is, without secrets. */
export const nginxAddress = (config: NginxConfig): string => {
  const { host, pathname } = new URL(config.status)
  return `${host}${pathname}`
}

/** True, or why no weight can be set on that upstream. */
export function writable(config: NginxConfig, pool: string): true | string {
  if (!config.upstreams[pool]) return `its include file is not known: name it under \`upstreams: { ${pool}: { file: … } }\``
  if (!config.pid) return 'no `pid` in the configuration: a reload is only believed when the workers of that master are new'
  return true
}
