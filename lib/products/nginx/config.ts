import { z } from 'zod'
import { path, url } from '../../model/marks.ts'
import { accessLog } from '../accessLog/place.ts'
import { targetKeys } from '../targetKeys.ts'
import type { BehindNginx } from './cache/product.ts'

const httpUrl = url(
  z.string().refine((text) => /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : ''), { message: 'http://HOST:PORT/PATH' }),
)
const command = z.array(z.string().min(1)).min(1)

const upstream = z.strictObject({
  file: path().describe("The include file that holds the upstream's `server` lines, or the whole `upstream { }`"),
  hash: z
    .string()
    .optional()
    .describe('The key of its `hash` directive, where that stands outside of the file, for example `$request_uri`'),
  consistent: z.boolean().optional().describe('Whether that `hash` has the parameter `consistent`'),
})

const cache = z.strictObject({
  path: path().describe('The folder of its `proxy_cache_path`, on this machine: how much it holds'),
  keys_zone: z
    .string()
    .regex(/^[^\s:;{}]+(:\d+[kKmM]?)?$/, 'as in `proxy_cache_path`: NAME or NAME:SIZE')
    .describe('Its `keys_zone`, as in `proxy_cache_path`: by this name VTS and the field `zone` of the log tell it'),
  max_size: z
    .string()
    .regex(/^[1-9]\d{0,14}[kKmMgG]?$/, 'as in `proxy_cache_path`: 500m, 10g')
    .optional()
    .describe('Its `max_size`, as in `proxy_cache_path`'),
  valid: path()
    .optional()
    .describe('The include file that holds its `proxy_cache_valid` lines, and nothing else: their times can then be set'),
})

/** NGINX (open source): its status page, its access log, and the include files of its upstreams. */
export const nginxConfig = z
  .strictObject({
    ...targetKeys('nginx'),
    status: httpUrl.describe('The `stub_status` page, `http://HOST:PORT/PATH`'),
    pid: path().optional().describe("The master's pid file. Needed to apply weights: the reload is sent to that process"),
    upstreams: z
      .record(z.string().regex(/^[^/\s{};]+$/, 'the name of an upstream'), upstream)
      .default({})
      .describe('Name of an upstream to the include file of its servers. An upstream that is not named here is read only, or not seen'),
    caches: z
      .record(z.string().regex(/^[^/\s{};]+$/, 'a name without blanks and slashes'), cache)
      .default({})
      .describe('Name to each `proxy_cache`: it becomes a target of its own, `TARGET:NAME`'),
    vts: httpUrl
      .optional()
      .describe(
        'The JSON page of nginx-module-vts: exact requests, errors and times of each server. An `accessLog` beside it adds retries and hot keys',
      ),
    accessLog: accessLog('A JSON access log: `syslog://HOST:PORT`, where Evenkeel listens (UDP), or `file:///PATH`, which it follows'),
    test: command
      .default(['nginx', '-t', '-q'])
      .describe(
        'The command that tests a new configuration, as a list of words (no shell). Add `-c FILE` where NGINX does not run with its default file',
      ),
    reload: command
      .optional()
      .describe('The command that makes NGINX reload, as a list of words, where Evenkeel may not signal the master itself'),
  })
  .transform((config) => ({ ...config, behind: undefined as BehindNginx | undefined, role: undefined as 'cache' | undefined }))

export type NginxConfig = z.output<typeof nginxConfig>

/** Where it is, without secrets. */
export const nginxAddress = (config: NginxConfig): string => {
  const { host, pathname } = new URL(config.status)
  return `${host}${pathname}`
}

export const NO_PID = 'no `pid` in the configuration: a reload is only believed when the workers of that master are new'

/** True, or why no weight can be set on that upstream. */
export function writable(config: NginxConfig, pool: string): true | string {
  if (!config.upstreams[pool]) return `its include file is not known: name it under \`upstreams: { ${pool}: { file: … } }\``
  if (!config.pid) return NO_PID
  return true
}
