import { isIP, isIPv6 } from 'node:net'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { type Outside, type Path, readSource } from './document.ts'
import { ConfigError } from './error.ts'
import { allowedText, foundText } from './explain.ts'
import { isLoopback } from './loopback.ts'

export type Listen = { host: string; port: number }

export const listen = z
  .string()
  .regex(/^(\[[0-9a-fA-F:.]+\]|[^\s:[\]]+):\d{1,5}$/, { error: 'HOST:PORT, e.g. 127.0.0.1:3000 or [::1]:3000', abort: true })
  .refine((text) => Number(text.slice(text.lastIndexOf(':') + 1)) <= 65535, { error: 'a port from 0 to 65535', abort: true })
  // People reach it by a URL with this host in it.
  .refine((text) => URL.canParse(`http://${text}`), { error: 'HOST:PORT with a host name or an address, e.g. 127.0.0.1:3000' })
  .transform((text): Listen => {
    const cut = text.lastIndexOf(':')
    return { host: text.slice(0, cut).replace(/^\[|\]$/g, ''), port: Number(text.slice(cut + 1)) }
  })

const fileSchema = z.looseObject({ listen: listen.optional() })

/** The default of `listen`. */
export const DEFAULT_LISTEN: Listen = { host: '127.0.0.1', port: 3000 }

/**
 * Where a configuration file says to listen, for whoever has to know it before the server is there. Reads no other key, and throws
 * `ConfigError` as the whole reading does.
 */
export function readListen(text: string, env: Outside['env'], { file, readFile }: { file: string; readFile: Outside['readFile'] }): Listen {
  // Files of other keys are not its business: a target's may be readable later.
  const owns = (path: Path) => path[0] !== 'listen_file'
  const source = readSource(text, { env, readFile: (path) => readFile(resolve(dirname(file), path)), owns })
  if (source.problems.length) throw new ConfigError(file, source.problems)
  const data = source.data && typeof source.data === 'object' && !Array.isArray(source.data) ? source.data : {}
  const parsed = fileSchema.safeParse(data)
  if (parsed.success) return parsed.data.listen ?? DEFAULT_LISTEN
  throw new ConfigError(
    file,
    parsed.error.issues.map((issue) => ({
      path: 'listen',
      line: source.line(['listen']),
      found: foundText(fileSchema, source.written, ['listen']),
      allowed: allowedText(issue),
    })),
  )
}

/** What makes a server that is bound there, and a configuration that does not agree, agree. */
export const listenMend = (bound: Listen): string =>
  `listen: ${listenText(bound)}${isLoopback(bound.host) ? '' : ' with a login (auth: { mode: local })'}, or a start by npm start or scripts/image/serve.ts, which bind what listen says`

/** `[::1]:3000`. */
export const listenText = ({ host, port }: Listen): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`

/** Where requests of this machine reach it. */
export function localAddress({ host, port }: Listen): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`
  return `http://${listenText({ host: isAnyAddress(host) ? '::1' : host, port })}`
}

/** 0.0.0.0 and `::` in each of its spellings: every address of the machine. */
const isAnyAddress = (host: string): boolean => isIP(host) !== 0 && /^[0.:]+$/.test(host)

/** Whether a socket that is bound there is what the configuration says. A name may be any address but every one. */
export function isWhereItListens(configured: Listen, bound: Listen): boolean {
  if (configured.port !== 0 && configured.port !== bound.port) return false
  if (isIP(configured.host) && isIP(bound.host)) return canonical(configured.host) === canonical(bound.host)
  if (configured.host.toLowerCase() === bound.host.toLowerCase()) return true
  return (
    isIP(configured.host) === 0 &&
    isIP(bound.host) !== 0 &&
    !isAnyAddress(bound.host) &&
    (!isLoopback(configured.host) || isLoopback(bound.host))
  )
}

const canonical = (address: string) => new URL(`http://${isIPv6(address) ? `[${address}]` : address}`).hostname
