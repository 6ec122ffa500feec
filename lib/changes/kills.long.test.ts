import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { killAgainAndAgain } from '../../test/kills.ts'
import { describeWith } from '../../test/live.ts'

/** `EVENKEEL_KILLS` for more or fewer, `EVENKEEL_SEED` for others. */
const KILLS = Number(process.env.EVENKEEL_KILLS ?? 1_000)
const SEED = Number(process.env.EVENKEEL_SEED ?? 1)
/** Each with a fleet of its own. */
const LANES = 2
/** A line for each so many kills of a lane: the whole takes longer than anyone waits without a word. */
const TOLD_EVERY = 25
const MOMENTS = ['applying', 'watching', 'rising', 'rolling back', 'job at work', 'ended', 'starting and recovering']

describeWith(['haproxy', 'nginx', 'nutcracker', 'redis-server', 'memcached'], `${KILLS} times kill -9, seed ${SEED}`, () => {
  test('no change is forgotten or left open, and every server holds what its change says', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'evenkeel-compile-'))
    const lanes = await Promise.all(
      Array.from({ length: LANES }, (_, lane) => {
        let next = TOLD_EVERY
        return killAgainAndAgain({
          kills: Math.ceil(KILLS / LANES),
          seed: SEED * 1_000 + lane,
          cache,
          told({ kills, changes, wrong, tookMs }) {
            if (kills < next) return
            next = kills + TOLD_EVERY
            console.log(`lane ${lane}: ${kills} kills, ${changes} changes, ${wrong.length} wrong, ${Math.round(tookMs / 1_000)} s`)
          },
        })
      }),
    )
    for (const { wrong, refused, ...numbers } of lanes) console.log(JSON.stringify({ ...numbers, wrong: wrong.length, refused }, null, 1))
    expect(lanes.flatMap(({ wrong }) => wrong)).toEqual([])
    expect(lanes.flatMap(({ refused }) => refused)).toEqual([])
    expect(lanes.reduce((sum, { kills }) => sum + kills, 0)).toBeGreaterThanOrEqual(KILLS)
    for (const lane of lanes) expect(lane.slowestEndMs).toBeLessThan(30_000)
    const moments = new Set(lanes.flatMap(({ hit }) => Object.values(hit).flatMap((of) => Object.keys(of))))
    for (const moment of MOMENTS) expect(moments).toContain(moment)
  }, 2_700_000)
})
