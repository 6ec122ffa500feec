import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, vi } from 'vitest'
import { type HttpCache, startSquid, startSquidExporter, startTrafficServer, startTrafficServerExporter } from '../../../test/httpCaches.ts'
import { describeWith } from '../../../test/live.ts'
import type { Reading } from '../../model/series.ts'
import { scrape } from '../scrape/product.ts'

/** An origin whose pages may be kept, but for those under `/own`. */
async function startOrigin() {
  const server = createServer((request, response) => {
    const kept = request.url?.startsWith('/own') ? 'no-store' : 'max-age=600'
    response.writeHead(200, { 'cache-control': kept, 'content-length': 500 }).end('x'.repeat(500))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The newest of each metric of the page, as the product reads it. */
async function readPage(url: string): Promise<Record<string, number>> {
  const link = scrape.open(scrape.config.parse({ kind: 'scrape', name: 'edge', url }))
  try {
    const [probe] = scrape.probes
    const raw = await probe!.read(link, null, AbortSignal.timeout(5_000))
    const { samples, topology } = probe!.parse(raw, { cursor: null, at: Date.now() })
    expect(topology.facts?.role).toBe('cache')
    return Object.fromEntries(samples.map(({ metric, value }: Reading) => [metric, value]))
  } finally {
    await scrape.close(link)
  }
}

/** One page of seven reads, the first a miss, and two that nothing keeps. */
async function visit({ about: { url } }: HttpCache): Promise<void> {
  for (const path of ['/a', '/a', '/a', '/a', '/a', '/a', '/a', '/own/1', '/own/2'])
    expect((await fetch(url + path, { signal: AbortSignal.timeout(2_000) })).status).toBe(200)
}

const grown = (after: Record<string, number>, before: Record<string, number>, metric: string) => after[metric]! - before[metric]!

describeWith(['squid', 'prometheus-squid-exporter'], 'Squid by its exporter', () => {
  it('counts hits and what was sent on', async () => {
    await using origin = await startOrigin()
    await using squid = await startSquid(origin.port)
    await using exporter = await startSquidExporter(squid)
    const before = await readPage(exporter.about.url)
    await visit(squid)
    const after = await readPage(exporter.about.url)
    expect(grown(after, before, 'cache_hits_total')).toBe(6)
    expect(grown(after, before, 'cache_misses_total')).toBe(3)
    expect(grown(after, before, 'cache_reply_bytes_total')).toBeGreaterThan(9 * 500 - 1_024)
  })
})

describeWith(['traffic_server', 'prometheus-trafficserver-exporter'], 'Apache Traffic Server by its exporter', () => {
  it('counts hits, misses and what the disk holds', async () => {
    await using origin = await startOrigin()
    await using server = await startTrafficServer(origin.port)
    await using exporter = await startTrafficServerExporter(server)
    // The exporter answers before it asks, and the store opens a moment after its port.
    await vi.waitFor(async () => expect((await readPage(exporter.about.url)).cache_memory_max_bytes).toBeGreaterThan(0), 5_000)
    const before = await readPage(exporter.about.url)
    await visit(server)
    // It adds up what its threads counted once in a while.
    await vi.waitFor(
      async () => {
        const after = await readPage(exporter.about.url)
        expect(grown(after, before, 'cache_hits_total')).toBe(6)
        expect(grown(after, before, 'cache_misses_total')).toBe(3)
        expect(after.cache_memory_max_bytes).toBeGreaterThan(30_000_000)
      },
      { timeout: 8_000, interval: 200 },
    )
  })
})
