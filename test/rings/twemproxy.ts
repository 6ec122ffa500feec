import { writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import type { RingNode, RingOptions, RingSpec } from '../../lib/model/ring.ts'
import { twemproxyHashes } from '../../lib/rings/hashes/twemproxy.ts'
import { freePort, startDaemon } from '../daemon.ts'
import { ask } from '../servers.ts'

const WEIGHTS = [1, 3, 7, 10, 2]

/** A pool of the test's twemproxy; with `eject`, one of its servers is dead. */
export type TwemproxyCase = { name: string; spec: RingSpec; eject?: boolean }

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

export interface TwemproxyRings extends AsyncDisposable {
  cases: TwemproxyCase[]
  /** The server of each key, and the ring as it is then: without the server that was ejected. */
  routed(one: TwemproxyCase, keys: readonly string[]): Promise<{ spec: RingSpec; owners: (string | null)[] }>
}

/** A twemproxy with a pool for each case, in front of servers that answer every `get` with their own name. */
export async function startTwemproxyRings(): Promise<TwemproxyRings> {
  const backends: Server[] = []
  const cases: TwemproxyCase[] = []
  // Addresses of loopback that nothing else uses, so that one of them can have memcached's usual port.
  const host = `127.${100 + (process.pid % 100)}.${process.pid % 251}.`
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
  const proxy = await startDaemon('nutcracker', async (dir) => {
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
  return {
    cases,
    async routed(one, keys) {
      const port = proxy.about.ports[cases.indexOf(one)]!
      // The first keys of the dead server fail and get it ejected.
      if (one.eject) await asked(port, keys.slice(0, 200))
      const nodes = one.spec.nodes.map((node) => (node.name === 'dead' ? { ...node, state: 'down' as const } : node))
      return { spec: { ...one.spec, nodes }, owners: await asked(port, keys) }
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      for (const server of backends) server.close()
    },
  }
}
