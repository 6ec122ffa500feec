import { writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Daemon, freePort, startDaemon } from '../../test/daemon.ts'
import { describeWith } from '../../test/live.ts'
import { disagreement, routedKeys } from '../../test/routed.ts'
import { ask } from '../../test/servers.ts'
import type { RingNode, RingOptions, RingSpec } from '../model/ring.ts'
import { locate } from './evaluate.ts'
import { twemproxyHashes } from './hashes/twemproxy.ts'

const KEYS = routedKeys(2_000, 4)
const WEIGHTS = [1, 3, 7, 10, 2]

type Case = { name: string; spec: RingSpec; eject?: boolean }

/** Answers every `get` with its own name. */
function answering(name: string, host: string, port = 0): Promise<Server> {
  const reply = Buffer.from(`$${name.length}\r\n${name}\r\n`)
  const server = createServer((socket) => {
    let rest = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk])
      const replies: Buffer[] = []
      for (;;) {
        const head = /^\*2\r\n\$3\r\nget\r\n\$(\d+)\r\n/i.exec(rest.subarray(0, 64).toString('latin1'))
        const length = head ? head[0].length + Number(head[1]) + 2 : Number.POSITIVE_INFINITY
        if (rest.length < length) break
        rest = rest.subarray(length)
        replies.push(reply)
      }
      socket.write(Buffer.concat(replies))
    })
  })
  return new Promise((resolve, reject) => server.once('error', reject).listen(port, host, () => resolve(server)))
}

/** Sends a `get` for each key and returns the answers, null for an error. */
async function asked(port: number, keys: readonly string[]): Promise<(string | null)[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const found: (string | null)[] = []
    let text = ''
    let sent = 0
    const send = () => {
      const batch = keys.slice(sent, sent + 200)
      sent += batch.length
      socket.write(batch.map((key) => `*2\r\n$3\r\nget\r\n$${Buffer.byteLength(key)}\r\n${key}\r\n`).join(''))
    }
    socket.on('connect', send)
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`closed after ${found.length}`)))
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      for (
        let match = /^(?:\$\d+\r\n([^\r]*)|-([^\r]*))\r\n/.exec(text);
        match;
        match = /^(?:\$\d+\r\n([^\r]*)|-([^\r]*))\r\n/.exec(text)
      ) {
        found.push(match[1] ?? null)
        text = text.slice(match[0].length)
      }
      if (found.length === keys.length) {
        socket.destroy()
        resolve(found)
      } else if (found.length === sent) send()
    })
  })
}

describeWith(['nutcracker'], 'twemproxy sends every key where lib/rings says', () => {
  const backends: Server[] = []
  let proxy: Daemon & { about: { ports: number[] } }
  const cases: Case[] = []
  // Addresses of loopback that nothing else uses, so that one of them can have memcached's usual port.
  const host = `127.${100 + (process.pid % 100)}.${process.pid % 251}.`

  beforeAll(async () => {
    const nodes: RingNode[] = []
    for (const [i, weight] of WEIGHTS.entries()) {
      const server = await answering(`s${i}`, `${host}${i + 1}`, i === 2 ? 11211 : 0)
      backends.push(server)
      nodes.push({ name: `s${i}`, address: `${host}${i + 1}:${(server.address() as AddressInfo).port}`, weight })
    }
    const add = (name: string, algorithm: RingSpec['algorithm'], options: RingOptions, list = nodes, eject = false) =>
      cases.push({ name, spec: { algorithm, options, nodes: list }, eject })
    for (const hash of Object.keys(twemproxyHashes) as (keyof typeof twemproxyHashes)[]) {
      add(`ketama-${hash}`, 'twemproxy-ketama', { hash })
      add(`modula-${hash}`, 'twemproxy-modula', { hash })
    }
    add('ketama-default', 'twemproxy-ketama', {})
    add('ketama-tag', 'twemproxy-ketama', { hash: 'murmur', hashTag: '{}' })
    add('modula-tag', 'twemproxy-modula', { hash: 'crc32a', hashTag: '$$' })
    add(
      'ketama-named',
      'twemproxy-ketama',
      { hash: 'md5' },
      nodes.map((node, i) => ({ ...node, label: `cache ${i}`.replace(' ', '-') })),
    )
    add(
      'ketama-equal',
      'twemproxy-ketama',
      { hash: 'fnv1a_32' },
      nodes.map((node) => ({ ...node, weight: 1 })),
    )
    add('ketama-one', 'twemproxy-ketama', { hash: 'crc16' }, nodes.slice(0, 1))
    const dead: RingNode = { name: 'dead', address: `${host}99:9`, weight: 4 }
    add('ketama-ejected', 'twemproxy-ketama', { hash: 'one_at_a_time' }, [nodes[0]!, dead, ...nodes.slice(1)], true)
    add('modula-ejected', 'twemproxy-modula', { hash: 'jenkins' }, [nodes[0]!, dead, ...nodes.slice(1)], true)
    proxy = await startDaemon('nutcracker', async (dir) => {
      const ports = await Promise.all(cases.map(freePort))
      const statsPort = await freePort()
      const config = join(dir, 'nutcracker.yml')
      const pools = cases.map(({ name, spec, eject }, i) =>
        [
          `${name}:`,
          `listen: 127.0.0.1:${ports[i]}`,
          'redis: true',
          'timeout: 2000',
          `distribution: ${spec.algorithm.replace('twemproxy-', '')}`,
          `hash: ${spec.options?.hash ?? 'fnv1a_64'}`,
          ...(spec.options?.hashTag ? [`hash_tag: "${spec.options.hashTag}"`] : []),
          `auto_eject_hosts: ${eject === true}`,
          ...(eject ? ['server_failure_limit: 1', 'server_retry_timeout: 600000'] : []),
          'servers:',
          ...spec.nodes.map(({ address, weight, label }) => `- ${address}:${weight}${label ? ` ${label}` : ''}`),
        ].join('\n  '),
      )
      await writeFile(config, `${pools.join('\n')}\n`)
      return {
        args: ['-c', config, '-s', String(statsPort), '-a', '127.0.0.1', '-m', '512'],
        about: { ports },
        isOurs: async () => JSON.parse(await ask(statsPort, '')).service === 'nutcracker',
      }
    })
  })
  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]()
    for (const server of backends) server.close()
  })

  test('every pool', async () => {
    for (const [i, { name, spec, eject }] of cases.entries()) {
      const port = proxy.about.ports[i]!
      // The first keys of the dead server fail and get it ejected.
      if (eject) await asked(port, KEYS.slice(0, 200))
      const nodes = eject ? spec.nodes.map((node) => (node.name === 'dead' ? { ...node, state: 'down' as const } : node)) : spec.nodes
      expect(disagreement(KEYS, await asked(port, KEYS), locate({ ...spec, nodes })), name).toBe('all 2000 agree')
    }
  })
})
