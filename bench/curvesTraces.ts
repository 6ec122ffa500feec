import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { mixed } from '../lib/curves/hash.ts'
import { ReferenceBuilder, type References } from '../lib/curves/references.ts'
import { traffic } from '../test/traffic.ts'

/** Where real traces lie that may not be copied into the project (cloudPhysicsIO of libCacheSim, web07 of Caffeine's simulator). */
const FOLDER = process.env.EVENKEEL_TRACES

/** Keys one after another, spread evenly over those seconds. */
function even(keys: ArrayLike<number>, seconds: number, size: number, keyBytes: number): References {
  const builder = new ReferenceBuilder()
  for (let i = 0; i < keys.length; i++) {
    const id = keys[i]!
    builder.add({ at: (i * seconds * 1_000) / keys.length, id, hash: mixed(id), size, keyBytes })
  }
  return builder.build()
}

function cloud(seconds: number): References | null {
  const path = FOLDER && join(FOLDER, 'cloudPhysicsIO.csv.gz')
  if (!path || !existsSync(path)) return null
  const [, ...lines] = gunzipSync(readFileSync(path)).toString('latin1').trim().split('\n')
  return even(
    lines.map((line) => Number(line.split(',')[4])),
    seconds,
    512,
    10,
  )
}

function web(seconds: number): References | null {
  const path = FOLDER && join(FOLDER, 'web07.trace.xz')
  if (!path || !existsSync(path)) return null
  const bytes = execFileSync('xz', ['-dc', path], { maxBuffer: 2 ** 26 })
  return even(
    Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readInt32BE(i * 4)),
    seconds,
    300,
    12,
  )
}

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
  const real = { cloudPhysics: cloud(seconds), web07: web(seconds) }
  return { ...made, ...Object.fromEntries(Object.entries(real).flatMap(([name, trace]) => (trace ? [[name, trace]] : []))) }
}
