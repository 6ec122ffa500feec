import { createVarnishClient, NO_ADMIN, RefusedSecret, type VarnishClient } from './client.ts'
import type { VarnishConfig } from './config.ts'

/** What the probes of one target share: the management connection, and by what its counters are read. */
export type VarnishLink = {
  config: VarnishConfig
  client: VarnishClient
  /** From the newest list of backends: the active VCL, and the pool of each backend; null before the first. */
  listed: Listing | null
  /** Why the management port could not be used, and until when (monotonic) it is left alone. */
  trouble: { because: string; until: number } | null
}

export type Listing = { vcl: string; poolOf: Record<string, string> }

export const openVarnish = (config: VarnishConfig): VarnishLink => ({
  config,
  client: createVarnishClient(config),
  listed: null,
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
