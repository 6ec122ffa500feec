import type { Agent } from 'undici'
import { getPage } from '../http.ts'
import { tlsOptions } from '../tls.ts'
import type { ScrapeConfig } from './config.ts'

/** A page as it came. `openMetrics`: in that format, else in the older text format. `at`: epoch ms when it was asked for. */
export type PageText = { at: number; text: string; openMetrics: boolean }

/** The reader of one page. All caches that are on it share one read. */
export interface Page {
  read(signal: AbortSignal): Promise<PageText>
  close(): Promise<void>
}

/** Formats in Prometheus's order of preference, but for protocol buffers. */
const ACCEPT = 'application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'
/** Two readers that ask within this time get the same answer. */
const FRESH_MS = 1_000

export function openPage(config: ScrapeConfig): Page {
  const { url, bearer, basic, ca, cert } = config
  const { hostname, protocol } = new URL(url)
  const secured = protocol === 'https:' && (ca ?? cert) !== undefined
  let agent: Promise<Agent> | undefined
  // Loaded for who needs it: half a megabyte of source.
  const ownAgent = () => {
    agent ??= import('undici').then(({ Agent }) => new Agent({ connect: tlsOptions(hostname, config) }))
    return agent
  }
  const login = basic && `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}`
  const authorization = bearer === undefined ? login : `Bearer ${bearer}`
  let newest: { at: number; page: Promise<PageText> } | null = null

  async function ask(at: number, signal: AbortSignal): Promise<PageText> {
    const headers = { accept: ACCEPT, ...(authorization && { authorization }) }
    const { text, type } = await getPage(url, signal, { headers, ...(secured && { dispatcher: await ownAgent() }) })
    return { at, text, openMetrics: /^application\/openmetrics-text\b/i.test(type) }
  }

  return {
    read(signal) {
      const at = Date.now()
      if (newest && Math.abs(at - newest.at) < FRESH_MS) return newest.page
      const page = ask(at, signal)
      newest = { at, page }
      // What failed is asked again by whoever comes next.
      page.catch(() => {
        if (newest?.page === page) newest = null
      })
      return page
    },
    close: async () => void (await (await agent)?.close()),
  }
}
