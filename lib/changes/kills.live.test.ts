import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { killAgainAndAgain } from '../../test/kills.ts'
import { describeWith } from '../../test/live.ts'

/** A dozen of the thousand of kills.long.test.ts. */
describeWith(['haproxy', 'nginx', 'nutcracker', 'redis-server', 'memcached'], 'kill -9 in the midst of changes of every kind', () => {
  test('leaves no server with another value than its change says', async () => {
    const seen = await killAgainAndAgain({ kills: 12, seed: 7, cache: mkdtempSync(join(tmpdir(), 'evenkeel-compile-')) })
    expect(seen.wrong).toEqual([])
    expect(seen.refused).toEqual([])
    expect(seen.kills).toBe(12)
    expect(Object.keys(seen.hit).length).toBeGreaterThanOrEqual(10)
  }, 180_000)
})
