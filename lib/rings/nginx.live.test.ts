import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { nginxCases, nginxRouted, startNginxRings } from '../../test/rings/nginx.ts'
import { disagreement, routedKeys } from '../../test/routed.ts'
import type { NginxServer } from '../../test/servers.ts'
import { locate } from './placement.ts'

const KEYS = routedKeys(2_000, 2)

describeWith(['nginx'], 'NGINX sends every key where lib/rings says', () => {
  let nginx: NginxServer
  beforeAll(async () => {
    nginx = await startNginxRings()
  })
  afterAll(() => nginx?.[Symbol.asyncDispose]())

  test.each(nginxCases)('%s', async (name, spec) => {
    const computed = locate(spec)
    const names = await nginxRouted(nginx, name, KEYS)
    // Past its last try nginx goes round robin: those keys are said to be nobody's, and few.
    const foretold = KEYS.map((key, i) => (computed(key) === null ? null : names[i]!))
    expect(foretold.filter((owner) => owner === null).length).toBeLessThan(name === 'plain-most-down' ? 200 : 1)
    expect(disagreement(KEYS, foretold, computed)).toBe('all 2000 agree')
  })
})
