import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { RingDocument, TtlDocument } from '../lib/model/control.ts'

/** What an application server knows of the control documents: who owns a key, and how long it may live. */
export type Follower = {
  /** Name of the node that owns the key. */
  owner(key: string): string
  /** ms for the next write of this key, drawn within the policy's jitter. */
  ttlMs(key: string): number
  stop(): Promise<void>
}

const REPORT_MS = 2_000
const READ_MS = 2_000

/** Follows both documents on one server, keeps the last ones when they cannot be read, and reports itself. */
export async function follow(options: {
  name: string
  link: Redis
  ringKey: string
  ttlKey: string
  ring: RingDocument
  ttls: Record<string, TtlDocument>
  random: () => number
}): Promise<Follower> {
  const { name, link, ringKey, ttlKey, random } = options
  let ring = options.ring
  let points = place(ring)
  let ttls = options.ttls

  async function read() {
    const [text, fields] = await Promise.all([link.get(ringKey), link.hgetall(ttlKey)])
    if (text) {
      const document = JSON.parse(text) as RingDocument
      if (document.version !== ring.version) {
        ring = document
        points = place(ring)
      }
    }
    if (Object.keys(fields).length > 0)
      ttls = { ...ttls, ...Object.fromEntries(Object.entries(fields).map(([policy, json]) => [policy, JSON.parse(json) as TtlDocument])) }
  }
  async function report() {
    const at = new Date().toISOString()
    await link.hset(`${ringKey}:followers`, name, JSON.stringify({ name, version: ring.version, at }))
    const version = Math.max(0, ...Object.values(ttls).map((policy) => policy.version))
    await link.hset(`${ttlKey}:followers`, name, JSON.stringify({ name, version, at }))
  }
  const quietly = (work: () => Promise<void>) => () => void work().catch(() => {})
  await read()
  await report()
  const timers = [setInterval(quietly(read), READ_MS), setInterval(quietly(report), REPORT_MS)]

  return {
    owner: (key) => ownerOf(points, key),
    ttlMs(key) {
      const policy = Object.values(ttls).find(({ match }) => key.startsWith(match.replace('*', '')))
      return policy ? Math.round(policy.ttlMs * (1 - policy.jitter + 2 * policy.jitter * random())) : 60_000
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
    },
  }
}

type Point = { at: number; node: string }

/** libketama's circle with an exact number of points a node: MD5 of `ADDRESS-k` gives four. */
function place(document: RingDocument): Point[] {
  return document.nodes
    .flatMap(({ name, address, points }) =>
      Array.from({ length: points }, (_, index) => ({ at: md5(`${address}-${index >> 2}`).readUInt32LE((index & 3) * 4), node: name })),
    )
    .sort((a, b) => a.at - b.at)
}

function ownerOf(points: Point[], key: string): string {
  const hash = md5(key).readUInt32LE(0)
  let low = 0
  let high = points.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (points[middle]!.at < hash) low = middle + 1
    else high = middle
  }
  return points[low % points.length]!.node
}

const md5 = (text: string) => createHash('md5').update(text).digest()
