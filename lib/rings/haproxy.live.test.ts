import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { disagreement, routedKeys, routedOverHttp } from '../../test/routed.ts'
import { ask, type HaproxyServer, startHaproxy } from '../../test/servers.ts'
import type { RingOptions, RingSpec } from '../model/ring.ts'
import { locate } from './evaluate.ts'

const WEIGHTS = [1, 3, 7, 10, 2]
const KEYS = routedKeys(2_000)
const PATHS = KEYS.map((key, i) => `/${encodeURIComponent(key)}/${i}`)

type Case = { name: string; balance: string; hashType: string; algorithm: RingSpec['algorithm']; options: RingOptions; ids?: number[] }
const cases: Case[] = []
for (const [type, algorithm] of [
  ['consistent', 'haproxy-consistent'],
  ['map-based', 'haproxy-map'],
] as const) {
  cases.push({ name: `${algorithm}-default`, balance: 'hdr(x-key)', hashType: type, algorithm, options: {} })
  for (const named of ['sdbm', 'djb2', 'wt6', 'crc32'] as const)
    for (const avalanche of [false, true])
      cases.push({
        name: `${algorithm}-${named}${avalanche ? '-avalanche' : ''}`,
        balance: named === 'wt6' ? 'hash req.hdr(x-key)' : 'hdr(x-key)',
        hashType: `${type} ${named}${avalanche ? ' avalanche' : ''}`,
        algorithm,
        options: { function: named, ...(avalanche ? { avalanche } : {}) },
      })
}
cases.push({
  name: 'ids',
  balance: 'hdr(x-key)',
  hashType: 'consistent',
  algorithm: 'haproxy-consistent',
  options: {},
  ids: [40, 2, 1000, 7, 3],
})
const sources: Case[] = [
  { name: 'source', balance: 'source', hashType: 'consistent', algorithm: 'haproxy-consistent', options: { input: 'source' } },
  {
    name: 'source-djb2',
    balance: 'source',
    hashType: 'consistent djb2',
    algorithm: 'haproxy-consistent',
    options: { input: 'source', function: 'djb2' },
  },
  { name: 'source-map', balance: 'source', hashType: 'map-based', algorithm: 'haproxy-map', options: { input: 'source' } },
]
const uris: Case[] = [
  { name: 'uri', balance: 'uri', hashType: 'consistent', algorithm: 'haproxy-consistent', options: {} },
  { name: 'uri-map', balance: 'uri', hashType: 'map-based crc32', algorithm: 'haproxy-map', options: { function: 'crc32' } },
]

const specOf = ({ algorithm, options, ids }: Case, change: (spec: RingSpec) => void = () => {}): RingSpec => {
  const spec: RingSpec = {
    algorithm,
    options,
    nodes: WEIGHTS.map((weight, i) => ({ name: `s${i + 1}`, weight, ...(ids ? { id: ids[i]! } : {}) })),
  }
  change(spec)
  return spec
}

describeWith(['haproxy'], 'HAProxy sends every key where lib/rings says', () => {
  let haproxy: HaproxyServer
  beforeAll(async () => {
    haproxy = await startHaproxy({
      ports: 2,
      cfg: ([front, answer]) => `
defaults
  mode http
  timeout client 10s
  timeout server 10s
  timeout connect 10s
frontend answer
  bind 127.0.0.1:${answer}
  http-request return status 200
frontend front
  bind 127.0.0.1:${front}
  use_backend %[req.hdr(x-pool)]
${[...cases, ...sources, ...uris]
  .map(
    ({ name, balance, hashType, ids }) => `backend ${name}
  balance ${balance}
  hash-type ${hashType}
  http-response set-header x-server %s
${WEIGHTS.map((weight, i) => `  server s${i + 1} 127.0.0.1:${answer} weight ${weight}${ids ? ` id ${ids[i]}` : ''}`).join('\n')}
`,
  )
  .join('\n')}`,
    })
  })
  afterAll(() => haproxy?.[Symbol.asyncDispose]())

  const byHeader = (pool: string, keys = KEYS) =>
    routedOverHttp(
      haproxy.about.ports[0]!,
      keys.map((key) => `GET / HTTP/1.1\r\nhost: x\r\nx-pool: ${pool}\r\nx-key: ${key}\r\n\r\n`),
      'x-server',
    )
  const say = (line: string) => ask(haproxy.about.adminPort, `${line}\n`)

  test.each(cases.map((one) => [one.name, one] as const))('%s', async (name, one) => {
    expect(disagreement(KEYS, await byHeader(name), locate(specOf(one)))).toBe('all 2000 agree')
  })

  test.each(uris.map((one) => [one.name, one] as const))('%s', async (name, one) => {
    const requests = PATHS.map((path) => `GET ${path}?x=1 HTTP/1.1\r\nhost: x\r\nx-pool: ${name}\r\n\r\n`)
    expect(disagreement(PATHS, await routedOverHttp(haproxy.about.ports[0]!, requests, 'x-server'), locate(specOf(one)))).toBe(
      'all 2000 agree',
    )
  })

  test('source addresses, each with its own connection', async () => {
    const addresses = Array.from({ length: 2_000 }, (_, i) => `127.${(i * 7) % 250}.${(i * 31) % 253}.${1 + (i % 250)}`)
    const requests = sources.map(({ name }) => `GET / HTTP/1.1\r\nhost: x\r\nx-pool: ${name}\r\n\r\n`)
    const seen: string[][] = []
    for (const address of addresses) seen.push(await routedOverHttp(haproxy.about.ports[0]!, requests, 'x-server', address))
    for (const [at, one] of sources.entries())
      expect(
        disagreement(
          addresses,
          seen.map((servers) => servers[at]!),
          locate(specOf(one)),
        ),
        one.name,
      ).toBe('all 2000 agree')
  })

  test('live: weights changed, a server drained, a server in maintenance, weight 0, one left', async () => {
    const one = cases[0]!
    const steps: [string, (spec: RingSpec) => void][] = [
      [`set server ${one.name}/s4 weight 4`, (spec) => Object.assign(spec.nodes[3]!, { weight: 4 })],
      [`set server ${one.name}/s2 weight 50%`, (spec) => Object.assign(spec.nodes[1]!, { weight: 1 })],
      [`set server ${one.name}/s1 state drain`, (spec) => Object.assign(spec.nodes[0]!, { state: 'drain' })],
      [`set server ${one.name}/s5 state maint`, (spec) => Object.assign(spec.nodes[4]!, { state: 'maint' })],
      [`set server ${one.name}/s5 state ready`, (spec) => Object.assign(spec.nodes[4]!, { state: 'up' })],
      [`set server ${one.name}/s3 weight 0`, (spec) => Object.assign(spec.nodes[2]!, { weight: 0 })],
      [`set server ${one.name}/s2 state maint`, (spec) => Object.assign(spec.nodes[1]!, { state: 'maint' })],
      [`set server ${one.name}/s5 state drain`, (spec) => Object.assign(spec.nodes[4]!, { state: 'drain' })],
    ]
    const spec = specOf(one)
    for (const [line, change] of steps) {
      expect((await say(line)).trim()).toBe('')
      change(spec)
      expect(disagreement(KEYS, await byHeader(one.name), locate(spec)), line).toBe('all 2000 agree')
    }
  })

  test('live: a map-based table without a server, and one of weight 0', async () => {
    const one = cases.find(({ name }) => name === 'haproxy-map-default')!
    expect((await say(`set server ${one.name}/s3 state maint`)).trim()).toBe('')
    expect((await say(`set server ${one.name}/s4 weight 0%`)).trim()).toBe('')
    const spec = specOf(one, ({ nodes }) => {
      nodes[2]!.state = 'maint'
      nodes[3]!.state = 'drain'
    })
    expect(disagreement(KEYS, await byHeader(one.name), locate(spec))).toBe('all 2000 agree')
  })

  test('a server added at run time without an id is hashed as 0', async () => {
    const one = cases.find(({ name }) => name === 'haproxy-consistent-crc32')!
    const added = await say(`add server ${one.name}/s6 127.0.0.1:${haproxy.about.ports[1]} weight 5`)
    expect(added).toContain('registered')
    expect((await say(`enable server ${one.name}/s6`)).trim()).toBe('')
    const spec = specOf(one, ({ nodes }) => nodes.push({ name: 's6', weight: 5, id: 0 }))
    expect(disagreement(KEYS, await byHeader(one.name), locate(spec))).toBe('all 2000 agree')
  })
})
