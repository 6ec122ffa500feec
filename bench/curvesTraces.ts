import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { mixed } from '../lib/curves/hash.ts'
import { ReferenceBuilder, type References } from '../lib/curves/references.ts'
import { traffic } from '../test/traffic.ts'

/**
 * Where real traces lie that may not be copied into the project: cloudPhysicsIO (libCacheSim), web07, web12, scarab-recs and sprite (Caffeine's
 * simulator).
 */
const FOLDER = process.env.EVENKEEL_TRACES
/** Of longer traces the beginning: what one process can replay in time. */
const MOST = 120_000

/** Keys one after another, spread evenly over those seconds. */
function even(keys: ArrayLike<number>, seconds: number, size: number, keyBytes: number): References {
  const builder = new ReferenceBuilder()
  for (let i = 0; i < keys.length; i++) {
    const id = keys[i]!
    builder.add({ at: (i * seconds * 1_000) / keys.length, id, hash: mixed(id), size, keyBytes })
  }
  return builder.build()
}

function contents(name: string): Buffer | null {
  const path = FOLDER && join(FOLDER, name)
  if (!path || !existsSync(path)) return null
  return name.endsWith('.xz') ? execFileSync('xz', ['-dc', path], { maxBuffer: 2 ** 26 }) : gunzipSync(readFileSync(path))
}

type Reader = { name: string; size: number; keyBytes: number; keys: (bytes: Buffer) => number[] }
const REAL: Record<string, Reader> = {
  cloudPhysics: {
    name: 'cloudPhysicsIO.csv.gz',
    size: 512,
    keyBytes: 10,
    keys: (bytes) =>
      lines(bytes)
        .slice(1)
        .map((line) => Number(line.split(',')[4])),
  },
  web07: { name: 'web07.trace.xz', size: 300, keyBytes: 12, keys: (bytes) => every(4, bytes, (at) => bytes.readInt32BE(at)) },
  web12: { name: 'web12.trace.xz', size: 900, keyBytes: 30, keys: (bytes) => every(4, bytes, (at) => bytes.readInt32BE(at)) },
  scarab: {
    name: 'scarab-recs.trace.xz',
    size: 200,
    keyBytes: 20,
    keys: (bytes) => every(8, bytes, (at) => Number(bytes.readBigInt64BE(at))),
  },
  sprite: { name: 'sprite.trace.gz', size: 2_000, keyBytes: 8, keys: (bytes) => lines(bytes).map(Number) },
}
const lines = (bytes: Buffer) => bytes.toString('latin1').trim().split('\n')
const every = (width: number, bytes: Buffer, read: (at: number) => number) =>
  Array.from({ length: Math.min(MOST, Math.floor(bytes.length / width)) }, (_, i) => read(i * width))

/** Real traces where they are at hand, and made-up ones with drift, scans, loops, writes and TTLs; each lasts so many seconds. */
export function curvesTraces(seconds: number): Record<string, References> {
  const requests = seconds * 1_200
  const perSecond = 1_200
  const made = {
    drift: traffic({
      seed: 21,
      requests,
      perSecond,
      keys: 20_000,
      driftPerSecond: 60,
      sets: 0.03,
      deletes: 0.01,
      size: { median: 300, spread: 1 },
    }),
    scans: traffic({ seed: 22, requests, perSecond, keys: 12_000, zipf: 1, scan: { everySeconds: 12, keys: 2_500 } }),
    loops: traffic({
      seed: 23,
      requests,
      perSecond,
      keys: 10_000,
      zipf: 0.8,
      loop: { share: 0.4, keys: 4_000 },
      size: { median: 120, spread: 0.5 },
    }),
    expiring: traffic({
      seed: 24,
      requests,
      perSecond,
      keys: 15_000,
      zipf: 0.8,
      ttl: { share: 0.6, fromMs: 3_000, toMs: 40_000 },
      size: { median: 200, spread: 0.7 },
    }),
  }
  const real = Object.entries(REAL).flatMap(([trace, { name, size, keyBytes, keys }]) => {
    const bytes = contents(name)
    return bytes ? [[trace, even(keys(bytes).slice(0, MOST), seconds, size, keyBytes)] as const] : []
  })
  return { ...made, ...Object.fromEntries(real) }
}
