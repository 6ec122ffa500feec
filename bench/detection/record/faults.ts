import { setTimeout as sleep } from 'node:timers/promises'
import { between, type Day, restarted, scaled } from './days.ts'
import type { RedisLab } from './lab.ts'

type Fault = { name: string; does: string; run(lab: RedisLab): Promise<void> }

async function bent(lab: RedisLab, share: number, seconds: number, key: () => string): Promise<{ at: number; end: number }> {
  const at = lab.second()
  lab.app.detour = { share, key }
  await sleep(seconds * 1_000)
  lab.app.detour = null
  return { at, end: lab.second() }
}

let made = 0

/** What can happen to one cache: the drills of the demo, with numbers that are drawn each time. */
const faults: readonly Fault[] = [
  {
    name: 'hit-ratio-drop',
    does: '20 to 45 % of the reads go to keys that nobody cached, for a minute',
    async run(lab) {
      const run = made++
      let next = 0
      const share = between(lab.random, 0.2, 0.45)
      const span = await bent(lab, share, 60, () => `release${run}:${next++}`)
      lab.marks.push({ kind: `${Math.round(100 * share)} % of the reads to new keys`, ...span, rules: ['cache/hit-ratio-drop'] })
    },
  },
  {
    name: 'eviction-storm',
    does: 'a job writes 300 to 1,000 values of 2 to 4 kB a second until the memory is full, and goes on for 20 s',
    async run(lab) {
      const run = made++
      const bytes = Math.round(between(lab.random, 2_000, 4_000))
      const perSecond = between(lab.random, 300, 1_000)
      const spare = lab.memory === 'full' ? 0 : lab.memory.spareBytes
      const at = lab.second()
      const until = at + Math.min(60, spare / (perSecond * bytes) + 20)
      let written = 0
      while (lab.second() < until) {
        const due = Math.floor((lab.second() - at) * perSecond)
        const batch = lab.admin.pipeline()
        for (; written < due; written++) batch.set(`export${run}:${written}`, 'y'.repeat(bytes), 'PX', 120_000)
        await batch.exec().catch(() => {})
        await sleep(50)
      }
      const end = lab.second()
      for (let from = 0; from < written; from += 1_000)
        await lab.admin.unlink(...Array.from({ length: Math.min(1_000, written - from) }, (_, i) => `export${run}:${from + i}`))
      lab.marks.push({
        kind: `${Math.round(perSecond)} writes/s of ${bytes} bytes`,
        at,
        end,
        rules: ['cache/eviction-storm'],
        // A full cache evicts before it, too.
        sign: { metric: 'cache_evictions_total', labels: { target: lab.name }, is: (before, after) => after - before > 40 },
      })
    },
  },
  { name: 'restart', does: 'the cache is ended and started again, empty', run: (lab) => restarted(lab, 60).then(() => sleep(55_000)) },
  {
    name: 'mass-expiry',
    does: 'a job loads as many keys as half to one and a half times those that are there, with one life of 20 to 40 s; up to a sixth of the reads ask for them',
    async run(lab) {
      const run = made++
      const keys = Math.round(Math.max(600, (await lab.admin.dbsize()) * between(lab.random, 0.5, 1.5)))
      const lifeMs = Math.round(between(lab.random, 20_000, 40_000))
      const at = lab.second()
      const batch = lab.admin.pipeline()
      for (let i = 0; i < keys; i++) batch.set(`campaign${run}:${i}`, `banner ${i}`, 'PX', lifeMs)
      await batch.exec()
      await bent(lab, between(lab.random, 0.05, 0.17), lifeMs / 1_000 + 15, () => `campaign${run}:${Math.floor(lab.random() * keys)}`)
      lab.marks.push({
        kind: `${keys} keys end together`,
        at,
        end: lab.second(),
        // A full cache has evicted many of them by then.
        laterS: lifeMs / 1_000,
        rules: ['cache/mass-expiry'],
        sign: { metric: 'cache_expirations_total', labels: { target: lab.name }, is: (before, after) => after - before > keys / 5 },
      })
    },
  },
  {
    name: 'stampede',
    does: 'a quarter to two fifths of the reads ask for one key, which ends every 12 s and takes the origin 1.5 to 3 s, for 40 s',
    async run(lab) {
      const key = `front:${made++}`
      const ms = between(lab.random, 1_500, 3_000)
      lab.app.slow = { key, ms }
      const expire = setInterval(() => void lab.admin.del(key).catch(() => {}), 12_000)
      const span = await bent(lab, between(lab.random, 0.25, 0.4), 40, () => key)
      clearInterval(expire)
      lab.app.slow = null
      // Until the origin has answered nothing is filled twice.
      lab.marks.push({ kind: `the origin takes ${(ms / 1_000).toFixed(1)} s`, ...span, laterS: ms / 1_000, rules: ['cache/stampede'] })
    },
  },
  {
    name: 'hot-key',
    does: 'one key takes 12 to 30 % of the reads for a minute',
    async run(lab) {
      const key = `viral:${made++}`
      const share = between(lab.random, 0.12, 0.3)
      const span = await bent(lab, share, 60, () => key)
      lab.marks.push({ kind: `${Math.round(100 * share)} % of the reads to one key`, ...span, rules: ['cache/hot-key'] })
    },
  },
]

const QUIET_S = 150

/** Faults one after the other in a random order, with quiet between them. */
export const faultyDay: Day<RedisLab> = {
  name: 'faults',
  does: `${faults.map(({ name }) => name).join(', ')}: in a random order, ${QUIET_S} s apart`,
  // A stampede or a hot key of a few reads a second is no fault.
  draw(random) {
    const perSecond = scaled(random, 70, 450)
    return { perSecond, keys: Math.round(perSecond * between(random, 15, 40)) }
  },
  async run(lab, seconds) {
    const end = lab.second() + seconds
    for (;;) {
      const order = [...faults].map((fault) => ({ fault, at: lab.random() })).sort((a, b) => a.at - b.at)
      for (const { fault } of order) {
        if (lab.second() + QUIET_S + 80 > end) return void (await sleep(Math.max(0, end - lab.second()) * 1_000))
        await sleep((QUIET_S + 20 * lab.random()) * 1_000)
        await fault.run(lab)
      }
    }
  },
}
