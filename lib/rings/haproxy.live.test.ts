import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findProgram } from '../../test/daemon.ts'
import { describeWith } from '../../test/live.ts'
import {
  haproxyRouted,
  haproxySpec,
  headerCases,
  newerCases,
  newerSpec,
  sourceCases,
  startHaproxyRings,
  uriCases,
} from '../../test/rings/haproxy.ts'
import { disagreement, routedKeys, routedOverHttp } from '../../test/routed.ts'
import { ask, type HaproxyServer } from '../../test/servers.ts'
import type { RingSpec } from '../model/ring.ts'
import { locate } from './placement.ts'

/** HAProxy 3.0 has `hash-key`, with which an older one would not start, and hashes a server that is added by the id that it is given. */
const newer =
  Number(/version (\d+)\./.exec(spawnSync(findProgram('haproxy') ?? 'haproxy', ['-v'], { encoding: 'utf8' }).stdout ?? '')?.[1] ?? 0) >= 3

const KEYS = routedKeys(2_000)
const PATHS = KEYS.map((key, i) => `/${encodeURIComponent(key)}/${i}`)

describeWith(['haproxy'], 'HAProxy sends every key where lib/rings says', () => {
  let haproxy: HaproxyServer
  beforeAll(async () => {
    haproxy = await startHaproxyRings()
  })
  afterAll(() => haproxy?.[Symbol.asyncDispose]())

  const byHeader = (pool: string) => haproxyRouted(haproxy, pool, KEYS)
  const say = (line: string) => ask(haproxy.about.adminPort, `${line}\n`)

  test.each(headerCases.map((one) => [one.name, one] as const))('%s', async (name, one) => {
    expect(disagreement(KEYS, await byHeader(name), locate(haproxySpec(one)))).toBe('all 2000 agree')
  })

  test.each(uriCases.map((one) => [one.name, one] as const))('%s', async (name, one) => {
    const requests = PATHS.map((path) => `GET ${path}?x=1 HTTP/1.1\r\nhost: x\r\nx-pool: ${name}\r\n\r\n`)
    expect(disagreement(PATHS, await routedOverHttp(haproxy.about.ports[0]!, requests, 'x-server'), locate(haproxySpec(one)))).toBe(
      'all 2000 agree',
    )
  })

  test('source addresses, each with its own connection', async () => {
    const addresses = Array.from({ length: 2_000 }, (_, i) => `127.${(i * 7) % 250}.${(i * 31) % 253}.${1 + (i % 250)}`)
    const requests = sourceCases.map(({ name }) => `GET / HTTP/1.1\r\nhost: x\r\nx-pool: ${name}\r\n\r\n`)
    const seen: string[][] = []
    for (const address of addresses) seen.push(await routedOverHttp(haproxy.about.ports[0]!, requests, 'x-server', address))
    for (const [at, one] of sourceCases.entries())
      expect(
        disagreement(
          addresses,
          seen.map((servers) => servers[at]!),
          locate(haproxySpec(one)),
        ),
        one.name,
      ).toBe('all 2000 agree')
  })

  test('live: weights changed, a server drained, a server in maintenance, weight 0, one left', async () => {
    const one = headerCases[0]!
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
    const spec = haproxySpec(one)
    for (const [line, change] of steps) {
      expect((await say(line)).trim()).toBe('')
      change(spec)
      expect(disagreement(KEYS, await byHeader(one.name), locate(spec)), line).toBe('all 2000 agree')
    }
  })

  test('live: a map-based table without a server, and one of weight 0', async () => {
    const one = headerCases.find(({ name }) => name === 'haproxy-map-default')!
    expect((await say(`set server ${one.name}/s3 state maint`)).trim()).toBe('')
    expect((await say(`set server ${one.name}/s4 weight 0%`)).trim()).toBe('')
    const spec = haproxySpec(one, ({ nodes }) => {
      nodes[2]!.state = 'maint'
      nodes[3]!.state = 'drain'
    })
    expect(disagreement(KEYS, await byHeader(one.name), locate(spec))).toBe('all 2000 agree')
  })

  test(`a server added at run time without an id is hashed as ${newer ? 'the id that HAProxy gives it' : '0'}`, async () => {
    const one = headerCases.find(({ name }) => name === 'haproxy-consistent-crc32')!
    const added = await say(`add server ${one.name}/s6 127.0.0.1:${haproxy.about.ports[1]} weight 5`)
    expect(added).toContain('registered')
    expect((await say(`enable server ${one.name}/s6`)).trim()).toBe('')
    const spec = haproxySpec(one, ({ nodes }) => nodes.push({ name: 's6', weight: 5, id: newer ? 6 : 0 }))
    expect(disagreement(KEYS, await byHeader(one.name), locate(spec))).toBe('all 2000 agree')
  })
})

describe.skipIf(!newer)('HAProxy 3 and its hash-key: every key goes where lib/rings says', () => {
  test('id, id32, addr, addr-port, guid, and none', async () => {
    await using haproxy = await startHaproxyRings({ newer: true })
    const numbers = Array.from({ length: 2_000 }, (_, i) => String((i * 2_654_435_761) % 9_007_199_254_740_881))
    for (const one of newerCases) {
      const keys = one.options.function === 'none' ? [...numbers, '-5', '99999999999999999999', 'x', '12abc'] : KEYS
      const answer = haproxy.about.ports[1]!
      expect(disagreement(keys, await haproxyRouted(haproxy, one.name, keys), locate(newerSpec(one, answer))), one.name).toBe(
        `all ${keys.length} agree`,
      )
    }
  })
})
