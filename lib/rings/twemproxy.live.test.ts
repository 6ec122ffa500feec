import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { startTwemproxyRings, type TwemproxyRings } from '../../test/rings/twemproxy.ts'
import { disagreement, routedKeys } from '../../test/routed.ts'
import { locate } from './placement.ts'

const KEYS = routedKeys(2_000, 4)

describeWith(['nutcracker'], 'twemproxy sends every key where lib/rings says', () => {
  let twemproxy: TwemproxyRings
  beforeAll(async () => {
    twemproxy = await startTwemproxyRings()
  })
  afterAll(() => twemproxy?.[Symbol.asyncDispose]())

  test('every pool', async () => {
    for (const one of twemproxy.cases) {
      const { spec, owners } = await twemproxy.routed(one, KEYS)
      expect(disagreement(KEYS, owners, locate(spec)), one.name).toBe('all 2000 agree')
    }
  })
})
