import { EvenkeelError } from '../../model/error.ts'
import { openVarnishLog, type VarnishLog } from './accessLog.ts'
import { createVarnishClient, NO_ADMIN, RefusedSecret, type VarnishClient } from './client.ts'
import type { VarnishConfig } from './config.ts'
import { type Hashing, hashingOf } from './ring.ts'
import { parseVcl } from './vcl.ts'
import { sourcesOf } from './vclWords.ts'

/** What the probes of one target share: the management connection, and by what its counters are read. */
export type VarnishLink = {
  config: VarnishConfig
  client: VarnishClient
  /** Its access log, where one is configured. */
  log: VarnishLog
  /** From the newest list of backends: the active VCL, and the pool of each backend; null before the first. */
  listed: Listing | null
  /** What the active VCL says, read once for each VCL and login. */
  source: { vcl: string; login: number; read: VclRead } | null
  /** Why the management port could not be used, and until when (monotonic) it is left alone. */
  trouble: { because: string; until: number } | null
}

/** Of a VCL: the directors that hash, and the addresses of its backends; or why it could not be read. JSON-able. */
export type VclRead = { hashing: [name: string, Hashing][]; addresses: [name: string, address: string][]; because?: string }

export type Listing = { vcl: string; poolOf: Record<string, string> }

export const openVarnish = (config: VarnishConfig): VarnishLink => ({
  config,
  client: createVarnishClient(config),
  log: openVarnishLog(),
  listed: null,
  source: null,
  trouble: null,
})

/** Back-off: a refused login is a line in Varnish's log each time. */
const REFUSED_MS = 30_000
const FAILED_MS = 5_000

/** Whether the management port is to be asked now, else why not. */
export function managed({ config, trouble }: VarnishLink): true | string {
  if (config.admin === undefined) return NO_ADMIN
  return trouble && performance.now() < trouble.until ? trouble.because : true
}

/** Asks the management port; after a failure it is left alone for a while. */
export async function manage<T>(link: VarnishLink, work: (client: VarnishClient) => Promise<T>): Promise<T> {
  try {
    const found = await work(link.client)
    link.trouble = null
    return found
  } catch (error) {
    const until = performance.now() + (error instanceof RefusedSecret ? REFUSED_MS : FAILED_MS)
    link.trouble = { because: (error as Error).message, until }
    throw error
  }
}

/** The version that a banner tells. */
export const versionIn = (banner: string): string | undefined => /varnish-(\d[\w.]*)/.exec(banner)?.[1]

/** What the active VCL says. One that cannot be read costs rings alone. */
export async function readVcl(link: VarnishLink, client: VarnishClient, vcl: string, signal: AbortSignal): Promise<VclRead> {
  const { source } = link
  if (source && source.vcl === vcl && source.login === client.logins) return source.read
  // Names of VCLs are words of the CLI.
  const read = /^[\w.-]+$/.test(vcl)
    ? await vclRead(client, vcl, signal)
    : { hashing: [], addresses: [], because: 'its VCL has a strange name' }
  link.source = { vcl, login: client.logins, read }
  return read
}

async function vclRead(client: VarnishClient, vcl: string, signal: AbortSignal): Promise<VclRead> {
  const answer = await client.ask(`vcl.show -v ${vcl}`, signal).catch((error: unknown) => {
    if (error instanceof EvenkeelError && error.code !== 'unreachable') return error
    throw error
  })
  const unread = (error: unknown): VclRead => ({
    hashing: [],
    addresses: [],
    because: `its VCL cannot be read: ${(error as Error).message}`,
  })
  if (typeof answer !== 'string') return unread(answer)
  try {
    const parsed = parseVcl(sourcesOf(answer))
    return { hashing: [...hashingOf(parsed, versionIn(client.banner))], addresses: [...parsed.addresses] }
  } catch (error) {
    return unread(error)
  }
}
