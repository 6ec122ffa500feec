import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, test } from 'vitest'
import { archivedSeries, expressionOf } from './archive.ts'

let server: Server | undefined
afterEach(() => void server?.close())

const matrix = (...result: { metric: Record<string, string>; values: [number, string][] }[]) =>
  JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } })
const asked = { metric: 'cache_items', labels: { target: 'a' }, from: 1_500, to: 6_000, stepMs: 1_000, rate: false }

async function answering(status: number, text: string, delayMs = 0) {
  const seen: { path: string; body: URLSearchParams; authorization?: string }[] = []
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      seen.push({ path: request.url!, body: new URLSearchParams(body), authorization: request.headers.authorization })
      setTimeout(() => response.writeHead(status).end(text), delayMs)
    })
  })
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/prom/` }
}

test.each([
  [{ metric: 'up', labels: {}, stepMs: 1_000, rate: false }, '{__name__="up"}'],
  [
    { metric: 'a_total', labels: { target: 'x"y\\z\n' }, stepMs: 60_000, rate: true },
    'rate({__name__="a_total",target="x\\"y\\\\z\\n"}[120s])',
  ],
  [{ metric: 'a_total', labels: {}, stepMs: 1_000, rate: true }, 'rate({__name__="a_total"}[10s])'],
])('%j is asked as %s', (question, expression) => expect(expressionOf(question)).toBe(expression))

it('asks for the range on its grid, and lays the answer on it: what is missing is null', async () => {
  const { seen, url } = await answering(200, matrix({ metric: { __name__: 'cache_items', target: 'a' }, values: [[2, '5'], [4, 'NaN'], [5, '7.5']] })) // biome-ignore format: one line
  const [one, ...others] = await archivedSeries({ url, headers: { authorization: 'Bearer t' } }, asked)
  expect(others).toEqual([])
  expect(one).toEqual({ labels: { target: 'a' }, points: [[2_000, 5], [3_000, null], [4_000, null], [5_000, 7.5], [6_000, null]] }) // biome-ignore format: one line
  expect(seen).toMatchObject([{ path: '/prom/api/v1/query_range', authorization: 'Bearer t' }])
  expect(Object.fromEntries(seen[0]!.body)).toEqual({ query: '{__name__="cache_items",target="a"}', start: '2', end: '6', step: '1' })
})

it('a label that PromQL has no name for is asked of nobody', async () => {
  expect(await archivedSeries({ url: 'http://127.0.0.1:1', headers: {} }, { ...asked, labels: { 'a-b': 'c' } })).toEqual([])
})

describe('what is no answer is an error without the address', () => {
  it.each([
    [500, 'x', /^HTTP 500$/],
    [200, '<html>', /^no JSON$/],
    [200, '{"data":{"resultType":"vector","result":[]}}', /^no matrix of a range query$/],
    [200, matrix({ metric: {}, values: [['x', '5'] as unknown as [number, string]] }), /^no matrix/],
  ])('%i %s', async (status, text, said) => {
    const { url } = await answering(status, text)
    await expect(archivedSeries({ url, headers: {} }, asked)).rejects.toThrow(said)
  })
})
